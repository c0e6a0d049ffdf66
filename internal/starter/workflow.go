package starter

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// File is one file to write. Path is from the root of the repository, with
// slashes.
type File struct {
	Path, Text string
	Notes      []string // what its owner has to do or should know
}

// Tool is how a workflow gets this program: a release is pinned by commit.
type Tool struct{ Version, Commit string }

var release = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^v?\d+\.\d+\.\d+$`) })

// step is the check of fly.toml, lines of YAML without indentation.
func (t Tool) step(p Project) []string {
	config := p.within(p.Config)
	if release().MatchString(t.Version) && len(t.Commit) == 40 {
		return []string{"- name: Check fly.toml", fmt.Sprintf("  uses: fly-standards/fly-standards@%s # v%s", t.Commit, strings.TrimPrefix(t.Version, "v")),
			"  with:", "    config: " + yamlString(config)}
	}
	return []string{"- name: Check fly.toml", "  run: go run github.com/fly-standards/fly-standards@latest check --config " + shellWord(p.Config) + " --format github"}
}

// Workflow tests, checks and deploys the app.
func Workflow(p Project, tool Tool) File {
	f := File{Path: ".github/workflows/" + p.workflowName()}
	var b strings.Builder
	line := func(indent int, format string, args ...any) {
		fmt.Fprintf(&b, "%s"+format+"\n", append([]any{strings.Repeat(" ", indent)}, args...)...)
	}
	name := p.App
	if name == "" {
		name = "the app"
		f.Notes = append(f.Notes, p.within(p.Config)+" names no app: add --app NAME to flyctl deploy")
	}
	line(0, "# Tests and checks every change; deploys %s when it is on %s.", name, p.Branch)
	line(0, "name: %s", yamlString(strings.TrimSpace("Deploy "+p.App)))
	p.triggers(line, f.Path)
	line(0, "")
	line(0, "permissions:")
	line(2, "contents: read")
	line(0, "")
	line(0, "# A newer push to a pull request replaces the run of the older one; a deploy is never cut short.")
	line(0, "concurrency:")
	line(2, "group: ${{ github.workflow }}-${{ github.ref }}")
	line(2, "cancel-in-progress: ${{ github.event_name == 'pull_request' }}")
	line(0, "")
	line(0, "jobs:")
	f.Notes = append(f.Notes, p.testJob(line, tool)...)
	line(0, "")
	p.deployJob(line)
	f.Text = b.String()
	f.Notes = append(f.Notes, p.tokenNote(), deployers(p.Root))
	f.Notes = nonEmpty(f.Notes)
	return f
}

func (p Project) workflowName() string {
	if p.Dir == "." && (p.Config == "fly.toml" || p.App == "") || p.App == "" {
		return "fly-deploy.yml"
	}
	return "fly-deploy-" + p.App + ".yml"
}

type liner func(indent int, format string, args ...any)

// triggers: in a monorepo only what is below the app's folder.
func (p Project) triggers(line liner, self string) {
	line(0, "on:")
	line(2, "push:")
	line(4, "branches: [%s]", yamlString(p.Branch))
	p.paths(line, self)
	line(2, "pull_request:")
	p.paths(line, self)
}

func (p Project) paths(line liner, self string) {
	if p.Dir != "." {
		line(4, "paths: [%s, %s]", yamlString(p.Dir+"/**"), yamlString(self))
	}
}

func (p Project) testJob(line liner, tool Tool) (notes []string) {
	line(2, "test:")
	line(4, "name: Test")
	line(4, "runs-on: ubuntu-latest")
	line(4, "timeout-minutes: 20")
	p.inDir(line)
	line(4, "steps:")
	p.checkout(line)
	tested := false
	for _, e := range p.present() {
		s := e.test(p)
		for _, l := range s.setup {
			line(6, "%s", l)
		}
		for _, command := range s.atRoot {
			line(6, "- run: %s", command)
			line(8, "working-directory: .")
		}
		for _, command := range s.run {
			line(6, "- run: %s", command)
		}
		if s.without != "" {
			line(6, "# No tests run here: %s.", s.without)
			notes = append(notes, s.without+": add the command that tests the app before the deploy")
			continue
		}
		tested = true
	}
	if !tested && len(notes) == 0 {
		line(6, "# No tests run here: no package manifest was found in the app's folder.")
		notes = append(notes, "no package manifest was found: add the command that tests the app before the deploy")
	}
	for _, l := range tool.step(p) {
		line(6, "%s", l)
	}
	return notes
}

func (p Project) deployJob(line liner) {
	group := p.App
	if group == "" {
		group = "${{ github.repository }}"
	}
	line(2, "deploy:")
	line(4, "name: Deploy")
	line(4, "needs: test")
	line(4, "if: github.event_name == 'push'")
	line(4, "runs-on: ubuntu-latest")
	line(4, "timeout-minutes: 30")
	line(4, "environment: production")
	line(4, "# One deploy of this app at a time: two at once would leave two releases running.")
	line(4, "concurrency:")
	line(6, "group: deploy-%s", group)
	line(6, "cancel-in-progress: false")
	p.inDir(line)
	line(4, "steps:")
	p.checkout(line)
	line(6, "- uses: %s", setupFlyctl)
	config := ""
	if p.Config != "fly.toml" {
		config = " --config " + shellWord(p.Config)
	}
	line(6, "- run: flyctl deploy --remote-only%s", config)
	line(8, "env:")
	line(10, "FLY_API_TOKEN: ${{ secrets.FLY_API_TOKEN }}")
}

func (p Project) inDir(line liner) {
	if p.Dir != "." {
		line(4, "defaults:")
		line(6, "run:")
		line(8, "working-directory: %s", yamlString(p.Dir))
	}
}

func (p Project) checkout(line liner) {
	line(6, "- uses: %s", checkout)
	line(8, "with:")
	line(10, "persist-credentials: false")
}

func (p Project) tokenNote() string {
	app := p.App
	if app == "" {
		app = "NAME"
	}
	return "the deploy needs its own token: fly tokens create deploy --app " + app + " --expiry 2160h, stored as the secret FLY_API_TOKEN of the environment production"
}

var deploys = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[^#\n]*(fly(ctl)? deploy|flyctl-actions)`) })

// deployers names the workflows that deploy already.
func deployers(root string) string {
	var names []string
	for _, pattern := range []string{"*.yml", "*.yaml"} {
		found, err := filepath.Glob(filepath.Join(escape(root), ".github", "workflows", pattern))
		if err != nil {
			continue
		}
		for _, name := range found {
			if deploys().MatchString(readSmall(name)) {
				names = append(names, filepath.Base(name))
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	verb := " deploys"
	if len(names) > 1 {
		verb = " deploy"
	}
	return strings.Join(names, " and ") + verb + " with flyctl already: two workflows that deploy one app race"
}

func nonEmpty(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

var plainYAML = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_.-]+)*$`) })

// yamlString is a scalar that YAML reads as this string.
func yamlString(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
	default:
		if plainYAML().MatchString(s) {
			return s
		}
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

var plainWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_./@%+=:,-]+$`) })

// shellWord is s as one word of a shell.
func shellWord(s string) string {
	if plainWord().MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
