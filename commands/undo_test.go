package commands_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
)

var healthz = flysim.Respond{Path: "/healthz"}

// shopWithoutSecrets is the file as an undo leaves it.
var shopWithoutSecrets = strings.Replace(shopToml, `  # where the orders are
  DATABASE_URL = "postgres://shop:canary-url-5f1c@db.internal:5432/shop"  # prod
  SESSION_SECRET = "canary-session-9a44"
`, "", 1)

// configs are those of all machines, without what an undo does not bring back:
// the migrated entries and the reference of the image.
func (s *shop) configs() map[string]string {
	s.t.Helper()
	out := map[string]string{}
	for _, m := range s.app.Machines() {
		var cfg map[string]any
		if err := json.Unmarshal(m.Config(), &cfg); err != nil {
			s.t.Fatal(err)
		}
		if env, ok := cfg["env"].(map[string]any); ok {
			delete(env, "DATABASE_URL")
			delete(env, "SESSION_SECRET")
		}
		b, err := json.Marshal(cfg)
		if err != nil {
			s.t.Fatal(err)
		}
		out[m.ID()] = canonical(s.t, b)
	}
	return out
}

// must runs a command line and wants its exit code.
func (s *shop) must(want int, args ...string) (both string) {
	s.t.Helper()
	code, out, errOut := s.run(args...)
	if code != want {
		s.t.Fatalf("%v: exit %d, want %d\n%s\n%s", args, code, want, out, errOut)
	}
	return out + errOut
}

