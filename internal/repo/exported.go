package repo

import (
	"path"
	"strings"

	"github.com/fly-standards/fly-standards/internal/guidance"
	"github.com/fly-standards/fly-standards/plan"
)

const maxExported = 20

// exported are the files with a block that rules export wrote.
func (v *surveyor) exported() {
	for _, file := range v.telling {
		form := exportForm(file)
		if form == "" || len(v.out.Guidance) == maxExported {
			continue
		}
		text := string(v.read(file))
		if edition, line, ok := guidance.EditionIn(text); ok {
			v.out.Guidance = append(v.out.Guidance, plan.Guidance{File: v.shown(file), Line: line, Edition: edition, Form: form})
		}
	}
}

// exportForm is the form that a file of this name is written in; "" for one
// that nobody exports to.
func exportForm(file string) string {
	base := path.Base(file)
	switch {
	case base == "AGENTS.md", base == "CLAUDE.md", base == "copilot-instructions.md":
		return string(guidance.Agents)
	case base == ".clinerules", strings.Contains("/"+file, "/.clinerules/"):
		return string(guidance.ClineRules)
	case strings.Contains("/"+file, "/.cursor/rules/"):
		return string(guidance.Cursor)
	case base == "fly-standards.md":
		return string(guidance.Markdown)
	}
	return ""
}
