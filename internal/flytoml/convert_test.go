package flytoml_test

import (
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// TestConvert holds the edits that make another form of a value out of the
// value itself.
func TestConvert(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"quote", "a = 1_0 # why\n", "a = \"1_0\" # why\n"},
		{"quote a date", "a = 2024-01-01\nb = 'x'\n", "a = '2024-01-01'\nb = 'x'\n"},
		{"only", "a = [ \"x\" ]  # why\n", "a = \"x\"  # why\n"},
		{"words", "a = [\"sh\", \"-c\", \"a 'b' \\\"c\\\"\"]\n", "a = \"sh -c 'a '\\\"'\\\"'b'\\\"'\\\"' \\\"c\\\"'\"\n"},
		{"in-array", "a = \"x\"\n", "a = [\"x\"]\n"},
		{"behind", "a = 'x y'\n", "a = [\"sh\", \"-c\", 'x y']\n"},
		{"under", "a = \"x\" # why\n", "a = { key = \"x\" } # why\n"},
		{"pairs", "a = [\"B=c=d\", \"X-E: f, g\"] # why\n", "a = { B = \"c=d\", X-E = \"f, g\" } # why\n"},
		{"pairs", "a = [{ name = \"B\", value = \"c\" }]\n", "a = { B = \"c\" }\n"},
		{"nameless", "# x\n[a.one]\nb = 1\n\n[a.two]\nc = 2\n[a.two.h]\nd = 3\n", "# x\n[[a]]\nb = 1\n\n[[a]]\nc = 2\n[a.h]\nd = 3\n"},
		{"cut-mark", "\xef\xbb\xbfa = 1\r\n", "a = 1\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := flytoml.Parse("fly.toml", []byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			e := flytoml.Edit{Op: flytoml.Op(tt.name), Path: "a"}
			switch tt.name {
			case "quote a date":
				e.Op = flytoml.Quote
			case "cut-mark":
				e.Path = ""
			case "behind":
				e.Op, e.Value = flytoml.InArray, `"sh", "-c"`
			case "under":
				e.Value = "key"
			}
			got, err := f.Apply(e)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Bytes()) != tt.want {
				t.Errorf("got  %q\nwant %q", got.Bytes(), tt.want)
			}
		})
	}
}

func TestConvertRefuses(t *testing.T) {
	for in, op := range map[string]flytoml.Op{
		"a = [1, 2]\n": flytoml.Only, "a = [1]\n": flytoml.Words, "a = []\n": flytoml.Words, "[a]\nb = 1\n": flytoml.Nameless,
		"a = \"B=c D=e\"\n": flytoml.Pairs, "a = \"B=c,D=e\"\n": flytoml.Pairs, "a = [\"B=1\", \"B=2\"]\n": flytoml.Pairs, "a = [\"B\"]\n": flytoml.Pairs, "a = 1\n": flytoml.Pairs,
		"[a]\n": flytoml.Quote, "a = [ # why\n \"x\" ]\n": flytoml.Only, "a = [[1]]\n": flytoml.InArray,
	} {
		f, err := flytoml.Parse("fly.toml", []byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Apply(flytoml.Edit{Op: op, Path: "a"}); err == nil {
			t.Errorf("%s of %q: %q", op, in, got.Bytes())
		}
	}
}
