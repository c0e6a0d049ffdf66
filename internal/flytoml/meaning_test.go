package flytoml_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pelletier/go-toml/v2"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// twice are statements of which many can't stand in one file together.
var twice = []string{
	"a = 1", "a.b = 1", "a.b.c = 1", "a.c = [1, { x = 1 }]", "a = { b = 1, c.d = 2, c.e = 3 }", "a = {b = 1, b = 2}", "a = [{x.y = 1, x = 2}]", "a = [3]",
	"[a]", "[a.b]", "[a.b.c]", "[[a]]", "[[a.b]]", "[[a.b.c]]", "b.c = 1", "c = 1", "x.y = 2", "\"a\" = 2", "'a'.b = 2", "[ a . b ]",
	"n = 9223372036854775807", "m = -9223372036854775808", "n = 9223372036854775808", "h = 0x7fffffffffffffff", "h = 0xffffffffffffffff", "o = 0o17", "p = +1_000", "z = -0",
	"f = 1e6", "f = -inf", "f = nan", "f = 6_0.5", "t = 1979-05-27T07:32:00Z", "t = 1979-05-27", "t = 2021-02-30", "t = 07:32:00.5", "t = 25:00:00", "t = 1979-05-27 07:32:00.999",
	"s = \"\\u00e9\\n\"", "s = 'raw\\'", "s = \"\"\"\\\n  x\"\"\"", "u = [\"a\", 'b', 1, 2.5, true, []]", "v = true", "v = false", "[b]", "[b.c]", "[[b]]", "[\"\"]", "\"\" = 1",
}

// sameMeaning holds a file against what go-toml makes of it. It says whether it
// is TOML, and else what go-toml says of it.
func sameMeaning(t *testing.T, src string) (ok bool, ours *flytoml.ParseError, theirs *toml.DecodeError) {
	t.Helper()
	want := map[string]any{}
	wrong := toml.Unmarshal([]byte(src), &want)
	f, err := flytoml.Parse("fly.toml", []byte(src))
	if err == nil && len(f.Surplus()) > 0 { // read as if those lines were not there
		return false, nil, nil
	}
	if (err == nil) != (wrong == nil) {
		t.Fatalf("%v, but go-toml says %v of\n%s", err, wrong, src)
	}
	if err != nil {
		_ = errors.As(err, &ours)
		_ = errors.As(wrong, &theirs)
		return false, ours, theirs
	}
	if diff := cmp.Diff(want, f.Root().Value(), cmpopts.EquateNaNs()); diff != "" {
		t.Fatalf("go-toml reads it otherwise (-want +got):\n%s\nof\n%s", diff, src)
	}
	return true, nil, nil
}

// TestMeaning: what a file says, and where something is wrong with it, is what
// go-toml's decoder says.
func TestMeaning(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	accepted := 0
	for range 5000 {
		var lines []string
		for range 1 + r.IntN(6) {
			lines = append(lines, twice[r.IntN(len(twice))])
		}
		src := strings.Join(lines, "\n")
		ok, ours, theirs := sameMeaning(t, src)
		if ok {
			accepted++
		}
		if ours == nil {
			continue
		}
		if line, column := theirs.Position(); ours.Line != line || ours.Column != column {
			t.Fatalf("%v, but go-toml says %d:%d: %v of\n%s", ours, line, column, theirs, src)
		}
	}
	if accepted < 500 {
		t.Errorf("only %d of the files are TOML", accepted)
	}
}

func FuzzMeaning(f *testing.F) {
	for _, s := range append(seeds(f), twice...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if strings.HasPrefix(src, "\ufeff") || len(src) > 2000 || strings.ContainsAny(src, "\x00") {
			return // bounds that are ours
		}
		sameMeaning(t, src)
	})
}
