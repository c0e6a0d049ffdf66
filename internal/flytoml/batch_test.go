package flytoml_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// TestTogether: edits that are made together give the bytes that they give one
// after the other.
func TestTogether(t *testing.T) {
	made := 0
	for i := range 1500 {
		r := rand.New(rand.NewPCG(11, uint64(i)))
		src := randomFile(r)
		if i%3 == 0 {
			src = sample + src
		}
		f, err := flytoml.Parse("fly.toml", []byte(src))
		if err != nil {
			continue
		}
		one, edits := f, []flytoml.Edit(nil)
		for range 6 {
			e := randomEdit(r, f)
			if next, err := one.Apply(e); err == nil {
				one, edits = next, append(edits, e)
			}
		}
		made += len(edits)
		all, err := f.Apply(edits...)
		if err != nil {
			t.Fatalf("%+v: %v in\n%s", edits, err, src)
		}
		if diff := cmp.Diff(one.Root().Value(), all.Root().Value()); diff != "" {
			t.Fatalf("%+v together mean something else (-one after the other +together):\n%s", edits, diff)
		}
		// Of two styles that a file shows equally often, an edit may tip the scale.
		plain := strings.NewReplacer("'", "", `"`, "", " ", "", "\t", "")
		if diff := cmp.Diff(plain.Replace(string(one.Bytes())), plain.Replace(string(all.Bytes()))); diff != "" {
			t.Fatalf("%+v together give other bytes (-one after the other +together):\n%s", edits, diff)
		}
	}
	if made < 1500 {
		t.Errorf("only %d edits were made", made)
	}
}

// BenchmarkApplyMany makes an edit in each of 400 tables.
func BenchmarkApplyMany(b *testing.B) {
	var src strings.Builder
	var edits []flytoml.Edit
	for i := range 400 {
		fmt.Fprintf(&src, "[[services]]\n  internal_port = %d\n  auto_stop_machines = true\n\n", i)
		edits = append(edits, set(fmt.Sprintf("services[%d].auto_stop_machines", i), `"stop"`), set(fmt.Sprintf("services[%d].protocol", i), `"tcp"`))
	}
	f, err := flytoml.Parse("fly.toml", []byte(src.String()))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := f.Apply(edits...); err != nil {
			b.Fatal(err)
		}
	}
}
