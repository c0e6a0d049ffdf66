package plan

import (
	"bytes"
	"cmp"
	"fmt"
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
	type pair struct{ a, b int }
	var pairs []pair
	places := placesOf(all)
	for b, f := range all {
		if f.outcome != Planned {
			continue
		}
		for _, a := range places.before(b, f.Fix) {
			if disagree(all[a].Fix, f.Fix) {
				pairs = append(pairs, pair{a, b})
			}
		}
	}
	slices.SortFunc(pairs, func(x, y pair) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	for _, p := range pairs {
		all[p.a].conflictsWith(all[p.b])
		all[p.b].conflictsWith(all[p.a])
	}
}

// places are the planned findings by what their fixes change, so that only
// those are compared that may be about one thing.
type places struct{ at, inside map[string][]int }

func placesOf(all []*finding) places {
	p := places{map[string][]int{}, map[string][]int{}}
	for i, f := range all {
		if f.outcome != Planned {
			continue
		}
		for _, place := range f.Fix.places() {
			p.at[place] = append(p.at[place], i)
			for _, outer := range outerPaths(place) {
				p.inside[outer] = append(p.inside[outer], i)
			}
		}
	}
	return p
}

// before are the findings before the one with the index whose fixes may be
// about what fix is about.
func (p places) before(index int, fix *Fix) []int {
	var out []int
	for _, place := range fix.places() {
		out = append(out, p.at[place]...)
		for _, outer := range outerPaths(place) {
			out = append(out, p.at[outer]...)
		}
	}
	for _, e := range fix.Edits {
		if restructures(e) {
			out = append(out, p.inside[e.Path]...)
		}
	}
	slices.Sort(out)
	first, _ := slices.BinarySearch(out, index)
	return slices.Compact(out[:first])
}

// places are what a fix changes: paths of fly.toml, and names of other things
// that are no path.
func (f *Fix) places() []string {
	var out []string
	for _, e := range f.Edits {
		if out = append(out, e.Path); e.To != "" {
			out = append(out, e.To)
		}
	}
	for _, e := range f.Lines {
		out = append(out, fmt.Sprint(e.Line, " of ", e.File))
	}
	for _, c := range f.Changes {
		switch {
		case c.Machine != nil:
			out = append(out, "machine "+c.Machine.ID)
		case c.Secret != nil:
			out = append(out, "secret "+c.Secret.Name)
		case c.Volume != nil:
			out = append(out, "volume "+c.Volume.ID)
		}
	}
	return out
}

// outerPaths are the paths that a path lies within.
func outerPaths(path string) []string {
	var out []string
	for i := range path {
		if path[i] == '.' || path[i] == '[' {
			out = append(out, path[:i])
		}
	}
	return out
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

func sameEdit(a, b flytoml.Edit) bool { return a.Identity() == b.Identity() }

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
