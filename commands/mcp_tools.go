package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/mcp"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

type checkArgs struct {
	Path    string   `json:"path,omitempty" jsonschema:"fly.toml or its folder; the folder of the server by default"`
	Text    string   `json:"text,omitempty" jsonschema:"contents to check instead of the file's, as if they stood at path"`
	Rules   []string `json:"rules,omitempty" jsonschema:"only these rules"`
	Details bool     `json:"details,omitempty" jsonschema:"the whole JSON document of check, with evidence and edits"`
}

func (t *tools) check(ctx context.Context, a checkArgs) (string, error) {
	env, g, out := t.call()
	o := &checkOptions{source: sourceOptions{offline: true, rules: a.Rules}}
	var err error
	if o.source.config, err = t.configInside(a.Path); err != nil {
		return "", err
	}
	if _, err := t.configInside(t.orDefault(o.source.config)); err != nil {
		return "", err
	}
	if len(a.Text) > maxFile {
		return "", &usageError{message: fmt.Sprintf("text is larger than %d KiB", maxFile>>10)}
	}
	if a.Text != "" {
		o.source.buffer = &buffer{path: filepath.ToSlash(t.orDefault(o.source.config)), text: []byte(a.Text)}
		o.source.config = fromStdin
	}
	s, err := load(ctx, env, g, &o.source)
	if err != nil {
		return "", err
	}
	p, err := o.planAccepting(env, g, s)
	if err != nil {
		return "", err
	}
	if a.Details {
		d := s.document(p)
		d.Check = true
		err := view.Write(env.Stdout, "json", d, view.Options{Rules: allRules()})
		return out.String(), err
	}
	return briefly(p, "")
}

// orDefault is fly.toml where nothing was named.
func (*tools) orDefault(config string) string {
	if config == "" {
		return "fly.toml"
	}
	return config
}

type planArgs struct {
	Path    string   `json:"path,omitempty" jsonschema:"fly.toml or its folder; the folder of the server by default"`
	App     string   `json:"app,omitempty" jsonschema:"name of the app, over that of the file"`
	Offline bool     `json:"offline,omitempty" jsonschema:"plan for the file alone"`
	Rules   []string `json:"rules,omitempty" jsonschema:"only these rules"`
	Skip    []string `json:"skip,omitempty" jsonschema:"all rules but these"`
	Allow   []string `json:"allow,omitempty" jsonschema:"plan what needs consent too: review, paid"`
	Regions []string `json:"regions,omitempty" jsonschema:"regions to add, at their cost"`
	Out     string   `json:"out,omitempty" jsonschema:"save the plan to this file, for apply; needs --allow-apply"`
	Details bool     `json:"details,omitempty" jsonschema:"the whole JSON document of the plan"`
}

func (t *tools) plan(ctx context.Context, a planArgs) (string, error) {
	env, g, out := t.call()
	o := &sourceOptions{app: a.App, offline: a.Offline, rules: a.Rules, skip: a.Skip, allow: a.Allow, regions: a.Regions}
	var err error
	if o.config, err = t.configInside(a.Path); err != nil {
		return "", err
	}
	if _, err := t.configInside(t.orDefault(o.config)); err != nil {
		return "", err
	}
	if a.Out != "" && !t.apply {
		return "", &usageError{message: "this server writes nothing: start it with --allow-apply, or save the plan with `fly-standards plan --out FILE`"}
	}
	saveTo, err := t.inside(a.Out)
	if err != nil {
		return "", err
	}
	s, err := load(ctx, env, g, o)
	if err != nil {
		return "", err
	}
	p, err := s.plan(o)
	if err != nil {
		return "", err
	}
	if saveTo != "" {
		p.Asked = o.asked()
		if err := savePlan(env.abs(saveTo), saveTo, s.path, p); err != nil {
			return "", err
		}
	}
	if a.Details {
		err := view.Write(env.Stdout, "json", s.document(p), view.Options{Rules: allRules()})
		return out.String(), err
	}
	return briefly(p, saveTo)
}

type explainArgs struct {
	Rule    string `json:"rule" jsonschema:"id of the rule"`
	Details bool   `json:"details,omitempty" jsonschema:"the whole text, however long"`
}

