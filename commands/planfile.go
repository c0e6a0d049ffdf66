package commands

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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
func savePlan(path, shown, flyToml string, p *plan.Plan) error {
	if a, err := os.Stat(path); err == nil {
		if b, err := os.Stat(flyToml); err == nil && os.SameFile(a, b) {
			return &usageError{message: "--out would overwrite fly.toml itself"}
		}
	}
	if err := isPlanOrNew(path); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := view.JSON(&b, p); err != nil {
		return fmt.Errorf("encode plan: %w", err)
	}
	if err := writeShown(path, "save the plan in "+shown, b.Bytes(), 0o600); err != nil {
		return err
	}
	// A file that was there already has kept the mode it had.
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	return nil
}

// isPlanOrNew keeps --out from writing over a file that is no plan: a slip of
// the fingers must not cost somebody's work.
func isPlanOrNew(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil //nolint:nilerr // what can't be looked at can't be written either, and that says why
	}
	var have struct {
		SchemaVersion int              `json:"schema_version"`
		Findings      *json.RawMessage `json:"findings"`
		Steps         *json.RawMessage `json:"steps"`
	}
	if b, err := atomicfile.ReadRegular(path, maxPlan); err == nil && json.Unmarshal(b, &have) == nil && have.SchemaVersion > 0 && have.Findings != nil && have.Steps != nil {
		return nil
	}
	return &usageError{
		message: fmt.Sprintf("--out would overwrite %s, which is not a saved plan", path),
		hint:    "give --out a new file, or remove that one first",
	}
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
	if err := json.Unmarshal(raw, &head); err != nil || head.SchemaVersion == 0 { // what JSON it lacks says nothing to anybody
		return nil, &usageError{"read plan " + shown + ": it is not a saved plan, or not all of one", "`fly-standards plan --out FILE` saves one"}
	}
	if head.SchemaVersion != plan.SchemaVersion {
		return nil, otherVersion(shown, head.SchemaVersion)
	}
	p := &plan.Plan{}
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, fmt.Errorf("read plan %s: %w", shown, err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&plan.Plan{}); err != nil { // it has fields that are not those of this version
		return nil, fmt.Errorf("read plan %s: it was made by a newer version of fly-standards (%s): update this one, or make a new plan", shown, p.Tool)
	}
	if err := validPlan(p); err != nil {
		return nil, fmt.Errorf("read plan %s: %w", shown, err)
	}
	return p, nil
}

// otherVersion refuses a plan of another schema version.
func otherVersion(shown string, version int) error {
	if version > plan.SchemaVersion {
		return fmt.Errorf("read plan %s: it was made by a newer version of fly-standards (schema version %d; this one reads %d): "+
			"update this one, or make a new plan", shown, version, plan.SchemaVersion)
	}
	return fmt.Errorf("read plan %s: it has schema version %d; this version reads %d: make a new plan", shown, version, plan.SchemaVersion)
}

// validPlan checks what the rest of the program takes for granted: every step
// has the part that its kind says, and no other, and the words that are shown
// as they are, are known ones.
func validPlan(p *plan.Plan) error {
	for i, s := range p.Steps {
		if !s.Whole() || s.Kind == plan.StepDestroy { // no plan but an undo destroys
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
