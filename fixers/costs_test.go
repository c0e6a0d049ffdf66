package fixers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/plan"
)

// costs is what the fixes of one rule may cost: of all its fixtures together,
// each with everything consented to.
type costs struct {
	edits, others, secrets, restarts, clones, volumes, money bool
}

func costsOf(t *testing.T, rule string, of []*fixture) costs {
	t.Helper()
	var c costs
	for _, f := range of {
		options := f.options()
		options.Allow, options.NoRestart = plan.Consent{Review: true, Paid: true}, false
		p, err := plan.Build(f.target(t), fixers.All(), options)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps {
			if !slices.Contains(s.Rules, rule) {
				continue
			}
			c.edits = c.edits || s.Kind == plan.StepFile
			c.others = c.others || s.Kind == plan.StepOtherFile
			c.secrets = c.secrets || s.Kind == plan.StepSecrets
			c.restarts = c.restarts || s.Kind == plan.StepMachine
			c.clones = c.clones || s.Kind == plan.StepClone
			c.volumes = c.volumes || s.Kind == plan.StepVolume
		}
		c.money = c.money || slices.ContainsFunc(p.Findings, func(o plan.Outcome) bool { return o.Rule == rule && o.Costs })
	}
	return c
}

// section says it for a page.
func (c costs) section() string {
	if c == (costs{}) {
		return "## What it costs\n\nNothing. The fix is manual.\n\n"
	}
	var file, app []string
	if c.edits {
		file = append(file, "edited")
	}
	if c.secrets {
		app = append(app, "secrets are stored")
	}
	if c.restarts {
		app = append(app, "the machines that are changed restart once each, together with all else that one apply changes on them")
	}
	if c.clones {
		app = append(app, "machines are added")
	}
	if c.volumes {
		app = append(app, "the settings of volumes are changed, without a restart")
	}
	money := "nothing more"
	switch {
	case c.volumes:
		money = "more: the plan says what a GB of stored snapshots costs, and it needs `--allow paid`"
	case c.money:
		money = fmt.Sprintf("more: the plan says about how much (prices of %s), and it needs `--allow paid`, or that you name the region", fixers.PricesAsOf)
	}
	orNot := func(parts []string) string {
		if len(parts) == 0 {
			return "not touched"
		}
		return strings.Join(parts, "; ")
	}
	toml := "| fly.toml | " + orNot(file) + " |"
	if c.others {
		toml += "\n| other files | lines replaced or added, shown in the plan |"
	}
	return fmt.Sprintf("## What it costs\n\n| | |\n|---|---|\n%s\n| the app | %s |\n| money | %s |\n\n", toml, orNot(app), money)
}

// TestCosts fails when a finding has a price and does not name it where the
// user reads it before agreeing. What has no price here is told by the totals.
func TestCosts(t *testing.T) {
	for _, f := range fixtures(t) {
		for _, o := range f.plan(t).Findings {
			said := fmt.Sprint(o.Evidence, o.Notes, o.Reason, o.Message)
			if o.Costs && o.CostKnown && !strings.Contains(said, "$") {
				t.Errorf("%s: %s costs $%.2f a month, and no word of the finding says so", f.name, o.Rule, o.CostMonthly)
			}
		}
	}
}
