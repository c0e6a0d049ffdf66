package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// maxComment is how many characters GitHub takes in a comment, less what a
// workflow writes before it to find it again.
const maxComment = 65536 - 256

// detail says how much of a plan a comment has: lines of a diff, and findings of
// a group.
type detail struct{ diff, list int }

// markdown is a comment on a pull request that carries the whole plan. Where it
// would be too long for one, it has less of the diff and of the lists, with a
// count of what is left out; at the very end only the verdicts.
func markdown(parts []Part, next string) string {
	for _, d := range []detail{{10000, 10000}, {400, 100}, {60, 20}, {12, 5}, {0, 0}} {
		var b strings.Builder
		for _, part := range parts {
			b.WriteString(part.markdown(d, next))
			if b.Len() >= maxComment {
				break
			}
		}
		if b.Len() < maxComment {
			return b.String()
		}
	}
	text := fmt.Sprintf("### fly-standards: %d files\n\nToo many for one comment: `fly-standards plan --all` shows the plans.\n\n", len(parts))
	for i, part := range parts {
		verdict, _ := verdict(part.Plan, grouped(part.Plan.Findings), Style{})
		line := fmt.Sprintf("- %s: %s\n", markdownText(part.Plan.File.Path), markdownText(verdict))
		if len(text)+len(line) > maxComment-200 {
			return text + fmt.Sprintf("- and %s\n", count(len(parts)-i, "more file"))
		}
		text += line
	}
	return text
}

func (p Part) markdown(d detail, next string) string {
	var b strings.Builder
	g := grouped(p.Plan.Findings)
	title := markdownText(p.Plan.File.Path)
	if name := p.Plan.App.Name; name != "" {
		title = markdownText(name) + ", " + title
	}
	verdict, _ := verdict(p.Plan, g, Style{})
	fmt.Fprintf(&b, "### fly-standards: %s\n\n**%s**\n", title, markdownText(verdict))
	if text := refusal(p.Plan); text != "" {
		fmt.Fprintf(&b, "\n> **%s**\n", markdownText(text))
	}
	if text := otherApps(p.Plan.File); text != "" {
		fmt.Fprintf(&b, "\n%s\n", markdownText(p.Mask.Hide(text)))
	}
	p.mdGroup(&b, "Broken now", g.broken, d, false)
	p.mdGroup(&b, "Will do", g.will, d, false)
	p.mdDiff(&b, d)
	for _, c := range g.consent {
		p.mdGroup(&b, "Needs consent: "+c.flags, c.blocks, d, true)
	}
	p.mdGroup(&b, "Can't be done now", g.held, d, true)
	p.mdGroup(&b, "Manual", g.manual, d, true)
	p.mdTotals(&b, next)
	b.WriteString("\n")
	return b.String()
}

// mdGroup is a table of findings, folded where it is long or not done.
func (p Part) mdGroup(b *strings.Builder, title string, blocks []block, d detail, fold bool) {
	var all []plan.Outcome
	for _, bl := range blocks {
		all = append(all, bl.findings...)
	}
	if len(all) == 0 || d.list == 0 {
		return
	}
	if fold = fold || len(all) > 10; fold {
		fmt.Fprintf(b, "\n<details><summary>%s (%d)</summary>\n", markdownText(title), len(all))
	} else {
		fmt.Fprintf(b, "\n**%s**\n", markdownText(title))
	}
	b.WriteString("\n| where | rule | finding | why |\n|---|---|---|---|\n")
	for i, f := range all {
		if i == d.list {
			fmt.Fprintf(b, "| | | and %s | |\n", count(len(all)-i, "more finding"))
			break
		}
		where := f.File
		if f.Line > 0 {
			where = fmt.Sprintf("%s:%d", where, f.Line)
		}
		if f.Severity == plan.Error {
			where += " (error)"
		}
		fmt.Fprintf(b, "| %s | [%s](%s) | %s | %s |\n", markdownText(where), markdownText(f.Rule), f.URL,
			markdownText(sentence(f, p.Mask)), markdownText(p.Mask.Hide(p.mdWhy(f))))
	}
	if fold {
		b.WriteString("\n</details>\n")
	}
}

