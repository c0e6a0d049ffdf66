package starter

import (
	"cmp"
	"strings"
)

// ecosystem is a language's packages: how to see that a project has them, and
// what the files say about them.
type ecosystem struct {
	manifests  []string
	dependabot func(Project) string // the name of its updater
	test       func(Project) steps
	indent     []indent
}

// steps are those of a job that runs the tests: actions to use, and commands.
// without is the reason when there are no tests to be seen.
type steps struct {
	setup   []string // lines of YAML, without indentation
	atRoot  []string // commands to run at the root of the repository, first
	run     []string
	without string
}

type indent struct{ glob, style string } // style: "tab", "2", "4"

func fixed(s string) func(Project) string { return func(Project) string { return s } }

// The actions, pinned by commit; the tags were read in their repositories in
// November 2026.
const (
	checkout    = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
	setupGo     = "actions/setup-go@b7ad1dad31e06c5925ef5d2fc7ad053ef454303e # v7.0.0"
	setupNode   = "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0"
	setupPython = "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0"
	setupBun    = "oven-sh/setup-bun@0c5077e51419868618aeaa5fe8019c62421857d6 # v2.2.0"
	setupRuby   = "ruby/setup-ruby@0dafeac902942906541bc140009cdbf32665b601 # v1.315.0"
	setupBeam   = "erlef/setup-beam@54075bcc5e249e4758d363f27d099f55d843f124 # v1.24.1"
	setupFlyctl = "superfly/flyctl-actions/setup-flyctl@ed8efb33836e8b2096c7fd3ba1c8afe303ebbff1 # 1.6"
)

func ecosystems() []ecosystem {
	return []ecosystem{
		{[]string{"go.mod"}, fixed("gomod"), goTests, []indent{{"*.go", "tab"}, {"go.mod", "tab"}}},
		{[]string{"package.json"}, nodeUpdater, nodeTests, []indent{{"*.{js,jsx,ts,tsx,mjs,cjs,vue,svelte,css,scss,html}", "2"}}},
		{[]string{"pyproject.toml", "requirements.txt", "Pipfile"}, pythonUpdater, pythonTests, []indent{{"*.py", "4"}}},
		{[]string{"Gemfile"}, fixed("bundler"), rubyTests, []indent{{"*.{rb,erb,rake}", "2"}}},
		{[]string{"mix.exs"}, fixed("mix"), elixirTests, []indent{{"*.{ex,exs,heex}", "2"}}},
		{[]string{"Cargo.toml"}, fixed("cargo"), rustTests, []indent{{"*.rs", "4"}}},
		{[]string{"composer.json"}, fixed("composer"), phpTests, []indent{{"*.php", "4"}}},
		{[]string{"pom.xml"}, fixed("maven"), mavenTests, []indent{{"*.{java,kt,xml}", "4"}}},
		{[]string{"build.gradle", "build.gradle.kts"}, fixed("gradle"), gradleTests, []indent{{"*.{java,kt,kts,gradle}", "4"}}},
	}
}

// present are the ecosystems of the app's folder.
func (p Project) present() []ecosystem {
	var out []ecosystem
	for _, e := range ecosystems() {
		if p.has(e.manifests...) {
			out = append(out, e)
		}
	}
	return out
}

// within is a path of the app's folder as an action wants it: from the root.
func (p Project) within(name string) string {
	if p.Dir == "." {
		return name
	}
	return p.Dir + "/" + name
}

func goTests(p Project) steps {
	return steps{setup: []string{"- uses: " + setupGo, "  with:", "    go-version-file: " + yamlString(p.within("go.mod")), "    cache-dependency-path: " + yamlString(p.within("go.sum"))},
		run: []string{"go test ./..."}}
}

func nodeUpdater(p Project) string {
	if p.has("bun.lock") {
		return "bun"
	}
	return "npm"
}

func nodeTests(p Project) steps {
	s := steps{setup: []string{"- uses: " + setupNode, "  with:"}}
	version := ""
	for _, name := range []string{".nvmrc", ".node-version"} {
		if p.has(name) {
			version = cmp.Or(version, "    node-version-file: "+yamlString(p.within(name)))
		}
	}
	if version == "" && strings.Contains(p.read("package.json"), `"engines"`) {
		version = "    node-version-file: " + yamlString(p.within("package.json"))
	}
	s.setup = append(s.setup, cmp.Or(version, "    node-version: lts/*"))
	run, setup, install := p.packageManager()
	if !p.has(lockfiles...) && p.atRoot().has(lockfiles...) {
		run, setup, s.atRoot = p.atRoot().packageManager() // a workspace
	} else {
		s.run = install
	}
	s.setup = append(s.setup, setup...)
	// npm init writes a test that always fails.
	if test := p.scripts()["test"]; test == "" || strings.Contains(test, "no test specified") {
		s.without = "package.json has no test script"
		return s
	}
	s.run = append(s.run, run+" test")
	return s
}

var lockfiles = []string{"pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb", "package-lock.json"}

