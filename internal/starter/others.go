package starter

import (
	"fmt"
	"strings"
)

// Dependabot asks for updates of what the app is made of, once a week, the
// small ones of an ecosystem in one pull request, and none that is younger
// than a week: malicious releases are mostly found by then.
func Dependabot(p Project) File {
	f := File{Path: ".github/dependabot.yml"}
	var b strings.Builder
	b.WriteString("# Updates of dependencies. https://docs.github.com/code-security/dependabot\nversion: 2\nupdates:\n")
	entry := func(ecosystem, dir string, grouped bool) {
		fmt.Fprintf(&b, "  - package-ecosystem: %s\n    directory: %s\n    schedule:\n      interval: weekly\n    cooldown:\n      default-days: 7\n", ecosystem, yamlString(dir))
		if grouped {
			b.WriteString("    groups:\n      minor-and-patch:\n        update-types: [minor, patch]\n")
		}
	}
	for _, e := range p.present() {
		entry(e.dependabot(p), p.slashDir(), true)
	}
	if p.has("Dockerfile*", "*.dockerfile") {
		entry("docker", p.slashDir(), false)
	}
	entry("github-actions", "/", true)
	f.Text = b.String()
	if p.has("renovate.json", ".renovaterc", ".renovaterc.json") {
		f.Notes = append(f.Notes, "Renovate is set up here already; use one of the two")
	}
	return f
}

// EditorConfig has a section for each language that is present.
func EditorConfig(p Project) File {
	var b strings.Builder
	b.WriteString("# How editors write these files. https://editorconfig.org\nroot = true\n\n[*]\ncharset = utf-8\nend_of_line = lf\ninsert_final_newline = true\ntrim_trailing_whitespace = true\n")
	section := func(glob, style string) {
		fmt.Fprintf(&b, "\n[%s]\n", glob)
		if style == "tab" {
			b.WriteString("indent_style = tab\n")
			return
		}
		fmt.Fprintf(&b, "indent_style = space\nindent_size = %s\n", style)
	}
	seen := map[string]bool{}
	for _, e := range p.present() {
		for _, i := range e.indent {
			if !seen[i.glob] {
				seen[i.glob] = true
				section(i.glob, i.style)
			}
		}
	}
	section("*.{toml,yml,yaml,json}", "2")
	if p.has("Makefile", "*.mk") {
		section("{Makefile,*.mk}", "tab")
	}
	b.WriteString("\n# Two spaces at the end of a line are a line break.\n[*.md]\ntrim_trailing_whitespace = false\n")
	return File{Path: ".editorconfig", Text: b.String()}
}

// Settings is a file of this tool's settings that changes nothing yet.
func Settings(p Project) File {
	return File{Path: p.within(".fly-standards.toml"), Text: `# Settings of fly-standards for this folder. Nothing is set yet: uncomment what you want.
# All keys: https://github.com/fly-standards/fly-standards/blob/main/docs/settings.md

# The path of the health check, when it can't be found in the source.
# [rules.health-checks]
# path = "/healthz"

# Regions that the app should run in besides its present ones. Naming them is consent to their cost.
# [extra-regions]
# regions = ["ams", "syd"]

# A rule that does not fit this app.
# [rules.single-machine]
# enabled = false

# How much a finding matters: error, warning or info.
# [rules.concurrency]
# severity = "warning"
`}
}
