package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// newSoftLimit is that of a new block: a start, not a measurement. There is no
// new hard limit: it would refuse requests that are served today.
const newSoftLimit = 200

// The limits that flyctl's template wrote into every new file until 2023.
const (
	templateSoft = 20
	templateHard = 25
)

func concurrency() plan.Fixer {
	return plan.Fixer{
		ID:       "concurrency",
		Title:    "an HTTP service says how many requests a machine takes",
		Severity: plan.Info,
		Doc: `The proxy prefers machines below soft_limit, starts another when all are above it, and sends nothing to one at hard_limit. Without
limits the soft limit is 20 and there is no hard one: a busy machine is sent everything until it breaks.

type = "connections" counts TCP connections. The proxy keeps those open and reuses them, so for HTTP they say little about the load;
requests does. For WebSockets and other long-lived connections, connections is right, so the fix needs consent, and there is none
where the source has them.

A new block gets no hard limit, and as soft limit the requests that the start command has workers and threads for (gunicorn, puma,
waitress, uWSGI), else 200, as a start to measure from. Existing numbers stay; those far from what the workers take are named. Only
20 and 25 go: flyctl's old template wrote them into every file, and the hard limit of 25 refuses the 26th visitor. With soft_limit
above hard_limit a machine is full before the proxy prefers another, and only you know which of the two to change; equal limits are
what flyctl writes for Phoenix. A comment beside the block shows that somebody thought about it, and the rule is silent.

Manual fix: [http_service.concurrency] with type = "requests", soft_limit and hard_limit.`,
		Check: checkConcurrency,
	}
}

func checkConcurrency(t plan.Target) []plan.Finding {
	var out []plan.Finding
	_, misplaced := headlessLimits(t.File)
	misplaced = misplaced || misplacedTable(t.File, "concurrency")
	for _, s := range services(t.File) {
		block := s.Key("concurrency")
		switch {
		case misplaced: // conflicting-services or unknown-keys takes them to where they count
		case !block.Said() && s.handler("http"):
			out = append(out, noLimits(t, s))
		case block.Node().Kind() == flytoml.Table:
			out = append(out, limitFindings(t, s, block)...)
		} // "20,25", the short form of [[services]], has limits and can't name a type
	}
	return out
}

func noLimits(t plan.Target, s service) plan.Finding {
	soft := startingLimit(t, s)
	f := plan.Finding{
		Message:  s.Path + " has no concurrency limits",
		Default:  "concurrency (soft limit 20, no hard one)",
		At:       placeOf(t.File, s.Path, ""),
		Evidence: soft.evidence(),
		Notes:    []string{fmt.Sprintf("without them the soft limit is 20, and there is no hard one; %d is a start: measure what one machine can take", soft.n)},
		Fix: &plan.Fix{
			Safety: plan.Review, Why: "the proxy spreads the load differently",
			Costs: soft.n < templateSoft, // than the default: more machines are started
			Edits: []flytoml.Edit{{Op: flytoml.AddTable, Path: s.Path + ".concurrency", Entries: []flytoml.Entry{
				{Key: "type", Value: `"requests"`},
				{Key: "soft_limit", Value: fmt.Sprint(soft.n)},
			}}},
		},
	}
	f.Fix.Changes, f.Machines = serviceChanges(t, s, limitsWithout("requests", soft.n))
	return f
}

func limitSettings(kind string, soft, hard int) []serviceSetting {
	out := []serviceSetting{{pointer: "/concurrency/type", value: kind}}
	if soft > 0 {
		out = append(out, serviceSetting{pointer: "/concurrency/soft_limit", value: soft})
	}
	if hard > 0 {
		out = append(out, serviceSetting{pointer: "/concurrency/hard_limit", value: hard})
	}
	return out
}

