package flytoml_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// checkTrail holds what an edited file tells of its way against the bytes: the
// ranges, and the lines removed and added, applied to the file before give
// exactly the file after.
func checkTrail(t *testing.T, before, after *flytoml.File, edits int) {
	t.Helper()
	if got := applyRanges(before, after.TextEdits()); got != string(after.Bytes()) {
		t.Fatalf("the ranges give\n%q\nnot\n%q", got, after.Bytes())
	}
	old, made := lines(before), lines(after)
	var was, is []string
	for _, l := range after.Diff() {
		switch {
		case l.Op == flytoml.KeptLine && old[l.Old-1] != made[l.New-1]:
			t.Fatalf("line %d is called kept and is another one", l.Old)
		case l.Op != flytoml.KeptLine && (len(l.Edits) == 0 || slices.Max(l.Edits) >= edits):
			t.Fatalf("line %+v is of no edit", l)
		}
		if l.Op != flytoml.AddedLine {
			if l.Old != len(was)+1 {
				t.Fatalf("line %d of the file before is told as %d", len(was)+1, l.Old)
			}
			was = append(was, old[l.Old-1])
		}
		if l.Op != flytoml.RemovedLine {
			if l.New != len(is)+1 {
				t.Fatalf("line %d of the file after is told as %d", len(is)+1, l.New)
			}
			is = append(is, made[l.New-1])
		}
	}
	if !slices.Equal(was, whole(old)) || !slices.Equal(is, whole(made)) {
		t.Fatalf("the lines told are\n%q\n%q\nnot\n%q\n%q", was, is, old, made)
	}
}

// whole is lines without the empty one behind the last line end.
func whole(l []string) []string {
	if n := len(l); n > 0 && l[n-1] == "" {
		return l[:n-1]
	}
	return l
}

func applyRanges(f *flytoml.File, edits []flytoml.TextEdit) string {
	var out strings.Builder
	done := 0
	src := f.Bytes()
	for _, e := range edits {
		start, end := offset(src, e.Start), offset(src, e.End)
		out.Write(src[done:start])
		out.WriteString(e.Text)
		done = end
	}
	out.Write(src[done:])
	return out.String()
}

// offset is where a position is; columns don't count a byte order mark.
func offset(src []byte, p flytoml.Position) int {
	at := 0
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		at = 3
	}
	for range p.Line - 1 {
		at += bytes.IndexByte(src[at:], '\n') + 1
	}
	for range p.Column - 1 {
		_, n := utf8.DecodeRune(src[at:])
		at += n
	}
	return at
}

func TestTrailOfRandomEdits(t *testing.T) {
	files := map[string]string{"flyctl": flyctlFile, "sample": sample}
	for name, src := range corpus(t) {
		files[name] = string(src)
	}
	for i := range 300 {
		files[fmt.Sprintf("made %d", i)] = randomFile(rand.New(rand.NewPCG(11, uint64(i))))
	}
	made := 0
	for name, src := range files {
		f, err := flytoml.Parse("fly.toml", []byte(src))
		if err != nil {
			continue
		}
		r := rand.New(rand.NewPCG(uint64(len(src)), 5))
		var edits []flytoml.Edit
		for range 12 {
			now, err := f.Apply(edits...)
			if err != nil {
				t.Fatal(err)
			}
			e := randomEdit(r, now)
			if after, err := f.Apply(append(edits, e)...); err == nil {
				edits, made = append(edits, e), made+1
				checkTrail(t, f, after, len(edits))
			}
			if t.Failed() {
				t.Fatalf("in %s: %+v\n%s", name, edits, src)
			}
		}
	}
	if made < 2*len(files) {
		t.Errorf("only %d edits were made on %d files", made, len(files))
	}
}

// TestDiffNamesTheLineThatIsEdited wants the added table shown below its own
// service, though the lines of another one are the same.
func TestDiffNamesTheLineThatIsEdited(t *testing.T) {
	src := "[[services]]\n  internal_port = 1\n\n  [[services.tcp_checks]]\n    interval = \"15s\"\n\n[[services]]\n  internal_port = 2\n"
	f, err := flytoml.Parse("fly.toml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	after, err := f.Apply(
		flytoml.Edit{Op: flytoml.Append, Path: "services[1].tcp_checks", Entries: []flytoml.Entry{{Key: "interval", Value: `"15s"`}}},
		flytoml.Edit{Op: flytoml.Set, Path: "services[1].internal_port", Value: "3"},
	)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	text := lines(after)
	for _, l := range after.Diff() {
		switch l.Op {
		case flytoml.RemovedLine:
			got = append(got, fmt.Sprintf("%d - %v", l.Old, l.Edits))
		case flytoml.AddedLine:
			got = append(got, fmt.Sprintf("%d + %q %v", l.New, text[l.New-1], l.Edits))
		}
	}
	want := []string{"8 - [1]", `8 + "  internal_port = 3" [1]`, `9 + "" [0]`, `10 + "  [[services.tcp_checks]]" [0]`, `11 + "    interval = \"15s\"" [0]`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
