package main

const codeTemplate = `package fixers

import (
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func RULE_FUNC() plan.Fixer {
	return plan.Fixer{
		ID:       "RULE_ID",
		Title:    "kill_timeout is written down", // TODO: what holds when the rule is met; no full stop
		Severity: plan.Info,
		Doc: ` + "`" + `TODO: say why it matters, and what the platform does, in a paragraph or two.

Manual fix: kill_timeout = "30s" at the top of the file.` + "`" + `,
		Check: RULE_CHECK,
	}
}

func RULE_CHECK(t plan.Target) []plan.Finding {
	// TODO: Deployed is the file as flyctl reads it. Said is true also for what flyctl
	// can't read: config-shape tells of that, and nothing may be written over it.
	if t.Deployed().Get("kill_timeout").Said() {
		return nil
	}
	f := plan.Finding{
		Message: "kill_timeout is not set", // what is wrong here; quote the value, never a secret
		At:      placeOf(t.File, "kill_timeout", ""),
		Fix: &plan.Fix{ // none: a person decides, and HowTo says what to do
			Safety: plan.Review, Why: "a stop may take longer", // Safe needs no Why: a working app behaves the same afterwards
			Edits: []flytoml.Edit{setKey("kill_timeout", "30s")},
		},
	}
	for _, m := range machinesOf(t, nil) { // none offline
		if change, lacks := machineSetting(m, "/stop_config/timeout", "30s"); lacks {
			f.Machines = append(f.Machines, m.ID)
			f.Fix.Changes = append(f.Fix.Changes, change)
		}
	}
	return []plan.Finding{f}
}
`

// Every rule has its ordinary case, one with nothing to say, and one at least on
// the edge; a rule that looks at machines has one with an app.
var fixtures = map[string]string{
	"": `Nothing says how long a stop may take: flyctl's default is five seconds.

allow: review
-- fly.toml --
app = "fine-app"
primary_region = "iad"
-- app --
machines: 2x app in iad
`,
	".nothing": `It is said: nothing is found.
-- fly.toml --
app = "fine-app"
primary_region = "iad"
kill_timeout = "30s"
`,
	".mistyped": `flyctl refuses the value: config-shape tells of it, and nothing is written over it.
-- fly.toml --
app = "fine-app"
primary_region = "iad"
kill_timeout = ["30s"]
`,
}