// corepack puts the package manager that package.json names where the shell finds
// it. Node.js has come without corepack since version 25, and a package that is
// installed for all is one that no lockfile pins: npx fetches it instead.
const corepack = `mkdir -p ~/.local/bin && npx --yes corepack@latest enable --install-directory ~/.local/bin && echo "$HOME/.local/bin" >> "$GITHUB_PATH"`

// packageManager is how the scripts of package.json are run, the action that it
// takes, and what has to be installed before.
func (p Project) packageManager() (run string, setup, install []string) {
	switch {
	case p.has("pnpm-lock.yaml"):
		return "pnpm", nil, []string{corepack, "pnpm install --frozen-lockfile"}
	case p.has("yarn.lock") && p.has(".yarnrc.yml"):
		return "yarn", nil, []string{corepack, "yarn install --immutable"}
	case p.has("yarn.lock"):
		return "yarn", nil, []string{"yarn install --frozen-lockfile"}
	case p.has("bun.lock", "bun.lockb"):
		return "bun run", []string{"- uses: " + setupBun}, []string{"bun install --frozen-lockfile"}
	case p.has("package-lock.json"):
		return "npm", nil, []string{"npm ci"}
	}
	return "npm", nil, []string{"npm install"}
}

func pythonUpdater(p Project) string {
	if p.has("uv.lock") {
		return "uv"
	}
	return "pip"
}

func pythonTests(p Project) steps {
	s := steps{setup: []string{"- uses: " + setupPython, "  with:"}}
	switch {
	case p.has(".python-version"):
		s.setup = append(s.setup, "    python-version-file: "+yamlString(p.within(".python-version")))
	case strings.Contains(p.read("pyproject.toml"), "requires-python"):
		s.setup = append(s.setup, "    python-version-file: "+yamlString(p.within("pyproject.toml")))
	default:
		s.setup = append(s.setup, `    python-version: "3.x"`)
	}
	with := ""
	switch {
	case p.has("uv.lock"):
		with, s.run = "pipx run uv run ", []string{"pipx run uv sync --locked"}
	case p.has("poetry.lock"):
		with, s.run = "pipx run poetry run ", []string{"pipx run poetry install"}
	case p.has("requirements.txt"):
		s.run = []string{"pip install -r requirements.txt"}
	default:
		s.run = []string{"pip install ."}
	}
	switch {
	case p.has("manage.py"):
		s.run = append(s.run, with+"python manage.py test")
	case p.has("tests", "test", "test_*.py", "conftest.py", "pytest.ini"):
		if with == "" {
			s.run = append(s.run, "pip install pytest")
		}
		s.run = append(s.run, with+"python -m pytest")
	default:
		s.without = "no folder of tests was found"
	}
	return s
}

func rubyTests(p Project) steps {
	s := steps{setup: []string{"- uses: " + setupRuby, "  with:", "    bundler-cache: true"}}
	if p.Dir != "." {
		s.setup = append(s.setup, "    working-directory: "+yamlString(p.Dir))
	}
	if !p.has(".ruby-version", ".tool-versions") && !strings.Contains(p.read("Gemfile"), "\nruby ") {
		s.setup = append(s.setup, "    ruby-version: ruby")
	}
	switch {
	case p.has("spec"):
		s.run = []string{"bundle exec rspec"}
	case p.has("bin/rails"):
		s.run = []string{"bin/rails test"}
	case p.has("test"):
		s.run = []string{"bundle exec rake test"}
	default:
		s.without = "no folder of tests was found"
	}
	return s
}

func elixirTests(p Project) steps {
	s := steps{setup: []string{"- uses: " + setupBeam, "  with:"}, run: []string{"mix deps.get --check-locked", "mix test"}}
	if p.has(".tool-versions") {
		s.setup = append(s.setup, "    version-file: "+yamlString(p.within(".tool-versions")), "    version-type: strict")
	} else {
		s.setup = append(s.setup, `    otp-version: "28"`, `    elixir-version: "1.19"`)
	}
	return s
}

func rustTests(p Project) steps {
	if p.has("Cargo.lock") {
		return steps{run: []string{"cargo test --locked"}}
	}
	return steps{run: []string{"cargo test"}}
}

func phpTests(p Project) steps {
	s := steps{run: []string{"composer install --no-interaction --no-progress"}}
	switch {
	case p.has("artisan"):
		s.run = append(s.run, "php artisan test")
	case p.has("phpunit.xml", "phpunit.xml.dist"):
		s.run = append(s.run, "vendor/bin/phpunit")
	default:
		s.without = "no phpunit.xml was found"
	}
	return s
}

func mavenTests(p Project) steps {
	if p.has("mvnw") {
		return steps{run: []string{"./mvnw --batch-mode verify"}}
	}
	return steps{run: []string{"mvn --batch-mode verify"}}
}

func gradleTests(p Project) steps {
	if p.has("gradlew") {
		return steps{run: []string{"./gradlew check"}}
	}
	return steps{run: []string{"gradle check"}}
}
