package view

import (
	"cmp"
	"path"
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

// spot is what is found at one place of a file that is not fly.toml.
type spot struct {
	plan.At
	rule, message string
}

// sharedOnce is the document of a check with what is found in a file of several apps
// told once, with the names of the apps: a Dockerfile, an ignore file, a
// workflow. The JSON document is one plan for each.
func (d Document) sharedOnce() Document {
	apps := map[spot][]string{}
	for _, part := range d.Parts {
		for _, f := range part.Plan.Findings {
			name := cmp.Or(part.Plan.App.Name, part.Plan.File.Path)
			if at, ok := part.elsewhere(f); ok && !slices.Contains(apps[at], name) {
				apps[at] = append(apps[at], name)
			}
		}
	}
	d.Parts = slices.Clone(d.Parts)
	for i, part := range d.Parts {
		p := *part.Plan
		p.Findings = nil
		for _, f := range part.Plan.Findings {
			at, ok := part.elsewhere(f)
			if ok && len(apps[at]) == 0 {
				continue
			}
			if ok && len(apps[at]) > 1 {
				f.Message += " (" + named(apps[at]) + ")"
				apps[at] = nil
			}
			p.Findings = append(p.Findings, f)
		}
		d.Parts[i].Plan = &p
	}
	return d
}

// elsewhere is where a finding is that is not in fly.toml, or the file that has
// to be made.
func (p Part) elsewhere(f plan.Outcome) (spot, bool) {
	at := f.At
	if f.Line == 0 && len(f.Edits) == 0 && len(f.Lines) > 0 {
		at.File = path.Join(path.Dir(p.Plan.File.Path), f.Lines[0].File)
	}
	return spot{at, f.Rule, f.Message}, at.File != "" && at.File != p.Plan.File.Path && f.Outcome != plan.Ignored
}

// named names apps, of many the first few.
func named(apps []string) string {
	return "for " + list(firstOf(3, apps, "app"))
}
