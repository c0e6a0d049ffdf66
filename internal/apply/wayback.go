package apply

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/linepatch"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// inverse are the ops that take ours back from a machine, without what must
// not be written down: values of env entries, whoever they are, and anything
// that a migrated value stands in. The env values of the machine itself need
// not be those of the file, so they are looked for as well.
func (m *migrated) inverse(before machineconfig.Config, ops []machineconfig.Op) (kept []machineconfig.Op, incomplete bool) {
	var env struct {
		Env map[string]string `json:"env"`
	}
	_ = json.Unmarshal(before.JSON(), &env) // an env of another shape has no entries to cut
	all := migrated{names: m.names, finds: slices.Clone(m.finds)}
	for _, name := range m.names {
		if v, ok := env.Env[name]; ok {
			all.add(name, v)
		}
	}
	inverse := machineconfig.Invert(machineconfig.WithoutEnv(before, m.names...), ops)
	kept = slices.DeleteFunc(slices.Clone(inverse), func(op machineconfig.Op) bool {
		return inEnv(op) && len(op.Value) > 0 || !all.clear(op.Value) || !all.clear(op.If)
	})
	return kept, len(kept) < len(inverse)
}

// inEnv says whether an op is about the env entries of a machine, or of one of
// its containers or processes.
func inEnv(op machineconfig.Op) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(op.Pointer, "/"), "/")
	return op.Service == nil && (first == "env" || first == "containers" || first == "processes")
}

// clear says whether no migrated value stands in a JSON value.
func (m *migrated) clear(raw json.RawMessage) bool {
	var tree any
	return len(raw) == 0 || json.Unmarshal(raw, &tree) == nil && !m.inJSON(tree)
}

// wayBack leads from what the file becomes to what it was without the migrated
// entries; bare leaves the comments away that went with them. Nil: it would
// hold a value of [env].
func (m *migrated) wayBack(f *flytoml.File, after []byte, edits []flytoml.Edit) (back, bare *linepatch.Patch, err error) {
	if bare, err = m.without(f, after, edits, flytoml.Remove); err != nil {
		return nil, nil, err
	}
	if back, err = m.without(f, after, edits, flytoml.Cut); err != nil || back == nil {
		return bare, nil, err
	}
	if bare != nil && slices.Equal(back.Hunks, bare.Hunks) {
		bare = nil
	}
	return back, bare, nil
}

// without is the way to the file from which op takes the migrated entries.
func (m *migrated) without(f *flytoml.File, after []byte, edits []flytoml.Edit, op flytoml.Op) (*linepatch.Patch, error) {
	var cut []flytoml.Edit
	for _, e := range edits {
		if e.Op == flytoml.Remove && len(envEntries(f, e)) > 0 {
			e.Op = op
			cut = append(cut, e)
		}
	}
	without, err := f.Apply(cut...)
	if err != nil {
		return nil, nil //nolint:nilerr // the entries can't be cut out: then nothing may be kept
	}
	p, err := linepatch.New(after, without.Bytes())
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(p.Hunks, func(h linepatch.Hunk) bool { return m.in(h.Text) || holdsEnv(f, h.Text) }) {
		return nil, nil
	}
	return p, nil
}

// CantUndoFile says whether an undo could not bring fly.toml back, because the
// record of its edit would hold a secret value of it, or one of [env]. It reads
// the file of d and changes nothing.
func CantUndoFile(p *plan.Plan, d Deps) bool {
	r, err := newRun(context.Background(), p, d)
	if err != nil {
		return false
	}
	before := preflight{r}
	if moved, err := before.file(); err != nil || len(moved) > 0 {
		return false // it won't be edited either
	}
	before.noteMigrated()
	for _, s := range r.steps(plan.StepFile) {
		after, err := r.edit.wanted(s.EditFile)
		if err != nil {
			return false
		}
		if back, _, err := r.migrated.wayBack(r.file, after, s.EditFile.Edits); err == nil && back == nil {
			return true
		}
	}
	return false
}

// holdsEnv says whether a piece of the file has an env entry with its value.
func holdsEnv(f *flytoml.File, text string) bool {
	for _, e := range deployed.EnvEntries(f) {
		value, _ := e.Text()
		for line := range strings.Lines(value) {
			line = strings.TrimSpace(line)
			if len(line) >= minFind && strings.Contains(text, e.Name) && strings.Contains(text, line) {
				return true
			}
		}
	}
	return false
}
