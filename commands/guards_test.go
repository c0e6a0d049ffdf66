package commands

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// A saved plan is one plan that a plan command makes, and is nobody else's to read.
func TestPlanFileIsStrict(t *testing.T) {
	p := &plan.Plan{SchemaVersion: plan.SchemaVersion, File: plan.FileRef{Path: "fly.toml"}, Findings: []plan.Outcome{}, Steps: []plan.Step{}}
	path := filepath.Join(t.TempDir(), "plan.json")
	var b bytes.Buffer
	if err := view.JSON(&b, p); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := savePlan(path, path, "fly.toml", p); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read it: %v, %v", info.Mode(), err)
	}
	destroys := *p
	destroys.Steps = []plan.Step{{ID: "destroy:a", Kind: plan.StepDestroy, Rules: []string{}, Needs: []string{}, Destroy: &plan.DestroyStep{ID: "a"}}}
	var d bytes.Buffer
	if err := view.JSON(&d, &destroys); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{b.String(): "", b.String() + "{}": "it is not a saved plan", d.String(): "is not a whole"} {
		_, err := parsePlan([]byte(text), "plan.json")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A plan that would hold a secret value of the file is not shown, whatever made it so.
func TestSafeToKeep(t *testing.T) {
	const value = "sk_live_51H8abcdefghijklmnopqrstu"
	f, err := flytoml.Parse("fly.toml", []byte("[env]\n  STRIPE_KEY = \""+value+"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	for text, fine := range map[string]bool{"8080": true, value: false} {
		p := &plan.Plan{Steps: []plan.Step{{EditFile: &plan.FileStep{Edits: []flytoml.Edit{{Op: flytoml.Set, Path: "x", Value: text}}}}}}
		if err := safeToKeep(p, maskOf(f)); (err == nil) != fine {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// An undo is no apply that could be undone; and what a run stored a moment ago may not
// have come everywhere.
func TestWhatRecordsTell(t *testing.T) {
	if _, _, err := choose([]apply.History{{ID: "1"}, {ID: "2", Undo: "1"}}, "2"); err == nil || !strings.Contains(err.Error(), "is an undo itself") {
		t.Errorf("got %v", err)
	}
	clk, root := clock.NewVirtual(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)), t.TempDir()
	e := &Env{Clock: clk, GOOS: "linux", Getenv: func(name string) (string, bool) { return root, name == "XDG_STATE_HOME" }}
	j := journal.New(e.journals(), "shop", clk)
	for _, entry := range []struct {
		kind journal.Kind
		step string
		data any
	}{{journal.Begin, "", map[string]any{"app": "shop"}}, {journal.Intent, "secrets", map[string]any{"names": []string{"A"}}}} {
		if err := j.Append(entry.kind, entry.step, entry.data); err != nil {
			t.Fatal(err)
		}
	}
	if late, _ := e.underWay("shop"); !late {
		t.Error("the secret counts as being everywhere at once")
	}
	_ = clk.Sleep(t.Context(), secretsReach)
	if late, _ := e.underWay("shop"); late {
		t.Error("it is waited for for ever")
	}
}
