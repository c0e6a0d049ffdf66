package fly_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/superfly/fly-go/tokens"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/fly"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
)

const fresh = "access_token: from-file\nlast_login: 2026-08-20T10:00:00.123456789+02:00\nwire_guard_state: {}\n"

func TestDiscoverToken(t *testing.T) {
	home := filepath.Join("/home", "ann")
	inHome := filepath.Join(home, ".fly", "config.yml")
	for name, tc := range map[string]struct {
		flag  string
		env   map[string]string
		files map[string]string
		token string
		from  string
		why   string
	}{
		"flag wins":               {"f", map[string]string{"FLY_ACCESS_TOKEN": "a", "FLY_API_TOKEN": "b"}, map[string]string{inHome: fresh}, "f", "--access-token", ""},
		"access token variable":   {"", map[string]string{"FLY_ACCESS_TOKEN": "a\n", "FLY_API_TOKEN": "b"}, nil, "a", "FLY_ACCESS_TOKEN", ""},
		"api token variable":      {"", map[string]string{"FLY_API_TOKEN": "FlyV1 fm2_x,fo1_y"}, map[string]string{inHome: fresh}, "FlyV1 fm2_x,fo1_y", "FLY_API_TOKEN", ""},
		"empty masks":             {"", map[string]string{"FLY_ACCESS_TOKEN": "", "FLY_API_TOKEN": "b"}, nil, "", "", "FLY_ACCESS_TOKEN is set but empty, and there is no " + inHome},
		"empty falls to the file": {"", map[string]string{"FLY_ACCESS_TOKEN": "", "FLY_API_TOKEN": "b"}, map[string]string{inHome: fresh}, "from-file", inHome, ""},
		"file":                    {"", nil, map[string]string{inHome: fresh}, "from-file", inHome, ""},
		"config dir":              {"", map[string]string{"FLY_CONFIG_DIR": "/else"}, map[string]string{filepath.Join("/else", "config.yml"): fresh}, "from-file", filepath.Join("/else", "config.yml"), ""},
		"empty config dir":        {"", map[string]string{"FLY_CONFIG_DIR": ""}, map[string]string{"config.yml": fresh, inHome: "x"}, "from-file", "config.yml", ""},
		"nothing":                 {"", nil, nil, "", "", "there is no " + inHome},
		"old login":               {"", nil, map[string]string{inHome: "access_token: t\nlast_login: 2026-08-01T11:00:00Z\n"}, "", "", "older than 30 days"},
		"no login":                {"", nil, map[string]string{inHome: "access_token: t\n"}, "", "", "older than 30 days"},
		"quoted login":            {"", nil, map[string]string{inHome: "access_token: t\nlast_login: \"2026-08-30T11:00:00Z\"\n"}, "t", inHome, ""},
		"no token in the file":    {"", nil, map[string]string{inHome: "last_login: 2026-08-30T11:00:00Z\n"}, "", "", "has no access_token"},
		"broken file":             {"", nil, map[string]string{inHome: "access_token: [" + canary + "\n"}, "", "", "is not the YAML"},
		"token of another type":   {"", nil, map[string]string{inHome: "access_token: {a: " + canary + "}\n"}, "", "", "is not the YAML"},
		"line break in the token": {canary + "\nX-Evil: 1", nil, nil, "", "", "--access-token holds a line break"},
	} {
		t.Run(name, func(t *testing.T) {
			getenv := func(k string) (string, bool) { v, ok := tc.env[k]; return v, ok }
			readFile := func(p string) ([]byte, error) {
				if s, ok := tc.files[p]; ok {
					return []byte(s), nil
				}
				return nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
			}
			cfg, err := fly.Discover(getenv, readFile, home, tc.flag, epoch)
			if cfg.Token.Reveal() != tc.token || cfg.TokenFrom != tc.from {
				t.Errorf("token %q from %q, want %q from %q", cfg.Token.Reveal(), cfg.TokenFrom, tc.token, tc.from)
			}
			var none *fly.NoTokenError
			if (tc.why != "") != errors.As(err, &none) || err != nil && !strings.Contains(err.Error(), tc.why) {
				t.Errorf("error %v, want one with %q", err, tc.why)
			}
			if cfg.FlapsURL != fly.DefaultFlapsURL || cfg.APIURL != fly.DefaultAPIURL {
				t.Errorf("endpoints %q and %q", cfg.FlapsURL, cfg.APIURL)
			}
			if out := fmt.Sprintf("%v %+v", cfg, err); strings.Contains(out, canary) || tc.token != "" && strings.Contains(out, tc.token+" ") {
				t.Errorf("printed: %s", out)
			}
		})
	}
}

