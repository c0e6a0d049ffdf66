package view

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Part is the plan of one file, and what it takes to show it.
type Part struct {
	Plan *plan.Plan
	File *flytoml.File
	Mask *Mask
	// Other reads another file of the repository, by its path from the folder of
	// fly.toml. nil: none is at hand.
	Other func(file string) (text []byte, there bool, err error)
}

// Document is what a command found, to be written in any of Formats.
type Document struct {
	Tool   string // name and version that made it
	Parts  []Part
	Failed []plan.FileError // the files without a plan: only JSON has a place for them
	// Several: it is of all files of a repository, whatever their number.
	Several bool
	// Check: only the findings matter, not what would be done about them.
	Check bool
}

// Formats are the names that --format takes.
func Formats() []string { return []string{"human", "json", "markdown", "sarif", "github", "junit"} }

// Write writes the document in one of Formats.
func Write(w io.Writer, format string, d Document, o Options) error {
	if d.Check && format != "sarif" && format != "markdown" { // those are by rule
		d = d.folded()
	}
	if d.Check && d.Several && format != "json" {
		d = d.sharedOnce()
	}
	if format != "human" && format != "json" && o.Root != nil {
		d = d.fromRoot(o.Root)
	}
	switch format {
	case "human":
		switch {
		case d.Check:
			return check(w, d, o)
		case d.Several:
			return humanSeveral(w, d, o)
		}
		o.File, o.Mask = d.Parts[0].File, d.Parts[0].Mask
		return Human(w, d.Parts[0].Plan, o)
	case "json":
		return writeJSON(w, d)
	case "markdown":
		_, err := io.WriteString(w, markdown(d.Parts, o.Next))
		return err
	case "sarif":
		return sarif(w, d, o.Rules)
	case "github":
		_, err := io.WriteString(w, github(d.Parts))
		return err
	case "junit":
		return junit(w, d)
	default:
		return fmt.Errorf("there is no format %q", format)
	}
}

// lacks says how many files the document has nothing about.
func (d Document) lacks(done string) string {
	if len(d.Failed) == 0 {
		return ""
	}
	return "; " + count(len(d.Failed), "file") + " not " + done
}

// folded is the document with what is left at its default told as one finding.
func (d Document) folded() Document {
	d.Parts = slices.Clone(d.Parts)
	for i, part := range d.Parts {
		p := *part.Plan
		p.Findings = plan.Folded(p.Findings)
		d.Parts[i].Plan = &p
	}
	return d
}

func writeJSON(w io.Writer, d Document) error {
	if !d.Several {
		return encode(w, d.Parts[0].withTextEdits())
	}
	var around bytes.Buffer
	if err := encode(&around, plan.Several{SchemaVersion: plan.SchemaVersion, Tool: d.Tool, Plans: []*plan.Plan{}, Failed: d.Failed}); err != nil {
		return err
	}
	return d.writePlans(w, around.Bytes())
}

// writePlans writes the document around its plans, one plan after the other: all of
// them in memory would be the most that a run over many files takes.
func (d Document) writePlans(w io.Writer, around []byte) error {
	const none, indent = `"plans": []`, "    "
	before, after, _ := bytes.Cut(around, []byte(none))
	out := bufio.NewWriterSize(w, 64<<10)
	if len(d.Parts) == 0 {
		before = append(before, none...)
	} else {
		before, after = append(before, none[:len(none)-1]...), append([]byte("\n  ]"), after...)
	}
	_, _ = out.Write(before) // it keeps its first error
	var one bytes.Buffer
	enc := encoder(&one)
	enc.SetIndent(indent, "  ")
	for i, part := range d.Parts {
		one.Reset()
		if err := enc.Encode(part.withTextEdits()); err != nil {
			return err
		}
		if i > 0 {
			_ = out.WriteByte(',')
		}
		_, _ = out.WriteString("\n" + indent)
		_, _ = out.Write(bytes.TrimSuffix(one.Bytes(), []byte("\n")))
	}
	_, _ = out.Write(after)
	return out.Flush()
}

// JSON writes a plan as one object, the same that a saved plan is.
func JSON(w io.Writer, p *plan.Plan) error { return encode(w, p) }

func encode(w io.Writer, document any) error { return encoder(w).Encode(document) }

func encoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc
}

func writeXML(w io.Writer, document any) error {
	out, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return fmt.Errorf("write the findings as JUnit XML: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, out)
	return err
}

// withTextEdits is the plan with the edits of each finding as ranges too.
func (p Part) withTextEdits() *plan.Plan {
	if p.File == nil {
		return p.Plan
	}
	out := *p.Plan
	out.Findings = slices.Clone(out.Findings)
	for i := range out.Findings {
		out.Findings[i].TextEdits = p.TextEdits(out.Findings[i])
	}
	return &out
}

// TextEdits are the edits of a finding as ranges of the file; nil where they
// can't be made, or where the text would show a secret.
func (p Part) TextEdits(f plan.Outcome) []flytoml.TextEdit {
	if p.File == nil || len(f.Edits) == 0 {
		return nil
	}
	after, err := p.File.Apply(f.Edits...)
	if err != nil {
		return nil
	}
	edits := after.TextEdits()
	if slices.ContainsFunc(edits, func(e flytoml.TextEdit) bool { return p.Mask.Holds(e.Text) }) {
		return nil
	}
	return edits
}

// fromRoot is the document with all paths as documents for CI name them.
func (d Document) fromRoot(root func(string) string) Document {
	d.Parts = slices.Clone(d.Parts)
	for i := range d.Parts {
		p := *d.Parts[i].Plan
		dir := path.Dir(p.File.Path)
		p.File.Path, p.File.OtherApps = root(p.File.Path), slices.Clone(p.File.OtherApps)
		for j, o := range p.File.OtherApps {
			p.File.OtherApps[j].File = root(path.Join(dir, o.File))
		}
		p.Findings = slices.Clone(p.Findings)
		for j := range p.Findings {
			f := &p.Findings[j]
			f.File, f.Evidence = root(f.File), slices.Clone(f.Evidence)
			for k, e := range f.Evidence {
				if e.File != "" {
					f.Evidence[k].File = root(path.Join(dir, e.File))
				}
			}
		}
		d.Parts[i].Plan = &p
	}
	return d
}
