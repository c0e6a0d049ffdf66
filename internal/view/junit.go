package view

import (
	"encoding/xml"
	"io"

	"github.com/fly-standards/fly-standards/plan"
)

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []junitSuite
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func junit(w io.Writer, d Document) error {
	var suites junitSuites
	for _, part := range d.Parts {
		suites.Suites = append(suites.Suites, suite(part))
	}
	if !d.Several {
		return writeXML(w, suites.Suites[0])
	}
	return writeXML(w, suites)
}

// suite makes a failed test of each error and warning, and a skipped one of
// each finding that is ignored. What is only info passes, with its message.
func suite(part Part) junitSuite {
	p := part.Plan
	s := junitSuite{Name: "fly-standards: " + Clean(p.File.Path)}
	for _, f := range p.Findings {
		where := f.File
		if f.Line > 0 {
			where = place(f)
		}
		text := Clean(where) + ": " + sentence(f, part.Mask)
		c := junitCase{Class: "fly-standards." + f.Rule, Name: text}
		switch {
		case f.Outcome == plan.Ignored:
			c.Skipped = &junitMessage{Message: "ignored by " + Clean(part.Mask.Hide(reason(f)))}
			s.Skipped++
		case f.Severity == plan.Info:
			c.Output = text
		default:
			c.Failure = &junitMessage{Message: sentence(f, part.Mask), Type: string(f.Severity), Text: text + "\n" + fate(f) + "\n" + f.URL}
			s.Failures++
		}
		s.Cases = append(s.Cases, c)
	}
	if len(s.Cases) == 0 {
		s.Cases = []junitCase{{Class: "fly-standards", Name: Clean(p.File.Path) + " is up to standard"}}
	}
	s.Tests = len(s.Cases)
	return s
}
