package flysim_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// try makes a request on a connection of its own, without any retries.
func try(t *testing.T, s *sim, method, path, body string) (int, []byte, error) {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	defer tr.CloseIdleConnections()
	c := http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	fine(t, err)
	req.Header.Set("Authorization", "Bearer test")
	res, err := c.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, 80<<20))
	return res.StatusCode, b, err
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		effect  flysim.Effect
		code    int
		lost    bool // no whole reply comes
		updates int
		body    string
	}{
		"status":       {flysim.Status(500, "boom"), 500, false, 0, `{"error":"boom"}`},
		"status after": {flysim.StatusAfter(504, "late"), 504, false, 1, "late"},
		"drop before":  {flysim.DropBefore(), 0, true, 0, ""},
		"drop after":   {flysim.DropAfter(), 0, true, 1, ""},
		"duplicate":    {flysim.Duplicate(), 409, false, 1, "replacing"},
		"html":         {flysim.HTML(502), 502, false, 0, "<h1>"},
		"truncate":     {flysim.Truncate(), 200, true, 1, `{"`},
		"redirect":     {flysim.Redirect("http://127.0.0.1:1/"), 307, false, 0, ""},
		"slow":         {flysim.Slow(time.Minute), 200, false, 1, "replacing"},
		"huge":         {flysim.Huge(), 200, false, 0, "xxxx"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSim(t)
			m := s.machine(flysim.MachineSpec{})
			path := "/v1/apps/web/machines/" + m.ID()
			armed := s.Fault(flysim.Fault{Method: "POST", Path: "/machines/[^/]+$", Effect: c.effect})
			code, body, err := try(t, s, "POST", path, `{"config":`+string(m.Config())+`}`)
			if code != c.code || (err != nil) != c.lost || !bytes.Contains(body, []byte(c.body)) {
				t.Errorf("code %d, error %v, %d bytes", code, err, len(body))
			}
			if got := m.Record().Updates; got != c.updates || armed.Hits() != 1 {
				t.Errorf("%d updates, %d hits; want %d and 1", got, armed.Hits(), c.updates)
			}
			if code, _, err := try(t, s, "GET", path, ""); code != 200 || err != nil {
				t.Errorf("the next request: %d %v", code, err)
			}
			if got := s.Requests()[0]; got.Fault == "" || got.Status != c.code {
				t.Errorf("tape = %s %d %q", got.Line(), got.Status, got.Fault)
			}
		})
	}
}

func TestFaultCounts(t *testing.T) {
	s := newSim(t)
	s.Fault(flysim.Fault{Path: "^/v1/apps/web$", Nth: 2, Times: 2, Effect: flysim.Status(429, "slow down", "Retry-After", "3")})
	var codes []int
	for range 5 {
		code, _, err := try(t, s, "GET", "/v1/apps/web", "")
		fine(t, err)
		codes = append(codes, code)
	}
	if codes[0] != 200 || codes[1] != 429 || codes[2] != 429 || codes[3] != 200 {
		t.Errorf("codes = %v", codes)
	}
}

func TestThenActsInBetween(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	before := m.Version()
	s.Fault(flysim.Fault{Method: "POST", Path: "/lease$", Effect: flysim.Then(func() {
		m.Update(func(c map[string]any) { c["env"] = map[string]any{"PORT": "9090"} })
	})})
	s.lease(t, m.ID())
	if m.Version() == before || s.get(t, m.ID()).Config.Env["PORT"] != "9090" {
		t.Error("nobody updated the machine before the lease")
	}
}

func TestRateLimits(t *testing.T) {
	s := newSim(t, flysim.Options{RateLimits: true})
	m := s.machine(flysim.MachineSpec{})
	count := func(path string, n int) (limited int) {
		for range n {
			if code, _, _ := try(t, s, "GET", path, ""); code == 429 {
				limited++
			}
		}
		return limited
	}
	if got := count("/v1/apps/web/machines", 5); got != 2 {
		t.Errorf("list: %d of 5 limited, want 2", got)
	}
	if got := count("/v1/apps/web/machines/"+m.ID(), 12); got != 2 {
		t.Errorf("get: %d of 12 limited, want 2", got)
	}
	s.pass(t, 2*time.Second)
	if got := count("/v1/apps/web/machines", 3); got != 1 {
		t.Errorf("list after 2s: %d of 3 limited, want 1", got)
	}
}
