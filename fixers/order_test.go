package fixers_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// fixed is the file after the given rules, all at once.
func fixed(t *testing.T, file *flytoml.File, rules ...string) *flytoml.File {
	t.Helper()
	p, err := plan.Build(plan.Target{File: file, Offline: "test"}, fixers.All(),
		plan.Options{FilePath: "fly.toml", Only: rules, Allow: plan.Consent{Review: true, Paid: true}})
	if err != nil {
		t.Fatal(err)
	}
	after, err := file.Apply(fileEdits(p)...)
	if err != nil {
		t.Fatal(err)
	}
	return after
}

// TestOrderOfRules fixes the fixtures rule by rule, in several orders, and
// wants what fixing all at once gives, in meaning: a new table goes to the end
// of the file, so which of two stands first is the order's. Twice, because one
// fix may let another rule see what flyctl refused before.
func TestOrderOfRules(t *testing.T) {
	sources := map[string][]byte{}
	for _, f := range fixtures(t) {
		sources[f.name], _ = f.file("fly.toml")
	}
	ids := ruleIDs()
	slices.Sort(ids)
	backwards := slices.Clone(ids)
	slices.Reverse(backwards)
	half := slices.Concat(ids[len(ids)/2:], ids[:len(ids)/2])
	for name, src := range sources {
		file, err := flytoml.Parse("fly.toml", src)
		if err != nil {
			continue // flyctl can't read it either
		}
		once := fixed(t, fixed(t, file, ids...), ids...)
		for _, order := range [][]string{ids, backwards, half} {
			got := file
			for _, id := range slices.Concat(order, order) {
				got = fixed(t, got, id)
			}
			if diff := cmp.Diff(once.Root().Value(), got.Root().Value()); diff != "" {
				t.Errorf("%s: fixed in the order %v it differs from fixed at once (-at once +one by one):\n%s", name, order, diff)
			}
		}
	}
}
