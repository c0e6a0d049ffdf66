package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// What makes fly.toml say what its author meant comes first (Finding.First): the
// rules look at the file with those fixes that the plan carries out, so that one
// apply is enough, and none of them acts on a service, a process group or a time
// that it could not see. Fixes that wait for consent change nothing for the others;
// of those that are safe, what is meant is read from the file as it is.

// maxLooks bounds how often the rules look: a table that gets its name back may
// hold more to repair.
const maxLooks = 4

// repaired is what is planned to come first, and the file with it.
type repaired struct {
	first []*finding
	file  *flytoml.File
	lines []int // by its lines, from 1, those of the file as it is
	was   *flytoml.File
}

// look asks the rules, and gives what comes first and what they find in the file
// with that.
func look(t Target, rules []Fixer, ignores []*ignore, o Options) (repaired, []*finding, error) {
	r := repaired{file: t.File, was: t.File}
	for n := 1; ; n++ {
		on := t
		on.File, on.repaired = r.file, r
		on.Shown = func(fx Fixer, f Finding) bool {
			return slices.ContainsFunc(rules, func(c Fixer) bool { return c.ID == fx.ID }) && judge(on, fx, f, ignores, o).goesOn()
		}
		found := collect(on, rules, ignores, o)
		first := slices.DeleteFunc(planned(found), func(f *finding) bool { return !f.First || f.Fix.Safety == Safe })
		holdConflicts(first)
		if _, err := settleEdits(r.file, first); err != nil {
			return r, nil, err
		}
		if first = planned(first); n == maxLooks || len(first) == 0 {
			holdConflicts(found)
			holdMisfits(t, found)
			return r, found, nil
		}
		done := mergedEdits(first)
		r.first = append(r.first, slices.DeleteFunc(planned(found), func(f *finding) bool { return !f.First || !among(f.Fix.Edits, done) })...)
		var err error
		if r.file, err = t.File.Apply(mergedEdits(r.first)...); err != nil {
			return r, nil, fmt.Errorf("edit %s: %w", t.File.Name(), err)
		}
		r.lines = oldLines(r.file)
	}
}

// lookAgain asks the rules once more about the file that the plan makes, where a
// safe repair or a key that gets its place may have brought something to light,
// and adds what would be planned next. So one apply is enough.
func lookAgain(t Target, rules []Fixer, ignores []*ignore, o Options, all []*finding) ([]*finding, error) {
	for range maxLooks {
		if !slices.ContainsFunc(planned(all), (*finding).bringsToLight) {
			return all, nil
		}
		after, err := settleEdits(t.File, all)
		if err != nil {
			return nil, err
		}
		before := planned(all)
		if !slices.ContainsFunc(before, (*finding).bringsToLight) {
			return all, nil
		}
		on := t
		on.File, on.repaired = after, repaired{first: before, file: after, was: t.File, lines: oldLines(after)}
		seen := collect(on, rules, ignores, o)
		all = slices.DeleteFunc(all, func(g *finding) bool { // an ignore comment may have been for what is only seen now
			return g.Rule == UnusedIgnore && !slices.ContainsFunc(seen, func(f *finding) bool { return f.Rule == UnusedIgnore && f.Line == g.Line })
		})
		next := slices.DeleteFunc(planned(seen), func(f *finding) bool {
			return len(f.Fix.Edits) == 0 || slices.ContainsFunc(before, func(g *finding) bool {
				return disagree(&Fix{Changes: g.Fix.Changes}, &Fix{Changes: f.Fix.Changes})
			})
		})
		if holdConflicts(next); len(planned(next)) == 0 {
			return all, nil
		}
		on.repaired.standAlone(next)
		for _, f := range planned(next) { // in the place of one that could not be planned yet
			all = slices.DeleteFunc(all, func(g *finding) bool { return g.outcome != Planned && g.Rule == f.Rule && g.Key == f.Key })
			all = append(all, f)
		}
	}
	return all, nil
}

// bringsToLight: the fix makes something be read that was not.
func (f *finding) bringsToLight() bool {
	return f.First || slices.ContainsFunc(f.Fix.Edits, func(e flytoml.Edit) bool { return e.Op == flytoml.Move })
}

// among says whether all edits are some of those.
func among(edits, those []flytoml.Edit) bool {
	return !slices.ContainsFunc(edits, func(e flytoml.Edit) bool {
		return !slices.ContainsFunc(those, func(o flytoml.Edit) bool { return sameEdit(e, o) })
	})
}

// oldLines says for each line of an edited file, from 1, where it stood; of one
// that is new, what stood there.
func oldLines(after *flytoml.File) []int {
	lines, old := []int{0}, 1
	for _, d := range after.Diff() {
		if d.Old > 0 {
			old = d.Old
		}
		if d.New > 0 {
			lines = append(lines, old)
		}
	}
	return lines
}

// where is a line in the file as it is.
func (r repaired) where(line int) int {
	if line <= 0 || line >= len(r.lines) {
		return line
	}
	return r.lines[line]
}

// asItIs is a finding about the repaired file as one about the file as it is,
// which people have before their eyes: its places, and whether flyctl refuses it.
func (r repaired) asItIs(f Finding) Finding {
	if r.lines == nil {
		return f
	}
	if f.Refused && len(deployed.Read(r.was).Refusals()) == 0 {
		f.Refused, f.Severity = false, Warning
	}
	if f.File == "" && f.Line > 0 {
		f.Line = r.where(f.Line)
		f.Column = min(f.Column, r.was.LineEnd(f.Line).Column)
	}
	f.Evidence = slices.Clone(f.Evidence)
	for i, e := range f.Evidence {
		if e.File == r.was.Name() {
			f.Evidence[i].Line = r.where(e.Line)
		}
	}
	return f
}

// standAlone puts before the edits of a finding those of what comes first that they
// rest on, so that they can be made without the rest of the plan.
func (r repaired) standAlone(found []*finding) {
	for _, f := range found {
		if f.Fix == nil {
			continue
		}
		fix := *f.Fix
		fix.Edits = nil
		for _, g := range r.first {
			if restsOn(f.Fix.Edits, g.Fix.Edits) {
				fix.Edits = append(fix.Edits, g.Fix.Edits...)
			}
		}
		if len(fix.Edits) > 0 {
			fix.Edits = append(fix.Edits, f.Fix.Edits...)
			f.Fix = &fix
		}
	}
}

// restsOn says whether edits are about what others have made.
func restsOn(edits, others []flytoml.Edit) bool {
	return slices.ContainsFunc(edits, func(e flytoml.Edit) bool {
		return slices.ContainsFunc(others, func(o flytoml.Edit) bool {
			made := cmp.Or(o.To, o.Path)
			return made != "" && (e.Path == made || within(e.Path, made))
		})
	})
}

// secretsStand says whether the values that a fix would store stand in the file
// as it is, where apply reads them.
func (r repaired) secretsStand(fix *Fix) bool {
	return !slices.ContainsFunc(fix.Changes, func(c Change) bool {
		if c.Secret == nil || r.was == nil {
			return false
		}
		was, there := r.was.Get(c.Secret.From)
		now, _ := r.file.Get(c.Secret.From)
		return !there || was.Raw() != now.Raw()
	})
}
