package fixers

import "github.com/fly-standards/fly-standards/plan"

func guidanceFile() plan.Fixer {
	return plan.Fixer{
		ID:       "guidance-file",
		Title:    "exported standards are those of this version",
		Severity: plan.Info,
		OptIn:    true,
		Doc: `fly-standards rules export --output writes the rules and the guidance into a file that people and coding assistants read, between two marker
lines. The first marker names the edition. A later version of the tool has different rules, and an assistant keeps following the old ones.

The rule looks at AGENTS.md, CLAUDE.md, .clinerules, .cursor/rules and fly-standards.md. A repository without such a block is fine.

Manual fix: run the same fly-standards rules export again. Everything outside the marker lines stays as it is.`,
		Check: func(t plan.Target) []plan.Finding {
			if t.Edition == "" {
				return nil
			}
			var out []plan.Finding
			for _, g := range around(t).Guidance {
				if g.Edition != t.Edition {
					out = append(out, plan.Finding{
						Message: g.File + " has the standards of another version of fly-standards",
						At:      plan.At{File: g.File, Line: g.Line, Column: 1},
						HowTo:   "fly-standards rules export --as " + g.Form + " --output " + g.File,
					})
				}
			}
			return out
		},
	}
}