func limitFindings(t plan.Target, s service, block deployed.Value) []plan.Finding {
	var out []plan.Finding
	soft, _ := block.Key("soft_limit").Int()
	hard, _ := block.Key("hard_limit").Int()
	path := s.Path + ".concurrency"
	if hard > 0 && soft > hard {
		out = append(out, plan.Finding{
			Message:  fmt.Sprintf("soft_limit %d of %s is above hard_limit %d", soft, s.Path, hard),
			Severity: plan.Warning,
			At:       placeOf(t.File, path+".soft_limit", path),
			Notes:    []string{"a machine is full before the proxy prefers another; only you know which number to change"},
		})
	}
	if commented(t.File, block) {
		return out
	}
	if f, ok := beyondWorkers(t, s, soft, hard); ok {
		out = append(out, f)
	}
	kind, isString := block.Key("type").Str()
	said := block.Key("type").Said()
	if said && !isString || !s.handler("http") {
		return out
	}
	if kind == "requests" {
		settings := limitSettings(kind, soft, hard)
		if soft > 0 && hard == 0 { // a hard limit that a machine still has goes
			settings = []serviceSetting{limitsWithout("requests", soft)}
		}
		if f, lags := lagging(t, s, path, settings...); lags {
			f.Fix.Safety, f.Fix.Why = plan.Review, "the proxy spreads the load differently"
			out = append(out, f)
		}
		return out
	}
	if said && kind != "connections" || soft > 0 && soft == hard { // equal ones are flyctl's own for Phoenix
		return out
	}
	if soft == templateSoft && hard == templateHard {
		return append(out, templateLimits(t, s))
	}
	if t.Repo != nil && t.Repo.Streams != nil {
		return out // what keeps them open is the load
	}
	f := plan.Finding{
		Message: s.Path + " counts connections, which say little about the load of an HTTP service",
		At:      placeOf(t.File, path+".type", path),
		Fix:     reviewFix("requests are counted instead; an app with WebSockets or other long-lived connections may want connections", setKey(path+".type", "requests")),
	}
	if !said {
		f.Evidence = plan.Saw("no type is set; connections is the default")
	}
	f.Fix.Changes, f.Machines = serviceChanges(t, s, limitSettings("requests", soft, hard)...)
	return append(out, f)
}

// templateLimits replaces the numbers of the old template whole: nobody chose
// them, and a machine that takes 25 connections refuses the next visitor.
func templateLimits(t plan.Target, s service) plan.Finding {
	path := s.Path + ".concurrency"
	soft, kind := startingLimit(t, s), "requests"
	why := "a machine is sent more at a time; an app with WebSockets or other long-lived connections may want connections"
	seen := soft.evidence()
	if t.Repo != nil && t.Repo.Streams != nil {
		soft, kind, seen, why = capacity{n: newSoftLimit}, "connections", []plan.Evidence{*t.Repo.Streams}, "a machine is sent more at a time"
	}
	f := plan.Finding{
		Message:  fmt.Sprintf("%s has the limits of flyctl's old template, 20 and 25 connections: a machine refuses the 26th", s.Path),
		At:       placeOf(t.File, path+".hard_limit", path),
		Evidence: seen,
		Notes:    []string{fmt.Sprintf("%d %s, and no hard limit, are a start: measure what one machine can take", soft.n, kind)},
		Fix: &plan.Fix{
			Safety: plan.Review, Why: why,
			Edits: []flytoml.Edit{
				setKey(path+".type", kind), setKey(path+".soft_limit", soft.n), {Op: flytoml.Remove, Path: path + ".hard_limit"},
			},
		},
	}
	f.Fix.Changes, f.Machines = serviceChanges(t, s, limitsWithout(kind, soft.n))
	return f
}

// limitsWithout are limits without a hard one.
func limitsWithout(kind string, soft int) serviceSetting {
	return serviceSetting{pointer: "/concurrency", value: map[string]any{"type": kind, "soft_limit": soft}}
}

// commented says whether a comment stands in the block, right above it or right
// below its last line: somebody said why the limits are what they are. One that
// leads on to the next table is about that.
func commented(f *flytoml.File, block deployed.Value) bool {
	first := placeOf(f, block.Path(), "").Line
	last := first
	for _, key := range block.Node().Keys() {
		n, _ := block.Node().Key(key)
		last = max(last, n.End().Line)
	}
	if strings.TrimSpace(f.Line(last+2)) == "" {
		last++
	}
	for _, c := range slices.Backward(f.CommentLines()) {
		if above := c.Alone && c.Line == first-1; above {
			first--
		}
		text := strings.TrimPrefix(c.Text, "#")
		if first <= c.Line && c.Line <= last && len(strings.Fields(text)) > 4 && !strings.Contains(text, "=") && !strings.Contains(text, "fly-standards:") {
			return true
		}
	}
	return false
}
