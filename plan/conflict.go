package plan

import (
	"bytes"
	"reflect"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// holdConflicts finds pairs of planned findings that ask for different things
// at the same place, and holds both back. Neither wins: the order of rules is
// no reason to prefer one.
func holdConflicts(all []*finding) {
	type pair struct{ a, b *finding }
	var pairs []pair
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.outcome == Planned && b.outcome == Planned && disagree(a.Fix, b.Fix) {
				pairs = append(pairs, pair{a, b})
			}
		}
	}
	for _, p := range pairs {
		p.a.conflictsWith(p.b)
		p.b.conflictsWith(p.a)
	}
}

func (f *finding) conflictsWith(o *finding) {
	f.outcome, f.reason = Conflicting, o.Rule+" changes the same place differently"
	f.HowTo = "choose one: --skip " + o.Rule + " or --skip " + f.Rule
	if o.Rule == f.Rule { // to skip the rule would choose neither
		f.reason, f.HowTo = "two of its fixes change the same place differently", "make one of them yourself; then the other is planned"
	}
}

func disagree(a, b *Fix) bool {
	for _, x := range a.Edits {
		if slices.ContainsFunc(b.Edits, func(y flytoml.Edit) bool { return editsClash(x, y) }) {
			return true
		}
	}
	for _, x := range a.Lines {
		if slices.ContainsFunc(b.Lines, func(y LineEdit) bool { return lineEditsClash(x, y) }) {
			return true
		}
	}
	for _, x := range a.Changes {
		if slices.ContainsFunc(b.Changes, func(y Change) bool { return changesClash(x, y) }) {
			return true
		}
	}
	return false
}

func sameEdit(a, b flytoml.Edit) bool { return reflect.DeepEqual(a, b) }

// editsClash says whether two edits can't both be meant. Two entries for one
// array of tables don't clash: an array may have both.
func editsClash(a, b flytoml.Edit) bool {
	if sameEdit(a, b) {
		return false
	}
	if a.Path == b.Path {
		return a.Op != flytoml.Append || b.Op != flytoml.Append
	}
	if a.To != "" && (a.To == b.Path || a.To == b.To) || b.To != "" && b.To == a.Path {
		return true
	}
	// What moves, goes or becomes an array must not be written into meanwhile.
	return restructures(a) && leadsNowhere(a, b) || restructures(b) && leadsNowhere(b, a)
}

// leadsNowhere says whether e names something that the restructuring edit by leaves
// nowhere. The entries of an array that it makes are named as what they become.
func leadsNowhere(by, e flytoml.Edit) bool {
	return within(e.Path, by.Path) && (by.Op != flytoml.ArrayOf || !strings.HasPrefix(e.Path, by.Path+"["))
}

func restructures(e flytoml.Edit) bool {
	return e.Op == flytoml.Remove || e.Op == flytoml.Move || e.Op == flytoml.ArrayOf
}

// within says whether path lies below parent.
func within(path, parent string) bool {
	rest, ok := strings.CutPrefix(path, parent)
	return ok && rest != "" && (rest[0] == '.' || rest[0] == '[')
}

func changesClash(a, b Change) bool {
	switch {
	case a.Machine != nil && b.Machine != nil:
		return a.Machine.ID == b.Machine.ID && opsClash(a.Machine.Op, b.Machine.Op)
	case a.Secret != nil && b.Secret != nil:
		return a.Secret.Name == b.Secret.Name && a.Secret.From != b.Secret.From
	case a.Volume != nil && b.Volume != nil:
		return volumesClash(a.Volume, b.Volume)
	}
	return false
}

func opsClash(a, b machineconfig.Op) bool {
	if a.Pointer != b.Pointer || a.Port != b.Port || !reflect.DeepEqual(a.Service, b.Service) {
		return false
	}
	if a.Verb == machineconfig.VerbAppend && b.Verb == machineconfig.VerbAppend {
		return false
	}
	return !sameOp(a, b)
}

func sameOp(a, b machineconfig.Op) bool {
	return a.Verb == b.Verb && a.Pointer == b.Pointer && a.Port == b.Port &&
		reflect.DeepEqual(a.Service, b.Service) && bytes.Equal(a.Value, b.Value)
}
