package flysim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

func TestScenario(t *testing.T) {
	s, err := flysim.ParseScenario([]byte(`{
		"app": {"name": "web", "serves": [{"path": "/healthz"}]},
		"machines": [{"id": "a1", "config": {"env": {"KEY": "env"}}}, {"id": "b2", "state": "stopped"}],
		"secrets": {"KEY": "secret"}, "volumes": [{"id": "vol_1"}], "ips": ["137.66.1.2"], "leased": {"b2": "mallory@example.com"}}`))
	fine(t, err)
	p := flysim.New(clock.NewVirtual(epoch))
	app, err := p.Load(s)
	fine(t, err)
	if got := app.Machine("a1").Env()["KEY"]; got != "secret" {
		t.Errorf("KEY = %q, want the secret, which was there before the machine", got)
	}
	if got := app.Machine("b2"); got.Leased() != "mallory@example.com" || got.State() != "stopped" {
		t.Errorf("%v, held by %q", got, got.Leased())
	}
	rec := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/apps/web/releases/current", nil)
	req.Header.Set("Authorization", "Bearer x")
	if p.ServeHTTP(rec, req); !strings.Contains(rec.Body.String(), `"status":"complete"`) { // fly scale count wants one
		t.Errorf("release: %d %s", rec.Code, rec.Body)
	}
	if _, err := flysim.ParseScenario([]byte(`{"app": {"name": "web"}, "machine": []}`)); err == nil {
		t.Error("an unknown key is no error")
	}
	if _, err := p.Load(flysim.Scenario{App: flysim.AppSpec{Name: "x"}, Checks: "sometimes"}); err == nil {
		t.Error("an unknown kind of checks is no error")
	}
}
