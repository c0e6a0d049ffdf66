package flytoml_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/google/go-cmp/cmp"
)

// checkEdit makes one edit and holds the result against what every edit
// promises. It gives the edited file, nil when the edit was refused.
func checkEdit(t *testing.T, f *flytoml.File, e flytoml.Edit) *flytoml.File {
	t.Helper()
	before := string(f.Bytes())
	g, err := f.Apply(e)
	if string(f.Bytes()) != before {
		t.Fatalf("%+v changed the file it was made on", e)
	}
	if err != nil {
		var no *flytoml.RefusedError
		if g != nil || !errors.As(err, &no) || no.Reason == "" || !cmp.Equal(no.Edit, e) {
			t.Fatalf("%+v: %v, want a refusal of it", e, err)
		}
		return nil
	}
	again, err := flytoml.Parse("fly.toml", g.Bytes())
	if err != nil {
		t.Fatalf("%+v gives what is no TOML: %v\n%s", e, err, g.Bytes())
	}
	if !bytes.Equal(again.Bytes(), g.Bytes()) || again.Comments() != g.Comments() {
		t.Fatalf("%+v: reading the result again gives something else", e)
	}
	checkComments(t, f, g, e)
	checkLines(t, f, g, e)
	switch n, ok := g.Get(e.Path); e.Op {
	case flytoml.Set:
		if !ok || n.Kind() == flytoml.Invalid {
			t.Fatalf("%+v: the key is missing in\n%s", e, g.Bytes())
		}
		if twice, err := g.Apply(e); err != nil || !bytes.Equal(twice.Bytes(), g.Bytes()) {
			t.Fatalf("%+v a second time: %v, and not the same bytes\n%s", e, err, g.Bytes())
		}
	case flytoml.Append:
		if old, _ := f.Get(e.Path); !ok || len(n.Items()) != len(old.Items())+1 {
			t.Fatalf("%+v: not one entry more in\n%s", e, g.Bytes())
		}
	case flytoml.Move:
		if _, ok := g.Get(e.To); !ok {
			t.Fatalf("%+v: nothing at the target in\n%s", e, g.Bytes())
		}
	}
	return g
}

func commentTexts(f *flytoml.File) []string {
	var out []string
	for _, c := range f.CommentLines() {
		out = append(out, c.Text)
	}
	return out
}

func checkComments(t *testing.T, f, g *flytoml.File, e flytoml.Edit) {
	t.Helper()
	was, is := commentTexts(f), commentTexts(g)
	if e.Op == flytoml.Remove {
		was, is = is, was // only fewer
	} else if e.Comment == "" && len(was) != len(is) {
		t.Fatalf("%+v: %d comments became %d\n%s", e, len(was), len(is), g.Bytes())
	}
	if lost := without(was, is); len(lost) > 0 {
		t.Fatalf("%+v: comments %q came from nowhere or got lost\n%s", e, lost, g.Bytes())
	}
}

// checkLines holds that lines which the edit doesn't name stay, in order.
func checkLines(t *testing.T, f, g *flytoml.File, e flytoml.Edit) {
	t.Helper()
	was, is := lines(f), lines(g)
	gone, come := without(was, is), without(is, was)
	limit := -1
	switch e.Op {
	case flytoml.Set, flytoml.Append:
		limit = 1 // the line of the value, or of the inline table it goes into
		for path := e.Path; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
			if n, ok := f.Get(path); ok {
				limit = 1 + strings.Count(n.Raw(), "\n")
				break
			}
		}
	case flytoml.AddTable, flytoml.ArrayOf, flytoml.TableOf:
		limit = 1
	case flytoml.Remove:
		if len(come) > 1 {
			t.Fatalf("%+v brought lines %q", e, come)
		}
	}
	if limit >= 0 && len(gone) > limit {
		t.Fatalf("%+v took lines %q away", e, gone)
	}
	if e.Op == flytoml.Move {
		return // a moved line may stand before lines it stood after
	}
	was, is = slices.DeleteFunc(was, blank), slices.DeleteFunc(is, blank)
	if n := common(was, is); n < len(was)-len(gone) {
		t.Fatalf("%+v: lines changed their order:\n%s", e, cmp.Diff(was, is))
	}
}

func blank(l string) bool { return strings.TrimSpace(l) == "" }

