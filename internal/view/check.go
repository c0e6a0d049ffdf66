package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// sentence is what is wrong, without what can't be printed.
func sentence(f plan.Outcome, m *Mask) string { return Clean(m.Hide(f.Message)) }

// severities, gravest first.
func severities() []plan.Severity {
	return []plan.Severity{plan.Error, plan.Warning, plan.Info}
}

// AtLeast says whether a severity is as grave as another, or graver.
func AtLeast(s, least plan.Severity) bool {
	return slices.Index(severities(), s) <= slices.Index(severities(), least)
}

// byPlace sorts findings by file, its own first, and line, then gravest first;
// what has no line is last. Before all of them comes what is broken now, then
// what flyctl refuses: until that is mended, nothing else has an effect.
func byPlace(own string, found []plan.Outcome) []plan.Outcome {
	rank := func(f plan.Outcome) int {
		switch {
		case f.BrokenNow():
			return 0
		case f.Rule == plan.Shape:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(found, func(a, b plan.Outcome) int {
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)),
			compareFalseFirst(a.File != own, b.File != own),
			cmp.Compare(a.File, b.File),
			compareFalseFirst(a.Line == 0, b.Line == 0),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(slices.Index(severities(), a.Severity), slices.Index(severities(), b.Severity)),
		)
	})
	return found
}

func compareFalseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// check writes the findings one a line, as compilers do, so that editors and
// terminals find their place: fly.toml:12:3: warning: message [rule]. At the end
// it says what apply would fix, counted as a plan counts its fixes, and what to
// type next.
func check(w io.Writer, d Document, o Options) error {
	var b strings.Builder
	var all []*plan.Outcome
	ignored := 0
	for _, part := range d.Parts {
		found := open(part.Plan)
		for i := range found {
			all = append(all, &found[i])
		}
		ignored += part.Plan.Totals.Ignored
		o.Mask = part.Mask
		checkLines(&b, found, o)
	}
	if len(d.Parts) > 0 { // else the error has said all
		b.WriteString(tally(all, ignored) + d.lacks("checked") + "\n")
	}
	if text := fixable(unfolded(all), fixes); text != "" {
		b.WriteString("apply would make " + text + "\n")
		if o.Next != "" {
			b.WriteString("Next: " + Style{o.Color}.bold(Clean(o.Next)) + "\n")
		}
	}
	text := b.String()
	if o.Fold {
		text = folded(text, o.Width)
	}
	_, err := io.WriteString(w, text)
	return err
}

// unfolded are the findings, and in the place of what is folded its parts.
func unfolded(found []*plan.Outcome) (out []*plan.Outcome) {
	for _, f := range found {
		for i := range f.Parts {
			out = append(out, &f.Parts[i])
		}
		if len(f.Parts) == 0 {
			out = append(out, f)
		}
	}
	return out
}

// folded breaks the lines that are longer than width, and indents the rest.
func folded(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if textWidth(line) > width {
			rest := strings.TrimLeft(line, " ")
			lead := line[:len(line)-len(rest)]
			line = lead + strings.Join(wrap(rest, width-len(lead)-4), "\n"+lead+"    ")
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func checkLines(b *strings.Builder, found []plan.Outcome, o Options) {
	st := Style{o.Color}
	for _, f := range found {
		where := Clean(f.File)
		if f.Line > 0 {
			where = Clean(place(f))
		}
		word := string(f.Severity)
		switch f.Severity {
		case plan.Error:
			word = st.red(word)
		case plan.Warning:
			word = st.yellow(word)
		}
		fmt.Fprintf(b, "%s: %s: %s %s\n", st.bold(where), word, sentence(f, o.Mask), st.faint("["+strings.Join(f.Rules(), ", ")+"]"))
		if o.Verbose {
			fmt.Fprintf(b, "    %s; see %s\n", fate(f), f.URL)
		}
	}
}

// tally says "2 findings: 1 error, 1 warning; 3 ignored".
func tally(found []*plan.Outcome, ignored int) string {
	text := "nothing found"
	if len(found) > 0 {
		text = count(len(found), "finding") + ": " + strings.Join(bySeverity(found), ", ")
	}
	if ignored > 0 {
		text += fmt.Sprintf("; %d ignored", ignored)
	}
	return text
}

func bySeverity(found []*plan.Outcome) []string {
	var parts []string
	for _, s := range severities() {
		n := 0
		for _, f := range found {
			if f.Severity == s {
				n++
			}
		}
		switch {
		case n > 0 && s == plan.Info:
			parts = append(parts, fmt.Sprintf("%d info", n))
		case n > 0:
			parts = append(parts, count(n, string(s)))
		}
	}
	return parts
}

// fixable says which findings apply fixes: "4 fixes, 2 more with --allow review";
// "" when none. first says how many the first ones are.
func fixable(found []*plan.Outcome, first func(int) string) string {
	planned, offline := 0, 0
	var ways []string
	with := map[string]int{}
	for _, f := range found {
		switch {
		case f.Outcome == plan.Planned:
			planned++
		case f.NeedsFlags():
			way := flags(f.Flags)
			if with[way]++; with[way] == 1 {
				ways = append(ways, way)
			}
		case f.HeldFor == plan.HeldOffline:
			offline++
		}
	}
	var parts []string
	add := func(n int, how string) {
		switch {
		case n > 0 && len(parts) == 0:
			parts = append(parts, first(n)+how)
		case n > 0:
			parts = append(parts, fmt.Sprintf("%d more%s", n, how))
		}
	}
	add(planned, "")
	for _, way := range ways {
		add(with[way], " with "+way)
	}
	add(offline, " by reading the app (needs a token)")
	return strings.Join(parts, ", ")
}

// fixes says "1 fix", "3 fixes".
func fixes(n int) string {
	if n == 1 {
		return "1 fix"
	}
	return fmt.Sprintf("%d fixes", n)
}