func (*tools) explain(_ context.Context, a explainArgs) (string, error) {
	all := allRules()
	if err := plan.KnownRule(a.Rule, all); err != nil {
		return "", err
	}
	f := all[slices.IndexFunc(all, func(f plan.Fixer) bool { return f.ID == a.Rule })]
	rule := asJSON(f)
	if rule.Doc = f.Doc; !a.Details {
		rule.Doc = mcp.Short(f.Doc, mcp.Small-500)
	}
	return mcp.JSON(struct {
		ruleJSON
		Ignore string `json:"to_ignore"`
	}{rule, "# fly-standards: ignore[" + f.ID + "] reason"})
}

type rulesArgs struct {
	Search  string `json:"search,omitempty" jsonschema:"a word of the id or title"`
	Details bool   `json:"details,omitempty" jsonschema:"titles and URLs of all"`
}

func (*tools) rules(_ context.Context, a rulesArgs) (string, error) {
	var found []ruleJSON
	ids := map[plan.Severity][]string{}
	for _, f := range allRules() {
		if strings.Contains(strings.ToLower(f.ID+" "+f.Title), strings.ToLower(a.Search)) {
			found, ids[f.Severity] = append(found, asJSON(f)), append(ids[f.Severity], f.ID)
		}
	}
	switch {
	case len(found) == 0:
		return "", &usageError{message: fmt.Sprintf("no rule has %q in its id or title", a.Search)}
	case a.Details:
		return mcp.JSON(map[string]any{"rules": found})
	case a.Search == "":
		return mcp.JSON(map[string]any{"rules": ids})
	}
	return mcp.Fit(len(found), func(n int) any { return map[string]any{"rules": found[:n], "more": len(found) - n} })
}

type showArgs struct {
	Plan    string `json:"plan" jsonschema:"the file of the saved plan"`
	Details bool   `json:"details,omitempty" jsonschema:"the whole JSON document"`
}

// saved reads a plan inside of the folder that is about a file inside of it.
func (t *tools) saved(env *Env, file string) (string, *plan.Plan, error) {
	rel, err := t.inside(file)
	if err != nil {
		return "", nil, err
	}
	if rel == "" {
		return "", nil, &usageError{message: "no plan file is named"}
	}
	p, err := readPlan(env.abs(rel), rel)
	if err != nil {
		return "", nil, err
	}
	_, err = t.inside(filepath.FromSlash(p.File.Path))
	return rel, p, err
}

func (t *tools) show(_ context.Context, a showArgs) (string, error) {
	env, _, out := t.call()
	_, p, err := t.saved(env, a.Plan)
	if err != nil {
		return "", err
	}
	if a.Details {
		s, _ := planSource(env, p, "")
		err := view.Write(env.Stdout, "json", s.document(p), view.Options{Rules: allRules()})
		return out.String(), err
	}
	return briefly(p, "")
}

type applyArgs struct {
	Plan string `json:"plan" jsonschema:"the file of the saved plan"`
}

// errUndone is an apply that was not carried out to its end, with its answer.
type errUndone struct{ answer string }

func (e *errUndone) Error() string { return e.answer }

func (t *tools) carryOut(ctx context.Context, a applyArgs) (string, error) {
	env, g, out := t.call()
	rel, _, err := t.saved(env, a.Plan)
	if err != nil {
		return "", err
	}
	failed := runApply(ctx, env, g, &applyOptions{plan: rel, yes: true, format: formatOptions{format: "json"}})
	var doc struct {
		Result apply.Report `json:"result"`
	}
	if out.Len() == 0 {
		return "", failed
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		return "", errors.Join(failed, err)
	}
	answer, err := applied(doc.Result, failed)
	if err == nil && failed != nil {
		err = &errUndone{answer}
	}
	return answer, err
}

// applied is what an apply did, with as many of its machines as fit.
func applied(r apply.Report, failed error) (string, error) {
	problem := ""
	if failed != nil {
		problem = mcp.Short(view.Clean(strings.Join(explain(failed), "; ")), 500)
	}
	back := ""
	if r.Journal != "" {
		back = "fly-standards undo"
		if r.File.Path != "fly.toml" {
			back += " --config " + quoteArg(r.File.Path)
		}
	}
	return mcp.Fit(len(r.Machines), func(n int) any {
		short := r
		short.Machines = r.Machines[:n]
		return struct {
			apply.Report
			More  int    `json:"more_machines,omitempty"`
			Error string `json:"error,omitempty"`
			Back  string `json:"to_undo,omitempty"`
		}{short, len(r.Machines) - n, problem, back}
	})
}
