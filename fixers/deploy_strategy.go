package fixers

import (
	"fmt"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func deployStrategy() plan.Fixer {
	return plan.Fixer{
		ID:       "deploy-strategy",
		Together: "defaults",
		Title:    "the deploy strategy is written down, and is not immediate",
		Severity: plan.Warning,
		Doc: `The strategy decides how many machines a deploy replaces at a time. rolling is flyctl's default: a few at a time, each healthy
before the next. immediate replaces all at once and waits for nothing.

Written down, the strategy stays the same when the default changes, and a reader sees it. An explicit immediate is a warning, and its
author's decision, so changing it needs consent; a default that is not written down is info. canary and bluegreen, if your settings ask
for them, are refused for apps with volumes, and bluegreen needs a health check.

Manual fix: write strategy = "rolling" under [deploy].`,
		Check: checkDeployStrategy,
	}
}

func checkDeployStrategy(t plan.Target) []plan.Finding {
	want := t.Settings.Strategy
	if want == "" {
		want = "rolling"
	}
	node, found := t.File.Get(strategyKey)
	have, isString := node.Str()
	if found && !isString { // flyctl refuses the file: config-shape's business
		return nil
	}
	if found && have != "immediate" || !found && misplacedStrategy(t.File) {
		return nil
	}
	f := plan.Finding{
		At:  placeOf(t.File, strategyKey, "deploy"),
		Fix: &plan.Fix{Edits: []flytoml.Edit{{Op: flytoml.Set, Path: strategyKey, Value: quote(want)}}},
	}
	switch {
	case found:
		f.Message = `strategy = "immediate" replaces all machines at once and waits for no health check`
		f.Fix.Safety, f.Fix.Why = plan.Review, "rolling deploys take longer"
	case want != "rolling":
		f.Message = "no deploy strategy is set; the settings ask for " + want
		f.Fix.Safety, f.Fix.Why = plan.Review, want+" changes how deploys run"
	default:
		f.Message, f.Severity = "no deploy strategy is set; flyctl's default is rolling", plan.Info
		f.Default = "deploy strategy (rolling)"
		f.Fix.Safety = plan.Safe
	}
	if why := strategyRefused(t, want); why != "" {
		f.Fix, f.Notes = nil, append(f.Notes, why)
	}
	return []plan.Finding{f}
}

// strategyRefused says why flyctl would refuse the wanted strategy for this
// app (flyctl, August 2026: canary and bluegreen need an app without volumes,
// bluegreen needs a health check).
func strategyRefused(t plan.Target, want string) string {
	if want != "canary" && want != "bluegreen" {
		return ""
	}
	if hasMounts(t) {
		return fmt.Sprintf("the settings ask for %s, which flyctl refuses for an app with volumes", want)
	}
	if want == "bluegreen" && !hasAnyCheck(t.File) {
		return "the settings ask for bluegreen, which needs a health check first"
	}
	return ""
}
