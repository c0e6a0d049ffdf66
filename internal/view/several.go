package view

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Part is the plan of one of several files, and what it takes to show it.
type Part struct {
	Plan *plan.Plan
	File *flytoml.File
	Mask *Mask
}

// Several writes the plans of several files as one document, in any of
// Formats. tool is the name and version that made them. failed are the files
// without a plan: only JSON has a place for them.
func Several(w io.Writer, format, tool string, parts []Part, failed []plan.FileError, o Options) error {
	switch format {
	case "human":
		return humanSeveral(w, parts, o)
	case "json":
		s := plan.Several{SchemaVersion: plan.SchemaVersion, Tool: tool, Plans: []*plan.Plan{}, Failed: failed}
		for _, part := range parts {
			s.Plans = append(s.Plans, part.Plan)
		}
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(s)
	case "sarif":
		return sarif(w, tool, parts)
	case "junit":
		var suites struct {
			XMLName xml.Name `xml:"testsuites"`
			Suites  []junitSuite
		}
		for _, part := range parts {
			s := junit(part.Plan, part.Mask)
			s.Name += ": " + Clean(part.Plan.File.Path)
			suites.Suites = append(suites.Suites, s)
		}
		return writeXML(w, suites)
	}
	for i, part := range parts {
		if i > 0 && format == "markdown" {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := Report(w, format, part.Plan, part.Mask); err != nil {
			return err
		}
	}
	return nil
}

// humanSeveral shows one plan after the other, and which of them change
// something.
func humanSeveral(w io.Writer, parts []Part, o Options) error {
	next := o.Next
	var changing []string
	for _, part := range parts {
		o.File, o.Mask, o.Next = part.File, part.Mask, ""
		if err := Human(w, part.Plan, o); err != nil {
			return err
		}
		if part.Plan.Changes() { // it ends with an empty line
			changing = append(changing, Clean(part.Plan.File.Path))
		} else if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	h := &human{Options: o, Style: Style{o.Color}}
	if h.Width <= 0 {
		h.Width = 80
	}
	text := count(len(parts), "file") + ", nothing to apply in any"
	if len(changing) > 0 {
		text = count(len(parts), "file") + ", " + fmt.Sprint(len(changing)) + " to change: " + list(changing)
	}
	for _, l := range wrap(text, max(h.Width, minWidth)) {
		h.line(l)
	}
	if len(changing) > 0 && next != "" {
		h.line("Next: ", h.bold(Clean(next)))
	}
	_, err := w.Write(h.buf.Bytes())
	return err
}
