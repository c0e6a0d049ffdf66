package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// GitHub shows ten annotations of each kind for a step of a workflow (docs of
// GitHub Actions, 2026) and drops the rest in silence.
const maxAnnotations = 10

// github writes workflow commands, which GitHub Actions shows at the lines of
// the diff: the gravest findings first, and how many it would drop.
func github(parts []Part) string {
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	commands := map[plan.Severity]string{plan.Error: "error", plan.Warning: "warning", plan.Info: "notice"}
	written, left := map[plan.Severity]int{}, 0
	var b strings.Builder
	for _, severity := range severities() {
		for _, part := range parts {
			for _, f := range open(part.Plan) {
				if f.Severity != severity {
					continue
				}
				// The last notice is the count of what is left out.
				if written[severity] == maxAnnotations || severity == plan.Info && written[severity] == maxAnnotations-1 {
					left++
					continue
				}
				written[severity]++
				fmt.Fprintf(&b, "::%s file=%s,line=%d%s,title=%s::%s\n", commands[severity], property.Replace(f.File), max(f.Line, 1),
					columns(f.At), property.Replace("fly-standards: "+strings.Join(f.Rules(), " ")), value.Replace(sentence(f, part.Mask)+" ("+fate(f)+")"))
			}
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "::notice title=fly-standards::%s not shown here: GitHub shows %d of each kind. `fly-standards check` lists all.\n",
			count(left, "more finding"), maxAnnotations)
	}
	return b.String()
}

// columns are those of a place in one line; GitHub takes none of several lines.
func columns(a plan.At) string {
	switch {
	case a.Column == 0 || a.Line == 0:
		return ""
	case a.EndLine > a.Line:
		return fmt.Sprintf(",endLine=%d", a.EndLine)
	case a.EndLine == a.Line && a.EndColumn > a.Column:
		return fmt.Sprintf(",endLine=%d,col=%d,endColumn=%d", a.EndLine, a.Column, a.EndColumn)
	}
	return fmt.Sprintf(",col=%d", a.Column)
}

// open are the findings that nobody chose to ignore, by place, then gravest
// first.
func open(p *plan.Plan) []plan.Outcome {
	return byPlace(p.File.Path, slices.DeleteFunc(slices.Clone(p.Findings), func(f plan.Outcome) bool { return f.Outcome == plan.Ignored }))
}
