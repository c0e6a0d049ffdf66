package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
	"github.com/google/go-cmp/cmp"
)

func TestProgressInPlainLines(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	p := NewProgress(&b, ProgressOptions{Now: func() time.Time { return now }})
	step := machineStep("3d8d01")
	p.Event(apply.StepStarted{Step: step, N: 3, Of: 5})
	waiting := apply.Waiting{Machine: "3d8d01", For: apply.WaitChecks, Checks: []live.CheckState{{Name: "http-8080", Status: "critical"}}}
	p.Event(waiting)
	p.Event(waiting)
	p.Event(apply.LeaseTaken{Machine: "3d8d01"})
	now = now.Add(75 * time.Second)
	p.Event(apply.StepDone{Step: step, Changed: true})
	p.Event(apply.StepFailed{Step: machineStep("3d8d02"), Err: errors.New("no \x1b[31mluck")})
	p.Event(apply.RolledBack{Machine: "3d8d01", Healthy: true})
	p.Close()
	const want = `[3/5] update machine 3d8d01 (iad)
      machine 3d8d01: waiting for its checks: http-8080 is critical
✓ [3/5] machine 3d8d01 (iad) updated and healthy  1m15s
✗ update machine 3d8d02 (iad): no \x1b[31mluck
↩ machine 3d8d01 restored and healthy

`
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// What is not healthy must not be told in the words of what is.
func TestProgressTellsTheStateOfARollback(t *testing.T) {
	for want, e := range map[string]apply.RolledBack{
		"restored and healthy":                      {Machine: "m", Healthy: true},
		"is still not healthy":                      {Machine: "m"},
		"could not be rolled back: the wire is cut": {Machine: "m", Err: errors.New("the wire is cut")},
	} {
		var b bytes.Buffer
		p := NewProgress(&b, ProgressOptions{Now: time.Now})
		p.Event(e)
		p.Close()
		if !strings.Contains(b.String(), want) {
			t.Errorf("%+v is told as %q", e, b.String())
		}
	}
}

func TestProgressOnATerminalLeavesOnlyWhatIsDone(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, ProgressOptions{Now: time.Now, Live: true, Width: 40})
	p.Event(apply.StepStarted{Step: machineStep("3d8d01"), N: 1, Of: 1})
	p.Event(apply.Waiting{Machine: "3d8d01", For: apply.WaitSmoke})
	p.Event(apply.StepDone{Step: machineStep("3d8d01"), Changed: true})
	p.Close()
	var kept []string
	for line := range strings.Lines(b.String()) {
		// A terminal shows of a line what follows its last erasure.
		if i := strings.LastIndex(line, "\x1b[2K"); i >= 0 {
			line = line[i+len("\x1b[2K"):]
		}
		kept = append(kept, strings.TrimSpace(line))
	}
	// Too long for one line of 40 columns, it goes on below, between words.
	if diff := cmp.Diff([]string{"✓ [1/1] machine 3d8d01 (iad) updated and", "healthy 0s", ""}, kept); diff != "" {
		t.Errorf("the terminal keeps something else:\n%s", diff)
	}
}

func many() (out []apply.MachineResult) {
	for i := range 12 {
		out = append(out, apply.MachineResult{ID: fmt.Sprintf("m%d", i), State: apply.NotReached})
	}
	return out
}

func TestResult(t *testing.T) {
	p := sample()
	machines := []apply.MachineResult{
		{ID: "3d8d01", State: apply.Restored}, {ID: "3d8d02", State: apply.Unhealthy, Why: "its checks do not pass"}, {ID: "3d8d03", State: apply.NotReached},
	}
	for name, tc := range map[string]struct {
		report apply.Report
		want   []string
		not    []string
	}{
		"complete": {
			apply.Report{Outcome: apply.Complete, Secrets: []apply.SecretResult{{Name: "A", State: apply.Done}}, File: apply.FileResult{Path: "fly.toml", State: apply.Done}},
			[]string{"Done.", "A stored", "fly.toml edited", "Commit and push fly.toml", "Rotate A", "To undo: fly-standards undo\n"},
			[]string{"finishes it"},
		},
		"put back": {
			apply.Report{Outcome: apply.PutBack, Secrets: []apply.SecretResult{{Name: "A", State: apply.Done}}, File: apply.FileResult{Path: "fly.toml", State: apply.Restored}, Machines: machines},
			[]string{"Rolled back.", "fly.toml restored", "machine 3d8d02 not healthy", "its checks do not pass", "The secret stays set"},
			[]string{"Done.", "Commit and push", "To take it back"},
		},
		"nobody knows": {
			apply.Report{Outcome: apply.Stopped, Secrets: []apply.SecretResult{{Name: "A", State: apply.NotSure}}, File: apply.FileResult{Path: "fly.toml", State: apply.NotReached}},
			[]string{"Stopped part-way.", "A may or may not be stored", "fly.toml untouched", "finishes it"},
			[]string{"Rotate", "Commit"},
		},
		"interrupted at once": {
			apply.Report{Outcome: apply.Halted, File: apply.FileResult{Path: "fly.toml", State: apply.NotReached}},
			[]string{"Interrupted. Nothing is changed.", "fly.toml untouched"},
			[]string{"Stopped", "finishes it"},
		},
		"many": {
			apply.Report{Outcome: apply.Stopped, File: apply.FileResult{Path: "fly.toml", State: apply.Done}, Machines: many()},
			[]string{"12 machines untouched", "To undo: fly-standards undo"},
			[]string{"m11"},
		},
		"refused": {apply.Report{Outcome: apply.Refused}, nil, []string{"Done", "fly.toml"}},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Result(&b, p, tc.report, Options{}); err != nil {
				t.Fatal(err)
			}
			wantInOrder(t, b.String(), tc.want...)
			for _, not := range tc.not {
				if strings.Contains(b.String(), not) {
					t.Errorf("says %q:\n%s", not, b.String())
				}
			}
		})
	}
}

func TestResultJSONIsThePlanAndMore(t *testing.T) {
	var b bytes.Buffer
	p := &plan.Plan{SchemaVersion: 1, App: plan.AppRef{Name: "a"}}
	if err := ResultJSON(&b, p, apply.Report{App: "a", Outcome: apply.PutBack}, errors.New("put back: <why>")); err != nil {
		t.Fatal(err)
	}
	var got struct {
		SchemaVersion int         `json:"schema_version"`
		App           plan.AppRef `json:"app"`
		Result        apply.Report
		Error         string
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.SchemaVersion != 1 || got.App.Name != "a" || got.Result.Outcome != apply.PutBack || got.Error != "put back: <why>" {
		t.Errorf("got %+v", got)
	}
}

func TestLongLinesOfATerminalGoOnBelowTheirText(t *testing.T) {
	p := &Progress{ProgressOptions: ProgressOptions{Width: 24}}
	got := p.fold("    one two three four five", 2)
	if want := "    one two three four\n      five"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := p.fold("  short", 2); got != "  short" {
		t.Errorf("a line that fits became %q", got)
	}
}

// A lease that is waited for may be somebody else's: a killed run's, or a
// deploy's that ends within seconds.
func TestALeaseIsNotSaidToBeOurs(t *testing.T) {
	got := waiting(apply.Waiting{Machine: "3d8d01", For: apply.WaitLease})
	if diff := cmp.Diff("machine 3d8d01: waiting for the lease on it to run out", got); diff != "" {
		t.Error(diff)
	}
}
