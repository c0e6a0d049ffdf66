package commands

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// maxPlan is far above what any app gives (a machine step is about 1 KiB).
const maxPlan = 16 << 20

// safeToKeep makes sure that no secret value of the file got into what the
// plan would carry out. No fixer puts one there; this is the second lock.
func safeToKeep(p *plan.Plan, m *view.Mask) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p.Steps); err != nil {
		return fmt.Errorf("encode plan: %w", err)
	}
	if m.Holds(b.String()) {
		return errors.New("the plan would hold a secret value of fly.toml, so it is not shown; please report this")
	}
	return nil
}

// savePlan writes a plan that nobody else on the machine may read: it holds
// no secret values, but it names machines, secrets and their digests.
func savePlan(path, flyToml string, p *plan.Plan) error {
	if a, err := os.Stat(path); err == nil {
		if b, err := os.Stat(flyToml); err == nil && os.SameFile(a, b) {
			return &usageError{message: "--out would overwrite fly.toml itself"}
		}
	}
	var b bytes.Buffer
	if err := view.JSON(&b, p); err != nil {
		return fmt.Errorf("encode plan: %w", err)
	}
	if err := atomicfile.Write(path, b.Bytes(), atomicfile.Options{Mode: 0o600}); err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	// A file that was there already has kept the mode it had.
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	return nil
}

// readPlan reads a saved plan, strictly: a field that this program does not
// know might be one that a newer one relies on.
func readPlan(path, shown string) (*plan.Plan, error) {
	raw, err := readShown(path, "plan "+shown, maxPlan)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no plan file %s", shown)
	}
	if err != nil {
		return nil, err
	}
	return parsePlan(raw, shown)
}

func parsePlan(raw []byte, shown string) (*plan.Plan, error) {
	var head struct {
		SchemaVersion int `json:"schema_version"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, fmt.Errorf("read plan %s: it is not a saved plan: %w", shown, err)
	}
	if head.SchemaVersion != plan.SchemaVersion {
		return nil, fmt.Errorf("read plan %s: it has schema version %d, this program reads %d; make the plan again",
			shown, head.SchemaVersion, plan.SchemaVersion)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	p := &plan.Plan{}
	if err := dec.Decode(p); err != nil {
		return nil, fmt.Errorf("read plan %s: %w", shown, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read plan %s: there is more behind its end", shown)
	}
	if err := validPlan(p); err != nil {
		return nil, fmt.Errorf("read plan %s: %w", shown, err)
	}
	return p, nil
}

// validPlan checks what the rest of the program takes for granted: every step
// has the part that its kind says, and no other, and the words that are shown
// as they are, are known ones.
func validPlan(p *plan.Plan) error {
	for i, s := range p.Steps {
		has := map[plan.StepKind]bool{
			plan.StepSecrets: s.Secrets != nil, plan.StepFile: s.EditFile != nil,
			plan.StepMachine: s.Machine != nil, plan.StepClone: s.Clone != nil,
			plan.StepVolume: s.Volume != nil,
		}
		n := 0
		for _, set := range has {
			if set {
				n++
			}
		}
		if n != 1 || !has[s.Kind] {
			return fmt.Errorf("step %d (%q) is not a whole %q step", i+1, s.ID, s.Kind)
		}
	}
	for i, f := range p.Findings {
		if !slices.Contains(dispositions, f.Outcome) || !slices.Contains(severities, f.Severity) {
			return fmt.Errorf("finding %d has outcome %q and severity %q, which this program doesn't write", i+1, f.Outcome, f.Severity)
		}
	}
	if p.File.Path == "" {
		return errors.New("it names no fly.toml")
	}
	return nil
}

var (
	dispositions = []plan.Disposition{plan.Planned, plan.NeedsConsent, plan.HeldBack, plan.Conflicting, plan.ByHand, plan.Ignored}
	severities   = []plan.Severity{plan.Error, plan.Warning, plan.Info}
)
