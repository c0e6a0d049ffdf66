package guidance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Rule is what the document says of a rule of the catalogue.
type Rule struct {
	ID, Severity, Title string
}

// Form is who reads the document.
type Form string

// The forms. All of them are Markdown; Cursor's starts with its front matter.
const (
	Markdown   Form = "markdown"
	Agents     Form = "agents"
	ClineRules Form = "clinerules"
	Cursor     Form = "cursor"
)

// Forms are the forms in the order in which help lists them.
func Forms() []Form { return []Form{Markdown, Agents, ClineRules, Cursor} }

const (
	begin = "<!-- fly-standards: begin, edition "
	end   = "<!-- fly-standards: end -->"
)

// Edition changes whenever a rule or a topic does: eight hexadecimal digits.
// It stands in the first line of an exported block, so that a later tool can
// tell that a block is older than itself. It does not depend on what was
// filtered.
func Edition(rules []Rule) string {
	h := sha256.New()
	for _, r := range rules {
		fmt.Fprintln(h, r.ID, r.Severity, r.Title)
	}
	for _, t := range Topics(nil) {
		fmt.Fprintln(h, t.ID, t.Title, t.Text)
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// Document is the whole document in a form: a block between two marker lines,
// and for Cursor the front matter above it.
func Document(form Form, rules []Rule, topics []Topic) string {
	head := ""
	if form == Cursor {
		head = "---\ndescription: Standards for apps on Fly.io\nglobs: fly*.toml,*.fly.toml,Dockerfile*,.dockerignore,.github/workflows/*\nalwaysApply: false\n---\n"
	}
	return head + Block(form, rules, topics)
}

// Block is the document between its marker lines, the last one ended.
func Block(form Form, rules []Rule, topics []Topic) string {
	var b strings.Builder
	b.WriteString(begin + Edition(rules) + " -->\n")
	if form == Markdown {
		b.WriteString("# Standards for apps on Fly.io\n\nThe rules are checked by `fly-standards check` and most are fixed by `fly-standards apply`.\n`fly-standards explain RULE` says why and how.\n\n## Rules\n\n")
	} else {
		b.WriteString("## Fly.io\n\n" + forAgents + "\n### Rules that fly-standards checks\n\n")
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "- `%s` (%s): %s\n", r.ID, r.Severity, r.Title)
	}
	level := "###"
	if form == Markdown {
		level = "##"
	}
	fmt.Fprintf(&b, "\n%s Standards that need judgement\n", level)
	for _, t := range topics {
		fmt.Fprintf(&b, "\n**%s.** %s\n", t.Title, t.Text)
	}
	b.WriteString(end + "\n")
	return b.String()
}

const forAgents = `- After each change of fly.toml, a Dockerfile or a deploy workflow run ` + "`fly-standards check`" + `. It needs no network and no token.
- ` + "`fly-standards plan`" + ` changes nothing. Run ` + "`fly-standards apply`" + ` only when asked to: it changes the running app.
- Never put a secret value into fly.toml, a Dockerfile, a command line or a log. ` + "`fly secrets set --stage`" + ` reads it from standard input (NAME=-).
- Regions and the number of machines are not in fly.toml: ` + "`fly scale count`" + ` and ` + "`fly-standards apply --regions`" + ` set them.
- ` + "`auto_rollback`" + ` does nothing in flyctl today; a failing health check takes a machine out of routing and restarts nothing.
`

// Replace gives text with its block replaced, or with the document added below
// when it has none. Words around the block stay, byte by byte. It is an error
// when the block is begun and not ended: what is ours can't be told then.
func Replace(text string, form Form, rules []Rule, topics []Topic) (string, error) {
	block := Block(form, rules, topics)
	from := strings.Index(text, begin)
	if from < 0 {
		switch {
		case strings.TrimSpace(text) == "":
			return Document(form, rules, topics), nil
		case !strings.HasSuffix(text, "\n"):
			text += "\n"
		}
		return text + "\n" + block, nil
	}
	to := strings.Index(text[from:], end)
	if to < 0 || strings.Contains(text[from+len(begin):from+to], begin) {
		return "", fmt.Errorf("the block that begins with %q has no end line %q before the next one", strings.TrimSpace(begin), end)
	}
	to += from + len(end)
	return text[:from] + strings.TrimSuffix(block, "\n") + text[to:], nil
}

// EditionIn is the edition of the block in text, and the line in which it begins;
// ok says that there is one.
func EditionIn(text string) (edition string, line int, ok bool) {
	before, rest, found := strings.Cut(text, begin)
	if !found {
		return "", 0, false
	}
	edition, _, found = strings.Cut(rest, " -->")
	return edition, strings.Count(before, "\n") + 1, found && len(edition) == 8
}