func (s *shop) says(text string, wants ...string) {
	s.t.Helper()
	flat := strings.Join(strings.Fields(text), " ")
	for _, want := range wants {
		if !strings.Contains(flat, want) {
			s.t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

// isBack compares the app with what it was.
func (s *shop) isBack(before map[string]string) {
	s.t.Helper()
	if diff := cmp.Diff(before, s.configs()); diff != "" {
		s.t.Errorf("the machines are not as before: %s", diff)
	}
	if held := s.platform.HeldLeases(); len(held) > 0 {
		s.t.Errorf("leases left: %v", held)
	}
	for _, v := range s.platform.Violations() {
		s.t.Errorf("the platform saw %v", v)
	}
	s.noLeaks()
}

func TestUndoEverything(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes", "--regions", "lhr")
	if len(s.app.Machines()) != 4 {
		t.Fatal("no machine was added")
	}
	writes := len(s.platform.Writes())
	s.says(s.must(1, "undo"), "--yes required", "fly.toml: the bytes of before", "DATABASE_URL and SESSION_SECRET: still secrets of the app", "2 always up")
	if len(s.platform.Writes()) != writes || s.read("fly.toml") == shopWithoutSecrets {
		t.Fatal("an undo that was not agreed to changed something")
	}
	s.platform.Mark()
	s.says(s.must(0, "undo", "--yes"), "Taken back.", "destroyed")
	if diff := cmp.Diff(shopWithoutSecrets, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml: %s", diff)
	}
	s.isBack(before)
	s.secretsAreSet()
	if got := s.app.MinHealthy("app"); got < 2 {
		t.Errorf("at some instant only %d machines were healthy", got)
	}
	for _, m := range s.app.Machines() {
		for _, boot := range m.Record().Boots {
			if boot.Env["SESSION_SECRET"] != "canary-session-9a44" {
				t.Errorf("%s booted at %s without the value", m.ID(), boot.At)
			}
		}
	}
	writes = len(s.platform.Writes())
	s.says(s.must(0, "undo", "--yes"), "Nothing to undo: the apply of 2026-11-02 09:00 UTC is taken back already")
	if len(s.platform.Writes()) != writes {
		t.Error("undoing twice wrote something")
	}
	s.says(s.must(0, "undo", "--list"), "20261102T090000Z", "taken back", "undo of 20261102T090000Z")
	s.says(s.must(1, "undo", "20200101T000000Z"), "there is no apply 20200101T000000Z on record here")
}

func TestUndoWithoutAnApply(t *testing.T) {
	s := newShop(t, healthz)
	s.says(s.must(0, "undo", "--yes"), "Nothing to undo: no apply of this app")
	s.says(s.must(0, "undo", "--list"), "No apply of shop is on record")
	if len(s.platform.Requests()) != 0 {
		t.Error("it asked Fly for nothing")
	}
}

func TestUndoAfterTheFileWasEdited(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	s.write("fly.toml", strings.Replace(s.read("fly.toml"), `PORT = "8080"`, `PORT = "8080"  # by hand`, 1))
	s.says(s.must(0, "undo", "--yes"), "fly.toml: the apply's lines only")
	want := strings.Replace(shopWithoutSecrets, `PORT = "8080"`, `PORT = "8080"  # by hand`, 1)
	if diff := cmp.Diff(want, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml: %s", diff)
	}
	s.isBack(before)
}

func TestUndoLeavesEditedLinesAlone(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	edited := strings.Replace(s.read("fly.toml"), `interval = "15s"`, `interval = "30s"`, 1)
	s.write("fly.toml", edited)
	s.says(s.must(0, "undo", "--yes"), "the apply's lines were edited since")
	if diff := cmp.Diff(edited, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml: %s", diff)
	}
	s.isBack(before)
}

// A later deploy changed the check on one machine and something else on
// another: what is not the apply's any more stays.
func TestUndoAfterADeploy(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	s.edit("148e000a", func(cfg map[string]any) { cfg["env"].(map[string]any)["LATER"] = "yes" })
	s.edit("148e000b", func(cfg map[string]any) {
		service := cfg["services"].([]any)[0].(map[string]any)
		service["checks"].([]any)[0].(map[string]any)["path"] = "/healthz?by=hand"
	})
	s.platform.Settle(time.Minute)
	s.says(s.must(0, "undo", "--yes"), "it was updated since")
	got := s.configs()
	if !strings.Contains(got["148e000a"], "LATER") || strings.Contains(got["148e000a"], "healthz") {
		t.Errorf("148e000a: %s", got["148e000a"])
	}
	if !strings.Contains(got["148e000b"], "by=hand") {
		t.Errorf("148e000b lost what somebody set since: %s", got["148e000b"])
	}
	if diff := cmp.Diff(before["148e000c"], got["148e000c"]); diff != "" {
		t.Errorf("148e000c: %s", diff)
	}
}

// edit is somebody else's update of a machine.
func (s *shop) edit(id string, change func(map[string]any)) { s.app.Machine(id).Update(change) }

// gone is a machine that somebody destroys.
func (s *shop) gone(id string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodDelete, s.url+"/v1/apps/shop/machines/"+id+"?force=true", http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer test")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("destroy %s: %s", id, resp.Status)
	}
	s.platform.Settle(time.Minute)
}

func isWrite(r *http.Request) bool { return r.Method != http.MethodGet }

func TestUndoWithAMachineGone(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	s.gone("148e000b")
	delete(before, "148e000b")
	s.says(s.must(0, "undo", "--yes"), "machine 148e000b: not there any more")
	s.isBack(before)
}

// The platform goes away for good at one request after the other. Whatever
// was done by then, an undo takes it back when the platform is there again.
func TestUndoOfAHalfDoneApply(t *testing.T) {
	for n := 1; ; n++ {
		s := newShop(t, healthz)
		before := s.configs()
		gone := s.platform.Fault(flysim.Fault{Match: isWrite, Nth: n, Times: -1, Effect: flysim.DropBefore()})
		code, _, _ := s.run("apply", "--yes", "--regions", "lhr", "--wait-timeout", "30s")
		s.platform.ClearFaults()
		if gone.Hits() == 0 {
			if n < 11 {
				t.Errorf("an apply of %d writes is none", n-1)
			}
			return
		}
		if err := s.clk.Sleep(t.Context(), time.Minute); err != nil { // what it could not release runs out
			t.Fatal(err)
		}
		if code == 0 {
			t.Errorf("write %d: the apply succeeded without a platform", n)
		}
		if code, out, errOut := s.run("undo", "--yes"); code != 0 {
			t.Errorf("write %d: exit %d\n%s\n%s", n, code, out, errOut)
			continue
		}
		if diff := cmp.Diff(before, s.configs()); diff != "" {
			t.Errorf("write %d: the machines are not as before: %s", n, diff)
		}
		if got := s.read("fly.toml"); got != shopToml && got != shopWithoutSecrets {
			t.Errorf("write %d: fly.toml is neither:\n%s", n, got)
		}
		if held := s.platform.HeldLeases(); len(held) > 0 {
			t.Errorf("write %d: leases left: %v", n, held)
		}
	}
}

// cut takes all entries behind line n from the newest journal, as if the
// process had been killed there.
func (s *shop) cut(n int) (lines int) {
	s.t.Helper()
	paths, err := journal.List(filepath.Join(s.dir, "state", "fly-standards"), "shop")
	if err != nil || len(paths) == 0 {
		s.t.Fatalf("no journal: %v", err)
	}
	path := paths[len(paths)-1]
	b, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	all := strings.SplitAfter(string(b), "\n")
	if err := os.WriteFile(path, []byte(strings.Join(all[:n], "")), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return len(all) - 1
}

func TestKilledApplyIsNoticed(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	// Leaves at once, and then forgets that it could say so.
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/machines/148e000b$`, Times: -1, Effect: flysim.Status(500, "no")})
	s.run("apply", "--yes", "--no-rollback")
	s.platform.ClearFaults()
	s.cut(6) // begin, two of the secrets, two of the file, and the first intent
	s.says(s.must(0, "plan"), "The last apply of shop, begun 2026-11-02 09:00 UTC, did not end: 2 secrets stored, fly.toml written, 1 machine in hand.",
		"`fly-standards apply` finishes it, `fly-standards undo` takes it back")
	s.says(s.must(0, "undo", "--list"), "did not end")
	s.must(0, "undo", "--yes")
	if diff := cmp.Diff(shopWithoutSecrets, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml: %s", diff)
	}
	s.isBack(before)
	if out := s.must(0, "plan"); strings.Contains(out, "did not end") {
		t.Errorf("it is told of still:\n%s", out)
	}
}

func TestTwoAtOnce(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes", "--skip", "health-checks")
	unlock, err := journal.Lock(filepath.Join(s.dir, "state", "fly-standards"), "shop", journal.Holder{PID: 4711, Since: s.clk.Now(), Doing: "apply"})
	if err != nil {
		t.Fatal(err)
	}
	writes := len(s.platform.Writes())
	for _, args := range [][]string{{"apply", "--yes"}, {"undo", "--yes"}} {
		s.says(s.must(1, args...), "process 4711 runs fly-standards apply for shop on this computer, since 2026-11-02", "nothing was changed")
	}
	if len(s.platform.Writes()) != writes {
		t.Error("something was written beside the one that holds the lock")
	}
	s.must(0, "plan")
	unlock()
	s.must(0, "apply", "--yes")
}
