package fixers

import (
	"fmt"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// The limits of a new block. They are a start, not a measurement.
const (
	newSoftLimit = 200
	newHardLimit = 250
)

func concurrency() plan.Fixer {
	return plan.Fixer{
		ID:       "concurrency",
		Title:    "an HTTP service says how many requests a machine takes",
		Severity: plan.Info,
		Doc: `The proxy prefers machines below soft_limit, starts another when all are above it, and sends nothing to one at hard_limit. Without
limits the soft limit is 20 and there is no hard one: a busy machine is sent everything until it breaks.

type = "connections" counts TCP connections. The proxy keeps those open and reuses them, so for HTTP they say little about the work in
hand; requests does. For WebSockets and other long-lived connections, connections is right: so the fix needs consent.

A new block gets 200 and 250, to be measured and changed; numbers that are there stay. With soft_limit at or above hard_limit a machine
is full before the proxy prefers another, and which of the two is to change only you know.

By hand: [http_service.concurrency] with type = "requests", soft_limit and hard_limit.`,
		Check: checkConcurrency,
	}
}

func checkConcurrency(t plan.Target) []plan.Finding {
	var out []plan.Finding
	for _, s := range services(t.File) {
		block, found := s.Node.Key("concurrency")
		switch {
		case !found && s.handler("http"):
			out = append(out, noLimits(t, s))
		case found && block.Kind() == flytoml.Table:
			out = append(out, limits(t, s, block)...)
		} // "20,25", the short form of [[services]], has limits and can't name a type
	}
	return out
}

func noLimits(t plan.Target, s service) plan.Finding {
	f := plan.Finding{
		Message: s.Path + " has no concurrency limits",
		At:      placeOf(t.File, s.Path, ""),
		Notes:   []string{"200 and 250 are a start; measure what one machine can take"},
		Fix: &plan.Fix{
			Safety: plan.Review, Why: "the proxy spreads the load differently, and refuses more than 250 requests at a time on one machine",
			Edits: []flytoml.Edit{{Op: flytoml.AddTable, Path: s.Path + ".concurrency", Entries: []flytoml.Entry{
				{Key: "type", Value: `"requests"`},
				{Key: "soft_limit", Value: fmt.Sprint(newSoftLimit)},
				{Key: "hard_limit", Value: fmt.Sprint(newHardLimit)},
			}}},
		},
	}
	f.Fix.Changes, f.Machines = serviceChanges(t, s, limitSettings("requests", newSoftLimit, newHardLimit)...)
	return f
}

func limitSettings(kind string, soft, hard int64) []serviceSetting {
	out := []serviceSetting{{pointer: "/concurrency/type", value: kind}}
	if soft > 0 {
		out = append(out, serviceSetting{pointer: "/concurrency/soft_limit", value: soft})
	}
	if hard > 0 {
		out = append(out, serviceSetting{pointer: "/concurrency/hard_limit", value: hard})
	}
	return out
}

func limits(t plan.Target, s service, block flytoml.Node) []plan.Finding {
	var out []plan.Finding
	number := func(key string) int64 { n, _ := block.Key(key); v, _ := n.Int(); return v }
	soft, hard := number("soft_limit"), number("hard_limit")
	path := s.Path + ".concurrency"
	if soft > 0 && hard > 0 && soft >= hard {
		f := plan.Finding{
			Message: fmt.Sprintf("soft_limit %d of %s is not below hard_limit %d", soft, s.Path, hard),
			At:      placeOf(t.File, path+".soft_limit", path),
			Notes:   []string{"a machine is full before the proxy prefers another; which number is to change only you know"},
		}
		if soft > hard { // equal ones may be meant: send elsewhere only what is refused here
			f.Severity = plan.Warning
		}
		out = append(out, f)
	}
	kindNode, said := block.Key("type")
	kind, isString := kindNode.Str()
	if said && !isString || !s.handler("http") {
		return out
	}
	if kind == "requests" {
		if f, lags := lagging(t, s, path, limitSettings(kind, soft, hard)...); lags {
			f.Fix.Safety, f.Fix.Why = plan.Review, "the proxy spreads the load differently"
			out = append(out, f)
		}
		return out
	}
	if said && kind != "connections" {
		return out
	}
	f := plan.Finding{
		Message: s.Path + " is measured by connections, which say little about an HTTP service's load",
		At:      placeOf(t.File, path+".type", path),
		Fix: &plan.Fix{
			Safety: plan.Review, Why: "requests are counted instead; an app with WebSockets or other long-lived connections may want connections",
			Edits: []flytoml.Edit{setKey(path+".type", "requests")},
		},
	}
	if !said {
		f.Evidence = plan.Saw("no type is said, and connections is the default")
	}
	f.Fix.Changes, f.Machines = serviceChanges(t, s, limitSettings("requests", soft, hard)...)
	return append(out, f)
}
