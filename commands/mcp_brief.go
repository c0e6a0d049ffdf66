package commands

import (
	"cmp"
	"slices"

	"github.com/fly-standards/fly-standards/internal/mcp"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// maxMessage is how much of a message a short answer has, in characters.
const maxMessage = 160

// brief is a finding in a short answer.
type brief struct {
	Rule     string        `json:"rule"`
	Severity plan.Severity `json:"severity"`
	File     string        `json:"file,omitempty"` // another one than fly.toml
	Line     int           `json:"line,omitempty"`
	Key      string        `json:"key,omitempty"`
	Machine  string        `json:"machine,omitempty"`
	Message  string        `json:"message"`
	Fix      string        `json:"fix"` // what becomes of it
}

// briefly is a plan in a short answer: the verdict, and the gravest findings.
func briefly(p *plan.Plan, saved string) (string, error) {
	var all []brief
	for _, f := range plan.Folded(p.Findings) {
		if f.Outcome == plan.Ignored {
			continue
		}
		b := brief{
			Rule: f.Rule, Severity: f.Severity, Line: f.Line, Key: mcp.Short(f.Key, maxMessage), Machine: f.Machine,
			Message: mcp.Short(f.Message, maxMessage), Fix: view.Fate(f),
		}
		if f.File != p.File.Path {
			b.File = mcp.Short(f.File, maxMessage)
		}
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(a, b brief) int {
		return cmp.Compare(slices.Index(severities, a.Severity), slices.Index(severities, b.Severity))
	})
	return mcp.Fit(len(all), func(n int) any {
		doc := struct {
			App      string       `json:"app,omitempty"`
			File     string       `json:"file"`
			Refused  bool         `json:"flyctl_rejects_the_file,omitempty"`
			Offline  plan.Offline `json:"app_not_read_because,omitempty"`
			Verdict  string       `json:"verdict"`
			Findings []brief      `json:"findings"`
			More     int          `json:"more_findings,omitempty"`
			Saved    string       `json:"saved,omitempty"`
		}{mcp.Short(p.App.Name, maxMessage), mcp.Short(p.File.Path, maxMessage), p.Refused != nil, p.Offline, view.Verdict(p), all[:n], len(all) - n, saved}
		if doc.Findings == nil {
			doc.Findings = []brief{}
		}
		return doc
	})
}
