package flysim_test

import (
	"strings"
	"testing"
	"time"

	fly "github.com/superfly/fly-go"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

func set(t *testing.T, s *sim, values map[string]*string) *fly.UpdateAppSecretsResp {
	t.Helper()
	res, err := s.fly.UpdateAppSecrets(t.Context(), "web", values)
	fine(t, err)
	return res
}

func TestSecretsAreStaged(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	value := "canary-value"
	res := set(t, s, map[string]*string{"API_KEY": &value})
	if res.Version != 1 || len(res.Secrets) != 1 || res.Secrets[0].Digest == "" {
		t.Errorf("reply = %+v", res)
	}
	list, err := s.fly.ListAppSecrets(t.Context(), "web", nil, true)
	fine(t, err)
	if list[0].Digest != res.Secrets[0].Digest || list[0].Value != nil {
		t.Errorf("list = %+v", list[0])
	}
	if got := m.Env()["API_KEY"]; got != "from-env" {
		t.Errorf("API_KEY = %q before a boot, want from-env", got)
	}

	// A restart keeps what the boot before it had; an update takes the secret,
	// which wins over the env entry of its name.
	fine(t, s.fly.Restart(t.Context(), "web", fly.RestartMachineInput{ID: m.ID()}, ""))
	s.Settle(time.Minute)
	if got := m.Env()["API_KEY"]; got != "from-env" {
		t.Errorf("API_KEY = %q after a restart, want from-env", got)
	}
	_, err = s.update(t, m.ID(), "", func(in *fly.LaunchMachineInput) { in.MinSecretsVersion = &res.Version })
	fine(t, err)
	s.Settle(time.Minute)
	boots := m.Record().Boots
	if last := boots[len(boots)-1]; last.Env["API_KEY"] != value || last.Secrets != 1 {
		t.Errorf("boot = %+v", last)
	}
	if got := s.Seen(value); len(got) != 0 {
		t.Errorf("the value was seen outside the secrets endpoint: %v", got)
	}
}

func TestSecretsLag(t *testing.T) {
	s := newSim(t, flysim.Options{SecretsLag: time.Minute})
	early, late := s.machine(flysim.MachineSpec{}), s.machine(flysim.MachineSpec{})
	value := "v"
	res := set(t, s, map[string]*string{"API_KEY": &value})
	_, err := s.update(t, early.ID(), "", nil)
	fine(t, err)
	_, err = s.update(t, late.ID(), "", func(in *fly.LaunchMachineInput) { in.MinSecretsVersion = &res.Version })
	fine(t, err)
	s.Settle(time.Minute)
	if early.Env()["API_KEY"] != "from-env" || late.Env()["API_KEY"] != "v" {
		t.Errorf("without min_secrets_version %q, with it %q", early.Env()["API_KEY"], late.Env()["API_KEY"])
	}
}

func TestSecretNamesAndOverwriting(t *testing.T) {
	s := newSim(t)
	s.app.SetSecret("KEEP", "old")
	v := "new"
	for _, name := range []string{"", "bad name", "1ST", "A-B"} {
		_, err := s.fly.UpdateAppSecrets(t.Context(), "web", map[string]*string{name: &v, "GOOD": &v})
		if status(err) != 400 || !strings.Contains(err.Error(), "is not a valid secret name") {
			t.Errorf("name %q: %v", name, err)
		}
	}
	if got := s.app.SecretNames(); len(got) != 1 {
		t.Errorf("a refused request left %v", got)
	}
	before := s.app.SecretsVersion()
	res := set(t, s, map[string]*string{"NOT_THERE": nil}) // how `fly secrets sync` learns the version
	if res.Version != before+1 || len(s.Violations()) != 0 {
		t.Errorf("version %d, violations %v", res.Version, s.Violations())
	}
	set(t, s, map[string]*string{"KEEP": &v})
	if got := s.Violations(); len(got) != 1 || !strings.Contains(got[0].String(), "secret KEEP was overwritten") {
		t.Errorf("violations = %v", got)
	}
	_, err := s.fly.DeleteAppSecret(t.Context(), "web", "KEEP")
	fine(t, err)
	if _, there := s.app.SecretValue("KEEP"); there {
		t.Error("still there")
	}
}
