package commands_test

import (
	"strings"
	"testing"
)

// A fly.toml of one app that is applied to another one: what leaves it would be
// lost to the first, which nobody looked at. So it stays without consent, also
// where the app that was looked at has such a secret.
func TestTheFileOfAnotherAppKeepsItsValues(t *testing.T) {
	for name, secrets := range map[string]map[string]string{"new": nil, "there already": {"DATABASE_URL": "postgres://elsewhere", "SESSION_SECRET": "another"}} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, healthz)
			for name, value := range secrets {
				s.app.SetSecret(name, value)
			}
			file := strings.Replace(shopToml, `app = "shop"`, `app = "shed"`, 1)
			s.write("fly.toml", file)
			out := s.must(0, "apply", "--yes", "--app", "shop", "--rule", "env-secrets")
			s.says(out, "Needs consent: --allow review", "the file is of shed")
			if s.read("fly.toml") != file {
				t.Errorf("fly.toml:\n%s", s.read("fly.toml"))
			}
			s.must(0, "apply", "--yes", "--app", "shop", "--rule", "env-secrets", "--allow", "review")
			if s.read("fly.toml") == file {
				t.Error("with consent it is not done either")
			}
		})
	}
}
