package commands_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// records are the paths of what is on record for the shop, oldest first.
func (s *shop) records() []string {
	s.t.Helper()
	paths, err := journal.List(filepath.Join(s.stateDir(), "fly-standards"), "shop")
	if err != nil {
		s.t.Fatal(err)
	}
	return paths
}

// Where the record of the last apply is damaged, the one before it is not
// taken back in its place.
func TestUndoWithADamagedRecord(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes", "--rule", "auto-rollback")
	s.pass(time.Minute)
	s.must(0, "apply", "--yes", "--rule", "health-checks")
	paths := s.records()
	b, err := os.ReadFile(paths[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(paths[1], []byte(strings.Replace(string(b), `{"seq":2`, `{"seq":#`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	file, writes := s.read("fly.toml"), len(s.platform.Writes())
	s.says(s.must(1, "undo", "--yes"), "what 20261102T0", "did is unknown, so nothing was changed", "line 2", "`fly-standards undo ID`")
	if diff := cmp.Diff(file, s.read("fly.toml")); diff != "" || len(s.platform.Writes()) != writes {
		t.Errorf("something was changed: %s", diff)
	}
	s.says(s.must(0, "undo", "--list"), "can't be read", "20261102T090000Z")
	s.must(0, "undo", "--yes", "20261102T090000Z")
	if s.read("fly.toml") == file {
		t.Error("the one that was named is not taken back")
	}
	// A run after the damaged one is the last again.
	s.pass(time.Minute)
	s.must(0, "apply", "--yes", "--rule", "deploy-strategy")
	s.says(s.must(0, "undo", "--yes"), "Undone.")
}

// elsewhere is the shop seen from another folder, with a fly.toml of its own.
func (s *shop) elsewhere(text string) *shop {
	s.t.Helper()
	other := &shop{t: s.t, dir: s.t.TempDir(), state: s.stateDir(), clk: s.clk, platform: s.platform, app: s.app, url: s.url}
	other.write("fly.toml", text)
	return other
}

// Two projects whose fly.toml got the same lines: an undo run beside the wrong
// one takes the machines back, and not the lines of a file that it never edited.
func TestUndoBesideAnotherFile(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	edited := s.read("fly.toml")
	for name, text := range map[string]string{
		"a copy": edited, "another app": strings.Replace(edited, "shop", "shed", 1), "the file of before": shopToml,
	} {
		t.Run(name, func(t *testing.T) {
			other := s.elsewhere(text)
			other.t = t
			other.says(other.must(0, "undo", "--yes", "--app", "shop"), "the apply edited", filepath.Join(s.dir, "fly.toml"), "which is another file")
			if diff := cmp.Diff(text, other.read("fly.toml")); diff != "" {
				t.Errorf("the wrong file was edited: %s", diff)
			}
		})
	}
	if diff := cmp.Diff(edited, s.read("fly.toml")); diff != "" {
		t.Fatalf("the file was edited from elsewhere: %s", diff)
	}
	// The machines are back; what it told of is done by the command that it told.
	s.isBack(before)
	s.says(s.must(0, "undo", "--yes"), "Undone.")
	if diff := cmp.Diff(shopWithoutSecrets, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml: %s", diff)
	}
}

// A project that was moved, and its file renamed, is still the one.
func TestUndoAfterTheFileWasMoved(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes")
	if err := os.Rename(filepath.Join(s.dir, "fly.toml"), filepath.Join(s.dir, "fly.prod.toml")); err != nil {
		t.Fatal(err)
	}
	s.must(0, "undo", "--yes", "--config", "fly.prod.toml")
	if diff := cmp.Diff(shopWithoutSecrets, s.read("fly.prod.toml")); diff != "" {
		t.Errorf("fly.prod.toml: %s", diff)
	}
}

// Files that name no app are each their own.
func TestUndoWithoutAnApp(t *testing.T) {
	s := newShop(t, healthz)
	const plain = "primary_region = \"iad\"\n\n[http_service]\n  internal_port = 8080\n"
	s.write("fly.toml", plain)
	other := s.elsewhere(plain)
	s.must(0, "apply", "--yes", "--offline")
	edited := s.read("fly.toml")
	s.pass(time.Minute)
	other.must(0, "apply", "--yes", "--offline", "--rule", "deploy-strategy")
	s.must(0, "undo", "--yes")
	if got := s.read("fly.toml"); edited == plain || got != plain {
		t.Errorf("fly.toml:\n%s", got)
	}
	if got := other.read("fly.toml"); got == plain {
		t.Error("the other project's file was taken back")
	}
	other.must(0, "undo", "--yes")
	if got := other.read("fly.toml"); got != plain {
		t.Errorf("the other fly.toml:\n%s", got)
	}
}

// A second undo takes nothing more back by itself, and says what could go.
func TestUndoTwiceNamesTheApplyBefore(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes", "--offline", "--rule", "deploy-strategy")
	first := s.read("fly.toml")
	s.pass(time.Minute)
	s.must(0, "apply", "--yes", "--offline", "--rule", "auto-rollback")
	s.must(0, "undo", "--yes")
	s.says(s.must(0, "undo", "--yes"), "has been undone already. `fly-standards undo 20261102T090000Z` undoes the one before it, of 2026-11-02 09:00 UTC.")
	if got := s.read("fly.toml"); got != first {
		t.Errorf("fly.toml:\n%s", got)
	}
	s.must(0, "undo", "--yes", "20261102T090000Z")
	if got := s.read("fly.toml"); got != shopToml {
		t.Errorf("fly.toml:\n%s", got)
	}
	if out := s.must(0, "undo", "--yes"); strings.Contains(out, "before it") {
		t.Errorf("it is told of still:\n%s", out)
	}
}

// refuseUpdates has the platform take no update of a machine any more.
func (s *shop) refuseUpdates(machine string) {
	s.platform.Fault(flysim.Fault{Method: "POST", Path: "/machines/" + machine + "$", Times: -1, Effect: flysim.Status(400, "no")})
}

// An apply that stopped part-way, and one that went on from there: an undo
// takes the second one back, and says how the first one goes.
func TestUndoOfAnApplyThatWentOn(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.refuseUpdates("148e000b")
	s.must(4, "apply", "--yes", "--no-rollback")
	s.platform.ClearFaults()
	s.pass(time.Hour)
	s.must(0, "apply", "--yes")
	s.pass(time.Minute)
	const next = "`fly-standards undo 20261102T090000Z` undoes it"
	s.says(s.must(0, "undo", "--yes"), "The apply before it (2026-11-02 09:00 UTC, stopped part-way)", "1 machine updated", next)
	s.says(s.must(0, "undo", "--yes"), "has been undone already. The apply before it", next)
	s.says(s.must(0, "undo", "--yes", "20261102T090000Z"), "Undone.")
	s.isBack(before)
	if diff := cmp.Diff(shopWithoutSecrets, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml: %s", diff)
	}
	if out := s.must(0, "undo", "--yes"); strings.Contains(out, "before it") {
		t.Errorf("it is told of still:\n%s", out)
	}
}

// The record of a newer program has a step that this one does not know: it is
// named, and the undo is not the last word.
func TestUndoOfANewerProgramsApply(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes", "--rule", "health-checks")
	path := s.records()[0]
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSpace(string(b)), "\n")
	last := len(lines) - 1
	newer := strings.Replace(lines[last], `"kind":"end"`, `"kind":"done","step":"certificate:shop.example"`, 1)
	lines = append(lines[:last], newer+"\n", strings.Replace(lines[last], fmt.Sprintf(`{"seq":%d`, last+1), fmt.Sprintf(`{"seq":%d`, last+2), 1)+"\n")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	const told = "step certificate:shop.example: this version does not know it; fly-standards"
	s.says(s.must(0, "undo", "--yes"), told, "Undone in part.", "`fly-standards undo` undoes the rest")
	s.says(s.must(0, "undo", "--yes"), told, "Nothing can be undone")
}

// A value that somebody set since, and that no machine has booted with, comes
// with the restarts of an undo: it is said before it is asked. Who rotated a
// secret keeps the new value.
func TestUndoAfterASecretWasRotated(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes")
	s.pass(time.Hour)
	s.app.SetSecret("SESSION_SECRET", "rotated")
	const told = "restarting also brings staged secrets: SESSION_SECRET"
	s.says(s.must(1, "undo"), told)
	s.says(s.must(0, "undo", "--yes"), told, "Undone.")
	if got, _ := s.app.SecretValue("SESSION_SECRET"); got != "rotated" {
		t.Errorf("the secret is %q", got)
	}
	for _, m := range s.app.Machines() {
		if boots := m.Record().Boots; boots[len(boots)-1].Env["SESSION_SECRET"] != "rotated" {
			t.Errorf("%s runs with the old value", m.ID())
		}
	}
}

// An undo that stopped part-way, and an apply that made again what it had taken
// back: the undo of that one is not all.
func TestUndoAfterAnUndoThatStopped(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	s.pass(time.Minute)
	s.refuseUpdates("148e000b")
	s.must(4, "undo", "--yes")
	s.platform.ClearFaults()
	s.pass(time.Minute)
	s.must(0, "apply", "--yes")
	s.pass(time.Minute)
	s.says(s.must(0, "undo", "--yes"), "What is left of the apply before it of 2026-11-02 09:00 UTC", "`fly-standards undo 20261102T090000Z` undoes it")
	s.must(0, "undo", "--yes", "20261102T090000Z")
	s.isBack(before)
}

// A line that goes back and holds a secret value outside of [env] is not kept
// either; then the undo says that it can't bring it back.
func TestNoSecretOfOtherTablesIsOnRecord(t *testing.T) {
	s := newShop(t, healthz)
	s.write("fly.toml", "app = \"shop\"\n\n[deploy]\n  release_comand = \"postgres://shop:canary-url-5f1c@db.internal:5432/shop\"\n")
	s.must(0, "apply", "--yes", "--offline", "--allow", "review", "--rule", "unknown-keys")
	if !strings.Contains(s.read("fly.toml"), "release_command = ") {
		t.Fatalf("nothing was edited:\n%s", s.read("fly.toml"))
	}
	s.noneSaid()
	s.says(s.must(0, "undo", "--yes"), "fly.toml: it can't be undone, because its record would hold a secret value")
}

// Without the app only the file goes back, and the end says so.
func TestUndoOffline(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	s.pass(time.Minute)
	s.says(s.must(0, "undo", "--yes", "--offline"), "machines 148e000a, 148e000b and 148e000c: the app can't be read (--offline)",
		"Undone in part.", "`fly-standards undo` undoes the rest")
	if diff := cmp.Diff(shopWithoutSecrets, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml: %s", diff)
	}
	s.says(s.must(0, "undo", "--yes"), "Undone.")
	s.isBack(before)
}
