package commands

import (
	"encoding/json"
	"runtime"

	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// catalogueVersion is the version of the documents below. A new field does not
// change it; a field that means something else does.
const catalogueVersion = 1

// ruleJSON is one rule in `rules --json` and `explain --json`.
type ruleJSON struct {
	ID       string        `json:"id"`
	Title    string        `json:"title"`
	Severity plan.Severity `json:"severity"`
	URL      string        `json:"url"`
	// Doc is Markdown: why, what the platform does, how to fix it by hand. Only
	// explain has it.
	Doc string `json:"doc,omitempty"`
}

func asJSON(f plan.Fixer) ruleJSON {
	return ruleJSON{ID: f.ID, Title: f.Title, Severity: f.Severity, URL: plan.RuleURL(f.ID)}
}

func writeJSON(env *Env, v any) error {
	enc := json.NewEncoder(env.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func rulesJSON(env *Env, all []plan.Fixer) error {
	rules := make([]ruleJSON, len(all))
	for i, f := range all {
		rules[i] = asJSON(f)
	}
	return writeJSON(env, struct {
		SchemaVersion int        `json:"schema_version"`
		Tool          string     `json:"tool"`
		Rules         []ruleJSON `json:"rules"`
	}{catalogueVersion, tool(), rules})
}

// explainJSON has the findings of the rule as `plan --json` has them, when it
// ran beside a fly.toml; else findings is null.
func explainJSON(env *Env, f plan.Fixer, p *plan.Plan, m *view.Mask) error {
	rule := asJSON(f)
	rule.Doc = f.Doc
	out := struct {
		SchemaVersion int            `json:"schema_version"`
		Tool          string         `json:"tool"`
		Rule          ruleJSON       `json:"rule"`
		File          string         `json:"file,omitempty"`
		Findings      []plan.Outcome `json:"findings"`
	}{SchemaVersion: catalogueVersion, Tool: tool(), Rule: rule}
	if p != nil {
		if err := safeToKeep(p, m); err != nil {
			return err
		}
		out.File, out.Findings = p.File.Path, p.Findings
		if out.Findings == nil {
			out.Findings = []plan.Outcome{}
		}
	}
	return writeJSON(env, out)
}

func versionJSON(env *Env, b build) error {
	return writeJSON(env, struct {
		Version string `json:"version"`
		Commit  string `json:"commit,omitempty"`
		Go      string `json:"go"`
		OS      string `json:"os"`
		Arch    string `json:"arch"`
	}{b.Version, b.Commit, b.Go, runtime.GOOS, runtime.GOARCH})
}