func TestDiscoverEndpoints(t *testing.T) {
	none := func(string) ([]byte, error) { return nil, fs.ErrNotExist }
	env := func(k, v string) func(string) (string, bool) {
		return func(name string) (string, bool) { return v, name == k }
	}
	cfg, err := fly.Discover(env("FLY_FLAPS_BASE_URL", "http://_api.internal:4280"), none, "/", "t", epoch)
	if err != nil || cfg.FlapsURL != "http://_api.internal:4280" {
		t.Errorf("endpoint %q, error %v", cfg.FlapsURL, err)
	}
	for _, bad := range []string{"://", "ftp://x", "api.machines.dev", "http://u:" + canary + "@h:x"} {
		_, err := fly.Discover(env("FLY_API_BASE_URL", bad), none, "/", "t", epoch)
		if err == nil || !strings.Contains(err.Error(), "FLY_API_BASE_URL") || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: error %v", bad, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	_, err := fly.New(t.Context(), fly.Config{}, "web")
	var none *fly.NoTokenError
	if !errors.As(err, &none) {
		t.Errorf("error %v, want a NoTokenError", err)
	}
	for _, app := range []string{"", "a/../b", "a b", "a?b"} {
		if _, err := fly.New(t.Context(), fly.Config{Token: secret.New("t")}, app); err == nil {
			t.Errorf("app name %q was taken", app)
		}
	}
}

// The endpoint is the one of the Config, whatever fly-go reads from the
// process environment for itself.
func TestEndpointOfTheConfigWins(t *testing.T) {
	t.Setenv("FLY_FLAPS_BASE_URL", "http://127.0.0.1:1")
	w := newWorld(t)
	if _, err := w.fly.Machines(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestMacaroonsAreRenewed(t *testing.T) {
	clk := clock.NewVirtual(epoch)
	p := flysim.New(clk)
	p.AddApp(flysim.AppSpec{Name: "web"})
	srv := p.Serve()
	t.Cleanup(srv.Close)
	renewals := 0
	cfg := fly.Config{Token: secret.New("FlyV1 fm2_a,fm2_b,fo1_c"), FlapsURL: srv.URL, Clock: clk}
	cfg.Discharge = func(context.Context, *tokens.Tokens) error { renewals++; return errors.New("auth.fly.io is away") }
	c := dial(t, cfg)
	for range 3 {
		if _, err := c.Secrets(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if renewals != 1 {
		t.Errorf("%d renewals, want one before the first request", renewals)
	}
	if got := p.Requests()[0].Authorization; got != "FlyV1 fm2_a,fm2_b" {
		t.Errorf("authorization %q", got)
	}
	fine(t, clk.Sleep(t.Context(), time.Minute))
	if _, err := c.Secrets(t.Context()); err != nil || renewals != 2 {
		t.Errorf("%d renewals after a minute, error %v", renewals, err)
	}
}

// fly-go's own renewal drops macaroons that it can't read: nothing is left of
// this token, and sending none would only be told as "unauthorized".
func TestTokenThatIsNotValidAnyMore(t *testing.T) {
	w := newWorld(t)
	url := "http://127.0.0.1:1"
	c, err := fly.New(t.Context(), fly.Config{Token: secret.New("fm2_nonsense"), FlapsURL: url, Clock: w.clk}, "web")
	fine(t, err)
	_, err = c.Machines(t.Context())
	wantKind(t, err, live.Unauthorized)
}
