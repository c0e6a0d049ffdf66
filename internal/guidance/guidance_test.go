package guidance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func rules(n int) []Rule {
	var out []Rule
	for range n {
		out = append(out, Rule{ID: "a-rule", Severity: "warning", Title: "something holds"})
	}
	return out
}

// An assistant reads the document in every session.
func TestADocumentIsShort(t *testing.T) {
	for _, form := range Forms() {
		if n := strings.Count(Document(form, rules(50), Topics(nil)), "\n"); n >= 300 {
			t.Errorf("%s with 50 rules has %d lines", form, n)
		}
	}
}

// The clauses of the published standards that no rule can check, each by a word
// of its own.
func TestEveryClauseIsThere(t *testing.T) {
	text := strings.ToLower(Document(Markdown, nil, Topics(nil)))
	for _, word := range []string{"microservices", "events", "mtls", "vault", "tiers", "connection pools", "sessions", "one reason to change", "tests by level", "structured logs",
		"traces", "alerts", "firewall", "roles", "where data may live", "database", "remix", "next.js", "reducers", "without blocking", "clean up", "data structures",
		"rotating", "branches", "fly ext", "fly console", "fly proxy"} {
		if !strings.Contains(text, word) {
			t.Errorf("nothing about %q", word)
		}
	}
}

func TestReplaceKeepsTheWordsAround(t *testing.T) {
	ours := Block(Agents, rules(2), Topics(nil))
	for name, text := range map[string]string{
		"alone":         ours,
		"around":        "above\n\n" + ours + "below",
		"CRLF around":   "above\r\n" + ours + "\r\nbelow\r\n",
		"right after":   "above " + strings.TrimSuffix(ours, "\n") + " below",
		"no final line": "above\n" + strings.TrimSuffix(ours, "\n"),
	} {
		t.Run(name, func(t *testing.T) {
			old := strings.Replace(text, "something holds", "something held once", 1)
			got, err := Replace(old, Agents, rules(2), Topics(nil))
			if err != nil || got != text {
				t.Errorf("%v\n%q\nwant\n%q", err, got, text)
			}
		})
	}
}

func TestEdition(t *testing.T) {
	old, other := Block(Markdown, rules(1), nil), Block(Cursor, rules(1), Topics(nil))
	a, line, ok := EditionIn("words\n" + old)
	b, _, _ := EditionIn(other)
	if !ok || line != 2 || a != b || a != Edition(rules(1)) {
		t.Errorf("%q and %q are editions of the same catalogue %q", a, b, Edition(rules(1)))
	}
	if Edition(rules(2)) == a {
		t.Error("another catalogue, the same edition")
	}
}

func TestSeen(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"nothing known":           {nil, nil},
		"only fly.toml":           {map[string]string{"fly.toml": "[mounts]\n"}, nil},
		"a program alone":         {map[string]string{"go.mod": "module x"}, []string{}},
		"Next.js on a database":   {map[string]string{"package.json": `{"dependencies": {"next": "15", "react": "19", "pg": "8"}}`}, []string{Database, FullStack, React}},
		"a Rails app on a disk":   {map[string]string{"Gemfile": `gem "rails"`, "fly.toml": "[[mounts]]\n"}, []string{Database, Volumes}},
		"workers as fly.toml has": {map[string]string{"go.mod": "module x", "fly.toml": "[processes]\n"}, []string{Workers}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got := Seen(dir)
			slices.Sort(got)
			if !slices.Equal(got, tt.want) || (got == nil) != (tt.want == nil) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