// common is the length of the longest sequence of lines that both have.
func common(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// lines are the file's lines; the last one's missing ending is not compared.
func lines(f *flytoml.File) []string {
	var out []string
	for l := range strings.SplitAfterSeq(string(f.Bytes()), "\n") {
		out = append(out, strings.TrimRight(l, "\r\n"))
	}
	return out
}

// without is a less the elements of b, each as often as it stands in b. Blank
// lines don't count.
func without(a, b []string) []string {
	count := map[string]int{}
	for _, l := range b {
		count[l]++
	}
	var out []string
	for _, l := range a {
		if count[l] > 0 || strings.TrimSpace(l) == "" {
			count[l]--
			continue
		}
		out = append(out, l)
	}
	return out
}

// allPaths are the paths of all nodes.
func allPaths(n flytoml.Node) []string {
	var out []string
	for _, k := range n.Keys() {
		kid, _ := n.Key(k)
		out = append(append(out, kid.Path()), allPaths(kid)...)
	}
	if n.Kind() == flytoml.Array || n.Kind() == flytoml.ArrayTables {
		for _, it := range n.Items() {
			out = append(append(out, it.Path()), allPaths(it)...)
		}
	}
	return out
}

// fragments are put together to files that have every trap in them.
var fragments = []string{
	"app = \"x\"\n", "# head\n\n", "deploy.strategy = \"canary\" # c\n", "http_service = { internal_port = 1 }\n",
	"mounts = []\n", "p = [\n  1, # one\n]\n", "s = '''\n[no]\n# no\n'''\n", "\n", "# loose\n",
	"[env]\n  # a\n  A = '1' # x\n  B=\"2\"\n", "\n[deploy]\n\tstrategy = 'x'\n", "\n[http_service]\n  internal_port = 8080\n  # off = 1\n\n  [http_service.concurrency]\n    type = 'requests'\n",
	"\n[[services]]\n  http_checks = []\n  tcp_checks = [] # t\n", "  [[services.ports]]\n    port = 80\n", "\n# second\n[[services]]\ninternal_port = 2\n",
	"[services.concurrency]\nsoft_limit = 1\n", "\n[checks.a]\nport = 1\n", "# c\n[[vm]]\n  size = \"a\"\n", "[Experimental]\nX.y = 1\nX.z = { a = 1, b = [1, 2] }\n", "[\"q d\"]\n\"a.b\" = 1\n",
}

func randomFile(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(8) {
		b.WriteString(fragments[r.IntN(len(fragments))])
	}
	src := b.String()
	switch r.IntN(5) {
	case 0:
		src = strings.ReplaceAll(src, "\n", "\r\n")
	case 1:
		src = strings.TrimSuffix(src, "\n")
	case 2:
		src = "\ufeff" + src
	}
	return src
}

func randomEdit(r *rand.Rand, f *flytoml.File) flytoml.Edit {
	fixed := []string{"primary_region", "deploy.strategy", "deploy.max_unavailable", "experimental.auto_rollback", "http_service.checks", "http_service.concurrency.soft_limit", "services[0].http_checks", "services[1].tcp_checks", "services[0].concurrency.type", "checks.8080-tcp", "vm", "a.b.c", `env."x y"`}
	pick := func() string {
		paths := allPaths(f.Root())
		if len(paths) == 0 || r.IntN(3) == 0 {
			return fixed[r.IntN(len(fixed))]
		}
		p := paths[r.IntN(len(paths))]
		if r.IntN(4) == 0 {
			p = flytoml.Join(p, "new_key")
		}
		return p
	}
	values := []string{"1", "true", `"it's"`, `"plain"`, `["a", "b"]`, `{ x = "y" }`}
	e := flytoml.Edit{Path: pick(), Op: []flytoml.Op{flytoml.Set, flytoml.Append, flytoml.AddTable, flytoml.Remove, flytoml.Move, flytoml.ArrayOf, flytoml.TableOf}[r.IntN(7)]}
	switch e.Op {
	case flytoml.Set:
		e.Value = values[r.IntN(len(values))]
	case flytoml.Move:
		e.To = pick()
	case flytoml.Append, flytoml.AddTable:
		e.Entries = entry("interval", `"15s"`, "headers", `{ X = "1" }`)
	}
	if r.IntN(4) == 0 && (e.Op == flytoml.Set || e.Op == flytoml.Append || e.Op == flytoml.AddTable) {
		e.Comment = "new"
	}
	return e
}

func TestRandomEdits(t *testing.T) {
	files := map[string]string{"flyctl": flyctlFile, "sample": sample}
	for name, src := range corpus(t) {
		files[name] = string(src)
	}
	for i := range 300 {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		files[fmt.Sprintf("made %d", i)] = randomFile(r)
	}
	made, refused := 0, 0
	for name, src := range files {
		f, err := flytoml.Parse("fly.toml", []byte(src))
		if err != nil {
			continue
		}
		r := rand.New(rand.NewPCG(uint64(len(src)), 3))
		for range 12 {
			e := randomEdit(r, f)
			if g := checkEdit(t, f, e); g != nil {
				made, f = made+1, g
			} else {
				refused++
			}
		}
		if t.Failed() {
			t.Fatalf("in %s:\n%s", name, src)
		}
	}
	t.Logf("%d edits made, %d refused", made, refused)
	if made < 2*len(files) {
		t.Errorf("only %d edits were made on %d files", made, len(files))
	}
}
