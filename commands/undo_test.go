package commands_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

var healthz = flysim.Respond{Path: "/healthz"}

// shopWithoutSecrets is the file as an undo leaves it: what stood above the
// entries is there again.
var shopWithoutSecrets = strings.Replace(shopToml, `  DATABASE_URL = "postgres://shop:canary-url-5f1c@db.internal:5432/shop"  # prod
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
	s.says(s.must(1, "undo"), "--yes required", "fly.toml: the previous contents", "DATABASE_URL and SESSION_SECRET: still secrets of the app", "2 always up")
	if len(s.platform.Writes()) != writes || s.read("fly.toml") == shopWithoutSecrets {
		t.Fatal("an undo that was not agreed to changed something")
	}
	s.platform.Mark()
	s.says(s.must(0, "undo", "--yes"), "Undone.", "destroyed")
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
	s.says(s.must(0, "undo", "--yes"), "Nothing to undo: the apply of 2026-11-02 09:00 UTC has been undone already")
	if len(s.platform.Writes()) != writes {
		t.Error("undoing twice wrote something")
	}
	s.says(s.must(0, "undo", "--list"), "20261102T090000Z", "undone", "undo of 20261102T090000Z")
	s.says(s.must(1, "undo", "20200101T000000Z"), "there is no apply 20200101T000000Z on record here")
	s.says(s.must(1, "undo", "20261102T0900Z"), `there is no apply 20261102T0900Z on record here; did you mean "20261102T090000Z"?`)
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
	s.says(s.must(0, "undo", "--yes"), "fly.toml: the apply's lines only, without the comments")
	want := strings.Replace(shopWithoutSecrets, `PORT = "8080"`, `PORT = "8080"  # by hand`, 1)
	want = strings.Replace(want, "  # where the orders are\n", "", 1)
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
	s.says(s.must(0, "undo", "--yes"), "the apply's lines, or those next to them, were edited since")
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
	s.says(s.must(0, "undo", "--yes"), "except for what was changed since")
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
	s.says(s.must(0, "undo", "--yes"), "machine 148e000b: no longer there")
	s.isBack(before)
}
