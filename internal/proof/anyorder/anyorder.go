// Package anyorder asks whether the order in which rules are applied shows in
// a file: all rules at once, and one after the other in random orders, must
// come to the same bytes.
//
// One by one, a rule may see only after another's fix what was hidden before,
// so the rules are gone through until there is nothing left to do.
package anyorder

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/aymanbagabas/go-udiff"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// rounds bounds how often all rules are tried. Rules that undo each other
// would never come to rest.
const rounds = 6

// Check fixes t's file once with all rules, and rule by rule in n random orders that the seed decides.
// It gives "" when all come to the same bytes, else the order that did not
// and the difference.
func Check(t plan.Target, fixers []plan.Fixer, n int, seed uint64) (string, error) {
	ids := make([]string, len(fixers))
	for i, fx := range fixers {
		ids[i] = fx.ID
	}
	slices.Sort(ids)
	once, err := fix(t, fixers, ids)
	if err != nil {
		return "", fmt.Errorf("all rules at once: %w", err)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		got, err := settle(t, fixers, ids)
		if err != nil {
			return "", fmt.Errorf("in the order %v: %w", ids, err)
		}
		if !bytes.Equal(got.Bytes(), once.Bytes()) {
			diff := udiff.Unified("at once", "one by one", string(once.Bytes()), string(got.Bytes()))
			return fmt.Sprintf("in the order %v:\n%s", ids, diff), nil
		}
	}
	return "", nil
}

// settle applies one rule after the other until a round over all of them
// changes nothing.
func settle(t plan.Target, fixers []plan.Fixer, order []string) (*flytoml.File, error) {
	for range rounds {
		before := t.File
		for _, id := range order {
			after, err := fix(t, fixers, []string{id})
			if err != nil {
				return nil, err
			}
			t.File = after
		}
		if bytes.Equal(before.Bytes(), t.File.Bytes()) {
			return t.File, nil
		}
	}
	return nil, fmt.Errorf("something is left to do after %d rounds", rounds)
}

func fix(t plan.Target, fixers []plan.Fixer, rules []string) (*flytoml.File, error) {
	p, err := plan.Build(t, fixers, plan.Options{
		FilePath: t.File.Name(), Only: rules, Allow: plan.Consent{Review: true, Paid: true},
	})
	if err != nil {
		return nil, err
	}
	for _, s := range p.Steps {
		if s.Kind == plan.StepFile {
			return t.File.Apply(s.EditFile.Edits...)
		}
	}
	return t.File, nil
}