func (p Part) mdWhy(f plan.Outcome) string {
	var parts []string
	if f.NeedsFlags() {
		parts = (&human{plan: p.Plan}).price([]plan.Outcome{f})
	}
	if f.Outcome == plan.Planned {
		for _, e := range f.Evidence {
			if !isPlace(f, e) {
				parts = append(parts, e.String())
			}
		}
	}
	for _, text := range because(f) {
		if text != "" && !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}

// mdDiff is what apply makes of the files.
func (p Part) mdDiff(b *strings.Builder, d detail) {
	p.mdTomlDiff(b, d)
	for _, s := range p.Plan.Steps {
		if s.OtherFile == nil || d.diff == 0 {
			continue
		}
		var lines []string
		for _, e := range s.OtherFile.Edits {
			if e.Line > 0 {
				lines = append(lines, "-"+Clean(p.Mask.Hide(e.Old)))
			}
			lines = append(lines, "+"+Clean(p.Mask.Hide(e.New)))
		}
		b.WriteString("\n" + markdownText((&human{plan: p.Plan}).beside(s.OtherFile.File)) + "\n")
		mdFenced(b, lines)
	}
}

// mdTomlDiff is what apply makes of fly.toml.
func (p Part) mdTomlDiff(b *strings.Builder, d detail) {
	edits := plannedEdits(p.Plan)
	if len(edits) == 0 || p.File == nil || d.diff == 0 || SHA256(p.File.Bytes()) != p.Plan.File.SHA256 {
		return
	}
	whole, err := newDiff(p.File, edits, p.Mask)
	if err != nil {
		return
	}
	lines := whole.take(diffLine.changed)
	var out []string
	for i, l := range lines {
		if i == d.diff {
			out = append(out, fmt.Sprintf("@@ and %s @@", count(len(lines)-i, "more line")))
			break
		}
		if l.skip {
			out = append(out, "@@ @@")
		} else {
			out = append(out, strings.TrimRight(mark(l.op)+Clean(l.text), " "))
		}
	}
	mdFenced(b, out)
}

// mdFenced writes lines as a diff, between fences that none of them holds.
func mdFenced(b *strings.Builder, lines []string) {
	text, fence := strings.Join(lines, "\n"), "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	fmt.Fprintf(b, "\n%sdiff\n%s\n%s\n", fence, text, fence)
}

func (p Part) mdTotals(b *strings.Builder, next string) {
	h := &human{plan: p.Plan, Options: Options{Mask: p.Mask}}
	lines := append(h.appTotals(), h.leftAlone()...)
	if p.Plan.Changes() {
		totals := h.fileTotals()
		if h.fileTotal() == totals[0] {
			totals[0] = p.Plan.File.Path + ": " + totals[0]
		}
		lines = append(totals, lines...)
	}
	if len(lines) > 0 {
		b.WriteString("\n")
	}
	for _, l := range lines {
		fmt.Fprintf(b, "- %s\n", markdownText(h.say(l)))
	}
	if next != "" && p.Plan.Changes() {
		fmt.Fprintf(b, "\nNext: `%s`\n", Clean(next))
	}
}

// markdownText escapes what Markdown or HTML would take for its own; what stands in
// backquotes is a command, and stays code.
func markdownText(s string) string {
	plain := strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	)
	s = Clean(s)
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 || slices.Contains(parts[1:max(1, len(parts)-1)], "") {
		return plain.Replace(s)
	}
	for i, part := range parts {
		if i%2 == 0 {
			parts[i] = plain.Replace(part)
		} else {
			parts[i] = strings.ReplaceAll(part, "|", `\|`)
		}
	}
	return strings.Join(parts, "`")
}
