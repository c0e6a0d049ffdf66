package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fly-standards/fly-standards/plan"
)

// A comment on GitHub has at most 65,536 characters, and one that is too long
// is not posted at all: with less detail it still says the verdict, what is
// left out, and what to type.
func TestMarkdownFitsAComment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		files, findings int
		message         int
	}{
		{"one of each", 1, 1, 60},
		{"300 findings", 1, 300, 80},
		{"long messages", 1, 300, 4000},
		{"one endless message", 1, 1, 200_000},
		{"40 files", 40, 20, 80},
		{"3,000 files", 3000, 2, 80},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var parts []Part
			for i := range c.files {
				p := sample()
				p.File.Path = fmt.Sprintf("apps/number-%d/fly.toml", i)
				for n := range c.findings {
					p.Findings = append(p.Findings, plan.Outcome{
						Finding: plan.Finding{
							Rule: "limits", Severity: plan.Warning, At: plan.At{File: p.File.Path, Line: n + 1},
							Message: strings.Repeat("wörter und mehr ", c.message/16),
						},
						Outcome: plan.ByHand,
					})
				}
				parts = append(parts, Part{Plan: p})
			}
			var out bytes.Buffer
			if err := Write(&out, "markdown", Document{Parts: parts, Several: c.files > 1}, Options{Next: "fly-standards apply"}); err != nil {
				t.Fatal(err)
			}
			if n := utf8.RuneCount(out.Bytes()); n >= 65536 {
				t.Fatalf("%d characters", n)
			}
			text := out.String()
			if !strings.Contains(text, "fixes ready") {
				t.Errorf("no verdict in:\n%.2000s", text)
			}
			if strings.Count(text, "<details>") != strings.Count(text, "</details>") || strings.Count(text, "```")%2 != 0 {
				t.Errorf("something is left open in:\n%.2000s", text)
			}
		})
	}
}

func TestMarkdownText(t *testing.T) {
	for text, want := range map[string]string{
		"run `fly auth login`, then a_b": "run `fly auth login`, then a\\_b",
		"`a | b` | c":                    "`a \\| b` \\| c",
		"one ` and <img>":                "one \\` and &lt;img&gt;",
		"`` <img> ``":                    "\\`\\` &lt;img&gt; \\`\\`",
	} {
		if got := markdownText(text); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}
