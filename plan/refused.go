package plan

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Refused says why flyctl refuses fly.toml, so that no deploy works.
type Refused struct {
	Now []Fault `json:"now"`
	// After is what is left of it when the plan is carried out; none: flyctl
	// accepts the file then.
	After []Fault `json:"after,omitempty"`
}

// Fault is one reason for which flyctl refuses the file.
type Fault struct {
	Line    int    `json:"line"` // 1-based
	Key     string `json:"key,omitempty"`
	Takes   string `json:"takes,omitempty"` // what flyctl takes there, as a noun
	Problem string `json:"problem,omitempty"`
}

// FaultsOf are the reasons for which flyctl refuses a file.
func FaultsOf(c *deployed.Config) []Fault {
	var out []Fault
	for _, r := range c.Refusals() {
		out = append(out, Fault{Line: max(1, r.Node.Position().Line), Key: r.Node.Path(), Takes: r.Takes, Problem: r.Problem})
	}
	return out
}

// refused is nil for a file that flyctl accepts, as every plan leaves one that
// it accepted: see settleEdits.
func refused(before, after *deployed.Config) *Refused {
	now := FaultsOf(before)
	if len(now) == 0 {
		return nil
	}
	return &Refused{Now: now, After: FaultsOf(after)}
}

// onMistyped says whether a fix would write over or into something that flyctl
// refuses, or take it away: the rule can't have read it. What it shares with
// the repair is the repair.
func onMistyped(fix *Fix, c *deployed.Config) bool {
	refused := mistyped(c)
	for _, e := range fix.Edits {
		paths := append(outerPaths(e.Path), e.Path)
		if e.To != "" {
			paths = append(append(paths, outerPaths(e.To)...), e.To)
		}
		for _, path := range paths {
			if slices.ContainsFunc(refused[path], func(r deployed.Refusal) bool { return touches(e, path, r.Repair) }) {
				return true
			}
		}
	}
	return false
}

// mistyped are the values that flyctl can't read, by their paths.
func mistyped(c *deployed.Config) map[string][]deployed.Refusal {
	type byPath struct{}
	return c.File().Derive(byPath{}, func() any {
		out := map[string][]deployed.Refusal{}
		for _, r := range c.Refusals() {
			if path := r.Node.Path(); path != "" && slices.Contains([]deployed.Kind{deployed.WrongType, deployed.WrongForm, deployed.NoName}, r.Kind) {
				out[path] = append(out[path], r)
			}
		}
		return out
	}).(map[string][]deployed.Refusal)
}

func touches(e flytoml.Edit, path string, repair *deployed.Repair) bool {
	if repair != nil {
		for _, own := range repair.Edits {
			if sameEdit(own, e) {
				return false
			}
		}
		switch repair.Edits[0].Op { // the form changes, and what is in it is as it was
		case flytoml.ArrayOf, flytoml.TableOf, flytoml.Nameless:
			return e.Path == path && e.Op != flytoml.Move
		}
	}
	return e.Path == path || within(e.Path, path) || e.To != "" && (e.To == path || strings.HasPrefix(e.To, path+"."))
}

// holdBreaking holds the fixes after each of which flyctl would refuse a file
// that it accepts now; where only several together do that, those that come
// first. There should be none.
func holdBreaking(file *flytoml.File, all []*finding) (held bool) {
	hold := func(f *finding) { f.outcome, f.reason, held = ByHand, "flyctl would refuse the file afterwards", true }
	for _, f := range all {
		if f.outcome != Planned || len(f.Fix.Edits) == 0 {
			continue
		}
		after, err := file.Apply(f.Fix.Edits...)
		if err == nil && len(deployed.Read(after).Refusals()) > 0 {
			hold(f)
		}
	}
	if !held {
		for _, f := range planned(all) {
			if f.First {
				hold(f)
			}
		}
	}
	return held
}
