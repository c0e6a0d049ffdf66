package view

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func parse(t *testing.T, src string) *flytoml.File {
	t.Helper()
	f, err := flytoml.Parse("fly.toml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func wholeDiff(f *flytoml.File, edits []flytoml.Edit, m *Mask) ([]diffLine, error) {
	d, err := newDiff(f, edits, m)
	if err != nil {
		return nil, err
	}
	return d.take(diffLine.changed), nil
}

func hideCanaries(_, _, value string) bool { return strings.Contains(value, "canary") }

func TestDiff(t *testing.T) {
	const src = `app = "a"
# canary-one-2 is the old password
[env]
  PORT = "8080"
  KEY = "canary-one-2" # canary-one-2!

[http_service]
  internal_port = 8080

[[vm]]
  size = "shared-cpu-1x"
`
	for name, tc := range map[string]struct {
		edits []flytoml.Edit
		want  string
	}{
		"an added table has a line of context and begins with its blank line": {
			[]flytoml.Edit{{Op: flytoml.Append, Path: "http_service.checks", Entries: []flytoml.Entry{{Key: "path", Value: `"/up"`}}}},
			`
       8     internal_port = 8080
         +
         +   [[http_service.checks]]
         +     path = "/up"
`,
		},
		"a removed secret is hidden, also in its comment": {
			[]flytoml.Edit{{Op: flytoml.Remove, Path: "env.KEY"}},
			`
       4     PORT = "8080"
       5 -   KEY = "(hidden)" # (hidden)!
`,
		},
		"at the top of the file the context is below": {
			[]flytoml.Edit{{Op: flytoml.Set, Path: "app", Value: `"b"`}},
			`
       1 - app = "a"
         + app = "b"
       2   # (hidden) is the old password
`,
		},
		"two places have a gap between them": {
			[]flytoml.Edit{{Op: flytoml.Set, Path: "app", Value: `"b"`}, {Op: flytoml.Set, Path: "vm[0].size", Value: `"shared-cpu-2x"`}},
			`
       1 - app = "a"
         + app = "b"
       2   # (hidden) is the old password
         ⋮
      10   [[vm]]
      11 -   size = "shared-cpu-1x"
         +   size = "shared-cpu-2x"
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := parse(t, src)
			d, err := wholeDiff(f, tc.edits, NewMask(f, hideCanaries, nil))
			if err != nil {
				t.Fatal(err)
			}
			got := "\n" + strings.Join(Style{}.render(d, 80, 0), "\n") + "\n"
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// A secret must not come back through what an edit adds, nor because the edit
// takes away the one place that said what the secret is.
func TestDiffNeverShowsASecret(t *testing.T) {
	f := parse(t, "[env]\nA = \"canary-one-2\"\n# was canary-one-2\nB = \"x\"\n")
	m := NewMask(f, hideCanaries, nil)
	for _, edits := range [][]flytoml.Edit{
		{{Op: flytoml.Remove, Path: "env.A"}},
		{{Op: flytoml.Set, Path: "env.B", Value: `"canary-one-2"`}},
		{{Op: flytoml.Move, Path: "env.A", To: "build.args.A"}},
		{{Op: flytoml.Set, Path: "env.B", Value: `"y"`, Comment: "canary-one-2"}},
	} {
		d, err := wholeDiff(f, edits, m)
		if err != nil {
			t.Fatalf("%v: %v", edits, err)
		}
		if got := strings.Join(Style{}.render(d, 200, 0), "\n"); strings.Contains(got, "canary") {
			t.Errorf("%s shows the secret:\n%s", edits[0].Op, got)
		}
	}
}

func TestDiffKeepsLineEndingsOut(t *testing.T) {
	f := parse(t, "app = \"a\"\r\n[deploy]\r\nstrategy = \"canary\"\r\n")
	d, err := wholeDiff(f, []flytoml.Edit{{Op: flytoml.Set, Path: "deploy.strategy", Value: `"rolling"`}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(Style{}.render(d, 80, 0), "\n"); strings.Contains(got, `\r`) || strings.Contains(got, "\r") {
		t.Errorf("line endings are shown: %q", got)
	}
}

func TestRenderCutsLongDiffs(t *testing.T) {
	var d []diffLine
	for range 20 {
		d = append(d, diffLine{op: flytoml.AddedLine, text: strings.Repeat("x", 100)})
	}
	got := Style{}.render(d, 40, 12)
	if len(got) != 13 || !strings.Contains(got[12], "8 more changed lines") {
		t.Errorf("got %d lines, the last is %q", len(got), got[len(got)-1])
	}
	if !strings.HasSuffix(got[0], "…") || textWidth(got[0]) != 40 {
		t.Errorf("a long line is not cut: %q", got[0])
	}
}

func TestMask(t *testing.T) {
	f := parse(t, "[env]\nA = \"canary-one-2\"\nB = \"canary\"\n")
	m := NewMask(f, hideCanaries, nil)
	if got, want := m.Hide("x canary-one-2 y canary"), "x (hidden) y canary"; got != want {
		t.Errorf("hide gives %q, want %q", got, want)
	}
	if !m.Holds("canary-one-2") || m.Holds("canary") {
		t.Error("Holds is wrong")
	}
	var none *Mask
	if none.Hide("canary-one-2") != "canary-one-2" || none.Holds("canary-one-2") {
		t.Error("a nil mask hides something")
	}
	if s := none.String() + m.GoString(); strings.Contains(s, "canary") {
		t.Error("a mask prints what it hides")
	}
}

// A last line without its end is the same line once others follow it.
func TestDiffWithoutLastNewline(t *testing.T) {
	f := parse(t, "app = \"a\"\n[env]\n  PORT = \"8080\"")
	d, err := wholeDiff(f, []flytoml.Edit{{Op: flytoml.AddTable, Path: "metrics", Entries: []flytoml.Entry{{Key: "port", Value: "9090"}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(Style{}.render(d, 80, 0), "\n")
	if strings.Contains(got, "- ") || strings.Count(got, "PORT") != 1 || !strings.Contains(got, "+ [metrics]") {
		t.Errorf("the diff is\n%s", got)
	}
}
