package commands_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// Secrets that a run stored a moment ago may not be everywhere yet. Another
// run, which moves none, must not boot a machine without them.
func TestUpdatesWaitForSecretsOfTheRunBefore(t *testing.T) {
	updates := func(wait time.Duration) (n, waiting int) {
		s := newShop(t, healthz)
		s.must(0, "apply", "--yes", "--no-restart", "--rule", "env-secrets")
		s.pass(wait)
		before := len(s.platform.Writes())
		s.must(0, "apply", "--yes", "--rule", "health-checks")
		for _, r := range s.platform.Writes()[before:] {
			if r.Method == "POST" && bytes.Contains(r.Body, []byte(`"config"`)) {
				n++
				if bytes.Contains(r.Body, []byte(`"min_secrets_version"`)) {
					waiting++
				}
			}
		}
		return n, waiting
	}
	if n, waiting := updates(10 * time.Second); n != 3 || waiting != 3 {
		t.Errorf("%d of %d updates wait for the secrets", waiting, n)
	}
	if n, waiting := updates(time.Hour); n != 3 || waiting != 0 {
		t.Errorf("%d of %d updates wait for secrets that are long there", waiting, n)
	}
}

// A run in another process is not one that was cut off.
func TestPlanTellsOfARunThatGoesOn(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes")
	s.cut(6)
	unlock, err := journal.Lock(filepath.Join(s.dir, "state", "fly-standards"), "shop", journal.Holder{PID: 4711, Since: s.clk.Now(), Doing: "apply"})
	if err != nil {
		t.Fatal(err)
	}
	out := s.must(0, "plan")
	s.says(out, "process 4711 runs fly-standards apply for shop on this computer")
	if strings.Contains(out, "was interrupted") {
		t.Errorf("it is said to be cut off:\n%s", out)
	}
	unlock()
	s.says(s.must(0, "plan"), "The last apply of shop", "was interrupted")
}

// The end of an apply tells the way back, where there is one.
func TestApplyTellsTheWayBack(t *testing.T) {
	s := newShop(t, healthz)
	const way = "To undo: fly-standards undo"
	s.says(s.must(0, "apply", "--yes"), way)
	for _, args := range [][]string{{"apply", "--yes"}, {"undo", "--yes"}} {
		if out := s.must(0, args...); strings.Contains(out, way) {
			t.Errorf("%v tells a way back:\n%s", args, out)
		}
	}
}

// It repeats the flags without which it would mean another file or app.
func TestTheWayBackNamesFileAndApp(t *testing.T) {
	s := newShop(t, healthz)
	if err := os.Mkdir(filepath.Join(s.dir, "the shop"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("the shop/fly.toml", strings.Replace(shopToml, `app = "shop"`, `app = "shed"`, 1))
	const flags = " --config 'the shop/fly.toml' --app shop"
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/machines/148e000b$`, Times: -1, Effect: flysim.Status(400, "no")})
	s.says(s.must(4, "apply", "--yes", "--no-rollback", "--allow", "review", "-c", "the shop", "-a", "shop"), "To undo: fly-standards undo"+flags, "`fly-standards apply"+flags+"` finishes it")
	s.platform.ClearFaults()
	s.says(s.must(0, "undo", "--yes", "--config", "the shop/fly.toml", "--app", "shop"), "Undone.")
}

// A second machine that came of one request, long after it, is told of by the
// next plan; an undo takes both, and not what somebody copied of them.
func TestASecondMachineForOneRequest(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes", "--rule", "extra-regions", "--regions", "lhr")
	added := s.app.Machines()[3]
	var cfg struct{ Metadata map[string]string }
	if err := json.Unmarshal(added.Config(), &cfg); err != nil {
		t.Fatal(err)
	}
	if out := s.must(0, "plan"); strings.Contains(out, "a second one") {
		t.Errorf("it tells of a second machine:\n%s", out)
	}
	s.app.AddMachine(flysim.MachineSpec{ID: "5eca0de1", Name: cfg.Metadata[apply.CloneMarker], Region: "lhr", Config: added.Config()})
	s.app.AddMachine(flysim.MachineSpec{ID: "5eca1ed0", Region: "lhr", Config: added.Config()})
	s.says(s.must(0, "plan"), "Machine 5eca0de1 in lhr is a second one", "fly machine destroy 5eca0de1 -a shop")
	s.says(s.must(0, "plan", "--all"), "Machine 5eca0de1 in lhr is a second one")
	s.must(0, "plan", "--rule", "image-pin", "--out", "p.json")
	s.says(s.must(0, "apply", "p.json", "--yes"), "Machine 5eca0de1 in lhr is a second one")
	s.says(s.must(0, "undo", "--yes"), "machine "+added.ID()+" in lhr: destroyed", "machine 5eca0de1 in lhr: destroyed", "machine 5eca1ed0 in lhr: somebody's copy")
}

// Somebody staged a secret for a deploy of theirs: no restart of ours brings it to
// the machines unless it is agreed to.
func TestSomebodysStagedSecretWaitsForReview(t *testing.T) {
	s := newShop(t, healthz)
	s.pass(time.Hour)
	s.app.SetSecret("FEATURE_KEY", "theirs")
	s.pass(time.Minute)
	const why = "restarting also brings staged secrets: FEATURE_KEY"
	s.says(s.must(0, "plan", "--rule", "health-checks"), "Needs consent: --allow review", why)
	restarts := func() (n int) {
		for _, m := range s.app.Machines() {
			n += m.Record().Restarts
		}
		return n
	}
	s.must(0, "apply", "--yes")
	if n := restarts(); n != 0 {
		t.Errorf("%d restarts", n)
	}
	if out := s.must(0, "plan", "--no-restart", "--rule", "health-checks"); strings.Contains(out, why) {
		t.Errorf("nothing restarts:\n%s", out)
	}
	s.must(0, "apply", "--yes", "--allow", "review")
	if n := restarts(); n == 0 {
		t.Error("no machine restarted")
	}
	if out := s.must(0, "plan"); strings.Contains(out, "staged") {
		t.Errorf("they have it now:\n%s", out)
	}
}
