package view

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Formats are the names that --format takes.
func Formats() []string { return []string{"human", "json", "markdown", "sarif", "github", "junit"} }

// Report writes the findings of a plan in a format for another program, one
// of Formats besides human.
func Report(w io.Writer, format string, p *plan.Plan, m *Mask) error {
	switch format {
	case "json":
		return JSON(w, p)
	case "markdown":
		return markdown(w, p, m)
	case "sarif":
		return sarif(w, p.Tool, []Part{{Plan: p, Mask: m}})
	case "github":
		return github(w, p, m)
	case "junit":
		return writeXML(w, junit(p, m))
	default:
		return fmt.Errorf("there is no format %q", format)
	}
}

// markdown is a table, as for a comment on a pull request.
func markdown(w io.Writer, p *plan.Plan, m *Mask) error {
	var b strings.Builder
	found := open(p)
	fmt.Fprintf(&b, "### fly-standards: %s\n\n%s\n", markdownText(p.File.Path), tally(found, p.Totals.Ignored))
	if len(found) > 0 {
		b.WriteString("\n| where | severity | rule | finding | fix |\n|---|---|---|---|---|\n")
	}
	for _, f := range found {
		where := p.File.Path
		if f.Line > 0 {
			where = fmt.Sprintf("%s:%d", p.File.Path, f.Line)
		}
		fmt.Fprintf(&b, "| %s | %s | [%s](%s) | %s | %s |\n",
			markdownText(where), f.Severity, f.Rule, f.URL, markdownText(sentence(f, m)), fate(f))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownText escapes what Markdown or HTML would take for its own.
func markdownText(s string) string {
	return strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	).Replace(Clean(s))
}

// github writes workflow commands, which GitHub Actions shows at the lines of
// the diff.
func github(w io.Writer, p *plan.Plan, m *Mask) error {
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	commands := map[plan.Severity]string{plan.Error: "error", plan.Warning: "warning", plan.Info: "notice"}
	var b strings.Builder
	for _, f := range open(p) {
		fmt.Fprintf(&b, "::%s file=%s,line=%d", commands[f.Severity], property.Replace(f.File), max(f.Line, 1))
		if f.Column > 0 {
			fmt.Fprintf(&b, ",col=%d", f.Column)
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property.Replace(f.Rule), value.Replace(sentence(f, m)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// junit makes a failed test of each error and warning, and a skipped one of
// each finding that is ignored. What is only info passes, with its message.
func junit(p *plan.Plan, m *Mask) junitSuite {
	s := junitSuite{Name: "fly-standards"}
	for _, f := range p.Findings {
		where := f.File
		if f.Line > 0 {
			where = place(f)
		}
		text := Clean(where) + ": " + sentence(f, m)
		c := junitCase{Class: f.Rule, Name: text}
		switch {
		case f.Outcome == plan.Ignored:
			c.Skipped = &junitMessage{Message: "ignored: " + Clean(m.hide(reason(f)))}
			s.Skipped++
		case f.Severity == plan.Info:
			c.Output = text
		default:
			c.Failure = &junitMessage{Message: sentence(f, m), Type: string(f.Severity), Text: text + "\n" + f.URL}
			s.Failures++
		}
		s.Cases = append(s.Cases, c)
	}
	if len(s.Cases) == 0 {
		s.Cases = []junitCase{{Class: "fly-standards", Name: p.File.Path + " is up to standard"}}
	}
	s.Tests = len(s.Cases)
	return s
}

func writeXML(w io.Writer, document any) error {
	out, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return fmt.Errorf("write the findings as JUnit XML: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, out)
	return err
}
