package apply

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/internal/secret"
	"github.com/fly-standards/fly-standards/plan"
)

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// Only an undo destroys: whoever makes a plan that does so has it refused.
func TestNoPlanDestroys(t *testing.T) {
	p := &plan.Plan{Steps: []plan.Step{{ID: "destroy:a", Kind: plan.StepDestroy, Destroy: &plan.DestroyStep{ID: "a", Marker: "m"}}}}
	for of, refused := range map[string]bool{"": true, "1": false} {
		if _, err := newRun(t.Context(), p, Deps{Clock: clock.Wall{}, undoOf: of}); (err != nil) != refused {
			t.Errorf("undo of %q: %v", of, err)
		}
	}
}

// The record of an edit of another file holds no value that leaves fly.toml, though
// a line that goes has it.
func TestRecordOfAnotherFileHoldsNoValue(t *testing.T) {
	before, after := "A=canary-1\nB=2\n", "A=\nB=2\n"
	step := plan.Step{ID: "other-file:x", Kind: plan.StepOtherFile, OtherFile: &plan.OtherFileStep{
		File: "x", Edits: []plan.LineEdit{{File: "x", Line: 1, Old: "A=canary-1", New: "A="}}, BeforeSHA256: sum([]byte(before)), ResultSHA256: sum([]byte(after)),
	}}
	j := journal.New(t.TempDir(), "web", clock.NewVirtual(noon))
	files := &memory{text: before, reads: -9}
	r, err := newRun(t.Context(), &plan.Plan{Steps: []plan.Step{step}}, Deps{Others: files, Clock: clock.Wall{}, Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	r.migrated.add("A", "canary-1")
	if err := r.others.write(step); err != nil || files.text != after {
		t.Fatalf("%q, %v", files.text, err)
	}
	if b, err := os.ReadFile(j.Path()); err != nil || len(b) == 0 || strings.Contains(string(b), "canary") {
		t.Errorf("%s, %v", b, err)
	}
}

// Nor does the record of a check that was refused, in its path or in the answer.
func TestRecordOfACheckHoldsNoValue(t *testing.T) {
	value := json.RawMessage(`{"type":"http","path":"/up?key=canary-1","interval":"15s"}`)
	op := machineconfig.Op{Verb: machineconfig.VerbAppend, Service: &machineconfig.ServiceKey{Protocol: "tcp", InternalPort: 8080}, Pointer: "/checks", Value: value}
	check, ok := machineconfig.ParseCheck(value, 8080)
	if !ok {
		t.Fatal("no check")
	}
	step := plan.Step{ID: "machine:a", Kind: plan.StepMachine, Machine: &plan.MachineStep{ID: "a", Ops: []machineconfig.Op{op}, Proof: []int{0}}}
	m := &onemachine.InFlight{Job: onemachine.Job{Step: step}, Machine: "a", Err: &UnhealthyError{Refused: true, Failing: []live.FailingCheck{{
		Known: true, Config: check, Row: live.Check{Name: "servicecheck-00-http-8080", Output: "HTTP GET /up: 404 Not Found: no canary-1"},
	}}}}
	for _, known := range []bool{false, true} {
		r, err := newRun(t.Context(), &plan.Plan{Steps: []plan.Step{step}}, Deps{Clock: clock.NewVirtual(noon)})
		if err != nil {
			t.Fatal(err)
		}
		if known {
			r.migrated.add("KEY", "canary-1")
		}
		b, err := json.Marshal([]any{recorder{r}.tried(m), r.rep.Refused})
		if err != nil || strings.Contains(string(b), "canary") == known {
			t.Errorf("known %v: %s, %v", known, b, err)
		}
	}
}

type writes = Secrets

// unheard loses the answers to what stores secrets; whether they are there can't be
// told either while list is an error.
type unheard struct {
	writes
	sent int
	list error
}

func (s *unheard) SetSecrets(context.Context, map[string]secret.Value) (map[string]string, uint64, error) {
	s.sent++
	return nil, 0, &live.Error{Kind: live.Unknown}
}

// A value whose answer was lost is sent again only where nobody has the name, and
// that is on record: it could be written over somebody else's.
func TestSecretIsNotSentAgainBlindly(t *testing.T) {
	full := journal.NewVia(t.TempDir(), "web", clock.NewVirtual(noon), noDisk{journal.OS()})
	for name, c := range map[string]struct {
		list error
		j    *journal.Journal
		sent int
	}{
		"nobody has it":            {nil, nil, 2},
		"the list can't be read":   {&live.Error{Kind: live.Forbidden}, nil, 1},
		"the record can't be kept": {nil, full, 1},
	} {
		s := &unheard{list: c.list}
		r, err := newRun(t.Context(), &plan.Plan{}, Deps{Secrets: listedSecrets{s}, Clock: clock.NewVirtual(noon), Journal: c.j})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = r.secrets.send(t.Context(), "secrets", nil, []string{"A"})
		if !isConfirm(err) || s.sent != c.sent {
			t.Errorf("%s: sent %d times, %v", name, s.sent, err)
		}
	}
}

type noDisk struct{ journal.FS }

func (noDisk) Create(string) (journal.File, error) { return nil, errors.New("no space left on device") }

type listedSecrets struct{ *unheard }

func (l listedSecrets) Secrets(context.Context) ([]live.Secret, error) { return nil, l.list }

// Nor does an entry leave while nobody can tell whether the app has its value; and
// one name gets one value.
func TestEntryStaysWhenInDoubt(t *testing.T) {
	s := &unheard{list: &live.Error{Kind: live.Unreachable}}
	r, err := newRun(t.Context(), &plan.Plan{}, Deps{Secrets: listedSecrets{s}, Clock: clock.NewVirtual(noon)})
	if err != nil {
		t.Fatal(err)
	}
	r.migrated.add("A", "canary-1")
	if err := r.secrets.held(t.Context()); err == nil {
		t.Error("it went on without a look at the secrets")
	}
	if r.file, err = flytoml.Parse("fly.toml", []byte("[env]\nA = \"one\"\nB = \"two\"\nC = \"\"\n")); err != nil {
		t.Fatal(err)
	}
	x := func(key string) plan.SecretFrom { return plan.SecretFrom{Name: "X", Key: key} }
	for _, c := range []struct {
		set  []plan.SecretFrom
		fine bool
	}{{[]plan.SecretFrom{x("env.A"), x("env.A")}, true}, {[]plan.SecretFrom{x("env.A"), x("env.B")}, false}, {[]plan.SecretFrom{x("env.C")}, false}, {[]plan.SecretFrom{x("env.D")}, false}} {
		if _, _, err := r.secrets.values(&plan.SecretsStep{Set: c.set}); (err == nil) != c.fine {
			t.Errorf("%v: %v", c.set, err)
		}
	}
}
