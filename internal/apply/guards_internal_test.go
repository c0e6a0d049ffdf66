package apply

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func parse(t *testing.T, text string) machineconfig.Config {
	t.Helper()
	cfg, err := machineconfig.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// Metadata and mounts change without a new version: the version alone does not
// tell that a machine is the one that was planned for.
func TestMovedMachines(t *testing.T) {
	machine := func(group, more string) live.Machine {
		return live.Machine{
			ID: "a", Version: "1", State: "started", HostStatus: "ok", Image: "x@sha256:1",
			Config: parse(t, `{"metadata":{"fly_platform_version":"v2","fly_process_group":"`+group+`"}`+more+`}`),
		}
	}
	update := plan.Step{Kind: plan.StepMachine, Machine: &plan.MachineStep{ID: "a", Group: "app", Version: "1"}}
	clone := plan.Step{Kind: plan.StepClone, Clone: &plan.CloneStep{Source: "a"}}
	newer, gone := machine("app", ""), machine("app", "")
	newer.Version, gone.ID = "2", "b"
	for _, c := range []struct {
		step plan.Step
		now  live.Machine
		want string
	}{
		{update, machine("app", ""), ""},
		{update, newer, "somebody updated it since"},
		{update, gone, "it is gone"},
		{update, machine("worker", ""), "its process group is worker now"},
		{update, machine("app", `,"standbys":["b"]`), "it is a standby"},
		{clone, machine("app", ""), ""},
		{clone, machine("app", `,"mounts":[{"volume":"vol_1","path":"/data"}]`), "it has a volume, so it can't be cloned"},
	} {
		got := ""
		for _, m := range (preflight{&run{p: &plan.Plan{Steps: []plan.Step{c.step}}}}).machines([]live.Machine{c.now}) {
			got += m.Why
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.step.Kind, got, c.want)
		}
	}
}

// A plan that is made again in the middle may do less than the one that was
// agreed to, and nothing more.
func TestOnlyLess(t *testing.T) {
	op := func(p string) machineconfig.Op { return machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: p} }
	step := func(id string, ops ...machineconfig.Op) plan.Step {
		return plan.Step{ID: "machine:" + id, Kind: plan.StepMachine, Machine: &plan.MachineStep{ID: id, Ops: ops}}
	}
	agreed := []plan.Step{step("a", op("/x"), op("/y")), step("b", op("/x"))}
	for _, c := range []struct {
		name  string
		steps []plan.Step
		want  bool
	}{
		{"the same", agreed, true},
		{"nothing", nil, true},
		{"less", []plan.Step{step("a", op("/y"))}, true},
		{"another machine", []plan.Step{step("c", op("/x"))}, false},
		{"another change", []plan.Step{step("b", op("/y"))}, false},
		{"a copy", append([]plan.Step{{ID: "clone:lhr", Kind: plan.StepClone, Clone: &plan.CloneStep{Source: "a"}}}, agreed...), false},
	} {
		if got := onlyLess(agreed, c.steps); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		r := &run{p: &plan.Plan{Steps: agreed}, d: Deps{Clock: clock.Wall{}, Without: func([]plan.Tried) (*plan.Plan, error) { return &plan.Plan{Steps: c.steps}, nil }}}
		refused := &UnhealthyError{Refused: true, Failing: []live.FailingCheck{{Known: true}}}
		if got := (&withoutCheck{r: r}).replan(&onemachine.InFlight{Job: onemachine.Job{Step: agreed[0]}, Err: refused}); got != c.want {
			t.Errorf("%s: taken in the middle: %v", c.name, got)
		}
	}
}

// The net below the masks: what an error repeats is not written down.
func TestErrorsAreCleanOfValues(t *testing.T) {
	var m migrated
	m.add("A", "canary-1")
	if got := m.clean(errors.New("update: env A=canary-1 is odd")); strings.Contains(got, "canary") || got == "" {
		t.Errorf("got %q", got)
	}
	if got := m.clean(errors.New("no room")); got != "no room" {
		t.Errorf("got %q", got)
	}
}

// Paths of other files come from a plan file too: none leads out, but for the
// steps up to the root of the repository.
func TestOtherFilesStayInside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "app")
	files := OthersOnDisk(dir, nil)
	for _, file := range []string{"/etc/hosts", "a/../../../b", "..", ""} {
		_, read := files.Read(file)
		for _, err := range []error{read, files.Write(file, []byte("x")), files.Remove(file)} {
			if err == nil || !strings.Contains(err.Error(), "it is not a path of the repository") {
				t.Errorf("%q: %v", file, err)
			}
		}
	}
}

// memory are other files that somebody else edits as soon as they were looked at.
type memory struct {
	text  string
	reads int
}

func (m *memory) Read(string) ([]byte, error) {
	if m.reads++; m.reads > 1 {
		m.text = "theirs"
	}
	return []byte(m.text), nil
}
func (m *memory) Write(_ string, data []byte) error { m.text = string(data); return nil }
func (m *memory) Remove(string) error               { m.text = ""; return nil }

