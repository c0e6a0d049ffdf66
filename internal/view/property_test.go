package view

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// samples are the fly.toml of all fixtures, and real ones where they are at
// hand.
func samples(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"../../testdata/fixers/*.txtar", "../../../shared/corpus/*.toml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			src, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Ext(p) == ".toml" {
				out[filepath.Base(p)] = string(src)
				continue
			}
			for _, f := range txtar.Parse(src).Files {
				if f.Name == "fly.toml" {
					out[filepath.Base(p)] = string(f.Data)
				}
			}
		}
	}
	if len(out) < 100 {
		t.Fatalf("only %d samples", len(out))
	}
	return out
}

// damaged is a file after some random edits: what it lacks, says twice or says
// in the wrong place, a plan has to repair.
func damaged(src string, r *rand.Rand) string {
	f, err := flytoml.Parse("fly.toml", []byte(src))
	if err != nil {
		return src
	}
	for range 3 {
		keys := f.Root().Keys()
		if len(keys) == 0 {
			break
		}
		key := keys[r.IntN(len(keys))]
		inner := key
		if n, _ := f.Get(key); len(n.Keys()) > 0 {
			inner = flytoml.Join(key, n.Keys()[r.IntN(len(n.Keys()))])
		}
		all := []flytoml.Edit{
			{Op: flytoml.Remove, Path: key},
			{Op: flytoml.Move, Path: "deploy." + key, To: "experimental." + key},
			{Op: flytoml.Set, Path: "http_service.auto_stop_machines", Value: `"on"`},
			{Op: flytoml.Set, Path: "deploy.auto_rollback", Value: "true"},
			{Op: flytoml.AddTable, Path: "scale", Entries: []flytoml.Entry{{Key: "max_machines", Value: "5"}}},
			{Op: flytoml.Remove, Path: inner},
			{Op: flytoml.Quote, Path: inner},
			{Op: flytoml.Move, Path: inner, To: "http_service." + key},
			{Op: flytoml.Set, Path: "http_service.internal_port", Value: `"8080"`},
			{Op: flytoml.Append, Path: "services", Entries: []flytoml.Entry{{Key: "internal_port", Value: "8080"}, {Key: "hard_limit", Value: "5"}}},
		}
		if after, err := f.Apply(all[r.IntN(len(all))]); err == nil {
			f = after
		}
	}
	return string(f.Bytes())
}

// TestShownLinesAreWhatIsWritten holds the lines that the blocks of a plan show
// as removed and added against the file that apply writes: each changed line is
// shown by one block, and applied to the file they give exactly that file.
func TestShownLinesAreWhatIsWritten(t *testing.T) {
	changed := 0
	for name, src := range samples(t) {
		r := rand.New(rand.NewPCG(uint64(len(src)), 9))
		for i, text := range []string{src, damaged(src, r), damaged(damaged(src, r), r)} {
			file, err := flytoml.Parse("fly.toml", []byte(text))
			if err != nil {
				continue
			}
			p, err := plan.Build(plan.Target{File: file, Offline: plan.OfflineAsked}, fixers.All(),
				plan.Options{FilePath: "fly.toml", Allow: plan.Consent{Review: true, Paid: true}})
			if err != nil {
				continue // an ignore comment that is none
			}
			if edits := plannedEdits(p); len(edits) > 0 {
				changed++
				checkShown(t, fmt.Sprintf("%s, %d", name, i), file, p, edits)
			}
		}
	}
	if changed < 300 {
		t.Errorf("only %d plans changed a file", changed)
	}
	t.Logf("%d plans", changed)
}

func checkShown(t *testing.T, name string, file *flytoml.File, p *plan.Plan, edits []flytoml.Edit) {
	t.Helper()
	h := &human{plan: p, Options: Options{File: file, Verbose: true}}
	h.fit()
	removed, added := map[int]bool{}, map[int]string{}
	for _, b := range grouped(p.Findings).will {
		var mine []flytoml.Edit
		for _, f := range b.findings {
			mine = append(mine, f.Edits...)
		}
		if len(mine) == 0 {
			continue
		}
		lines, ok := h.diffOf(b, mine)
		if !ok {
			t.Fatalf("%s: no diff", name)
		}
		for _, l := range lines {
			_, again := added[l.index]
			if !l.skip && l.old > 0 && l.text != file.Line(l.old) {
				t.Errorf("%s: line %d is shown as %q, and is %q", name, l.old, l.text, file.Line(l.old))
			}
			switch {
			case l.skip || !l.changed():
			case again || removed[l.index]:
				t.Errorf("%s: a line is shown twice: %q", name, l.text)
			case l.op == flytoml.AddedLine:
				added[l.index] = l.text
			default:
				removed[l.index] = true
			}
		}
	}
	after, err := file.Apply(edits...)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(after.Bytes())
	if i := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.EditFile != nil }); p.Steps[i].EditFile.ResultSHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("%s: apply writes another file", name)
	}
	var got []string
	for _, l := range h.diff.lines {
		text, isAdded := added[l.index]
		switch {
		case l.op == flytoml.AddedLine && isAdded:
			got = append(got, text)
		case l.op == flytoml.RemovedLine && removed[l.index], l.op == flytoml.AddedLine:
		default: // kept, or a removal that no block shows
			got = append(got, file.Line(l.old))
		}
	}
	if want := textLines(after); !slices.Equal(got, want) {
		t.Errorf("%s: what is shown gives\n%s\nand apply writes\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func textLines(f *flytoml.File) []string {
	// A byte order mark is no part of a line.
	text := strings.TrimPrefix(string(f.Bytes()), "\ufeff")
	text = strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	return strings.Split(text, "\n")
}

// A person's terminal breaks no word of a finding; what is short stays as it is.
func TestFolded(t *testing.T) {
	t.Parallel()
	const text = "fly.toml:6:1: warning: http_service has no health check [health-checks]\n    safe; see https://example.com/a-page\nnothing found\n"
	const want = "fly.toml:6:1: warning: http_service has\n    no health check [health-checks]\n    safe; see https://example.com/a-page\nnothing found\n"
	if got := folded(text, 44); got != want {
		t.Errorf("got:\n%s", got)
	}
}