// An undo writes whole files: one that was edited since it was planned stays.
func TestUndoLeavesAnEditedFileAlone(t *testing.T) {
	files := &memory{text: "ours"}
	p := &plan.Plan{Steps: []plan.Step{{ID: "other-file:x", Kind: plan.StepOtherFile, OtherFile: &plan.OtherFileStep{
		File: "x", BeforeSHA256: sum([]byte("ours")), ResultSHA256: sum([]byte("before")), Content: []byte("before"),
	}}}}
	r, err := newRun(t.Context(), p, Deps{Others: files, undoOf: "1", Clock: clock.Wall{}})
	if err != nil {
		t.Fatal(err)
	}
	if moved, err := r.others.check(); err != nil || len(moved) > 0 {
		t.Fatal(moved, err)
	}
	var stale *StaleError
	if err := r.others.write(p.Steps[0]); !errors.As(err, &stale) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff("theirs", files.text); diff != "" {
		t.Error(diff)
	}
}

// deafFiles say that they were written, and were not.
type deafFiles struct{ *memory }

func (deafFiles) Write(string, []byte) error { return nil }

// Nor is another file written without a record, or when the result is not the planned
// one; and it is read back.
func TestOtherFileInDoubt(t *testing.T) {
	const was, want = "a\n", "b\n"
	full := journal.NewVia(t.TempDir(), "web", clock.NewVirtual(noon), noDisk{journal.OS()})
	files := &memory{text: was, reads: -9}
	for name, c := range map[string]struct {
		d       Deps
		content string
		state   State
	}{
		"no record":        {Deps{Others: files, Journal: full}, want, NotReached},
		"another result":   {Deps{Others: files}, "c\n", NotReached},
		"it does not stay": {Deps{Others: deafFiles{files}}, want, NotReached},
		"all well":         {Deps{Others: &memory{text: was, reads: -9}}, want, Done},
	} {
		step := plan.Step{ID: "other-file:x", Kind: plan.StepOtherFile, OtherFile: &plan.OtherFileStep{
			File: "x", BeforeSHA256: sum([]byte(was)), ResultSHA256: sum([]byte(want)), Content: []byte(c.content),
		}}
		c.d.undoOf, c.d.Clock = "1", clock.Wall{}
		r, err := newRun(t.Context(), &plan.Plan{Steps: []plan.Step{step}}, c.d)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.others.write(step); (err == nil) != (c.state == Done) || r.rep.Others[0].State != c.state || files.text != was {
			t.Errorf("%s: %v, it is %s and has %q", name, err, r.rep.Others[0].State, files.text)
		}
	}
}

type (
	platform = Machines
	listed   struct {
		platform
		all []live.Machine
	}
)

func (l listed) Machines(context.Context) ([]live.Machine, error) { return slices.Clone(l.all), nil }

// A machine whose host went away tells no group any more: it is still of the one
// that it was seen in, and missed there.
func TestGroupOfAMachineWhoseHostIsAway(t *testing.T) {
	away := live.Machine{ID: "a", State: "started", HostStatus: "unreachable"}
	g := &group{name: "worker", seen: map[string]bool{}}
	o := newRollout(&run{d: Deps{Machines: listed{all: []live.Machine{away}}}})
	for seen, want := range map[bool]int{false: 0, true: 1} {
		g.seen["a"] = seen
		if got, err := o.readGroup(t.Context(), g); err != nil || len(got) != want {
			t.Errorf("seen %v: %v, %v", seen, got, err)
		}
	}
}

// Nor does a rollback bring the old bytes of another file back over an edit of
// somebody else.
func TestRollbackLeavesAnEditedFileAlone(t *testing.T) {
	step := plan.Step{ID: "other-file:x", Kind: plan.StepOtherFile, OtherFile: &plan.OtherFileStep{File: "x"}}
	for now, want := range map[string]string{"ours": "before", "theirs": "theirs"} {
		files := &memory{text: now, reads: -1}
		r, err := newRun(t.Context(), &plan.Plan{Steps: []plan.Step{step}}, Deps{Others: files, Clock: clock.Wall{}})
		if err != nil {
			t.Fatal(err)
		}
		r.others.written, r.rep.other("x").State = []writtenFile{{step, []byte("before"), []byte("ours")}}, Done
		r.others.putBack()
		if diff := cmp.Diff(want, files.text); diff != "" {
			t.Error(diff)
		}
	}
}

// What follows from an error that takes more back is done where several end a batch:
// a machine that is not well says more than one that refuses a check.
func TestGravity(t *testing.T) {
	last := -1
	for _, err := range []error{
		nil, &MovedError{Machine: "a"}, &UnhealthyError{Machine: "a", Refused: true}, &UnhealthyError{Machine: "a"},
	} {
		if g := gravity(err); g <= last {
			t.Errorf("%v weighs no more than what comes before it", err)
		} else {
			last = g
		}
	}
}
