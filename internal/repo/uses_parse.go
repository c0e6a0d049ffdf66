package repo

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// flyCommand is one flyctl command as a script has it.
type flyCommand struct {
	plan.Evidence
	command  string
	app      string
	config   string
	image    bool     // --image
	argument string   // of deploy: the folder to deploy from
	dirs     []string // where it may run, from the root, the likeliest first
}

// use resolves what the command means: its file is the first that is there of
// the folders that it may run in.
func (c flyCommand) use(root string) plan.Use {
	u := plan.Use{Evidence: c.Evidence, Command: c.command, App: c.app, Several: dynamic(c.app), Named: c.config != "", Image: c.image}
	if dynamic(c.config) || dynamic(c.argument) {
		return u
	}
	for i, dir := range c.dirs {
		file := path.Join(dir, c.argument, "fly.toml")
		if c.config != "" {
			file = path.Join(dir, c.config)
		}
		if strings.HasPrefix(file, "../") {
			continue
		}
		if info, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(file), "fly.toml")); err == nil && len(info) == 1 {
			file = path.Join(file, "fly.toml") // -c takes a folder too
		}
		if i == 0 || fileExists(root, file) {
			u.Config = file
		}
		if fileExists(root, file) {
			break
		}
	}
	return u
}

// flyCommands are those of a file that deploy, launch or set secrets. What a
// comment says is none.
func flyCommands(file, text string) []flyCommand {
	p := &scriptParser{file: file, lines: strings.Split(text, "\n"), yaml: path.Ext(file) == ".yml" || path.Ext(file) == ".yaml"}
	p.begin()
	for i := 0; i < len(p.lines) && len(p.found) < maxCommands; {
		line, next := p.logical(i)
		p.read(i, line)
		i = next
	}
	return p.found
}

type scriptParser struct {
	file  string
	lines []string
	yaml  bool
	found []flyCommand

	home   []string          // where the script runs, from the root, the likeliest first
	dirs   []string          // where the next command runs
	moved  bool              // by a cd
	preset string            // FLY_APP of the whole script
	block  int               // line at which the present step of a workflow begins
	values map[string]string // see resolved
	usual  string            // the working directory that a workflow sets for all its steps
}

// Bounds of one file: people write no longer steps, and no more commands.
const (
	maxStep     = 200 // lines
	maxCommands = 200
)

func (p *scriptParser) begin() {
	dir := path.Dir(p.file)
	base := path.Base(p.file)
	switch {
	case p.yaml && !strings.HasPrefix(base, "Taskfile"):
		p.home = []string{"."}
	case path.Ext(base) == ".sh" || path.Ext(base) == ".bash" || inList(" bin script scripts ", path.Base(dir)):
		// Nobody knows where it is started: at the root, mostly.
		p.home = []string{".", dir, path.Dir(dir)}
	default:
		p.home = []string{dir}
	}
	p.dirs = p.home
	if p.yaml {
		for _, line := range p.lines {
			if name, value, ok := strings.Cut(strings.TrimLeft(line, " -"), ":"); ok && name == "FLY_APP" {
				p.preset = strings.Trim(strings.TrimSpace(value), `"'`)
			}
		}
	}
}

// logical is the line at i with those that go on from it, and the index after.
func (p *scriptParser) logical(i int) (string, int) {
	line := strings.TrimRight(p.lines[i], " \r")
	for i++; i < len(p.lines); i++ {
		rest := strings.TrimSpace(p.lines[i])
		if before, ok := strings.CutSuffix(line, "\\"); ok {
			line = before + " " + rest
			continue
		}
		// A folded text of YAML goes on without a mark.
		if p.yaml && strings.HasPrefix(rest, "--") && strings.Contains(line, "fly") && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			line += " " + rest
			continue
		}
		break
	}
	return line, i
}

// read takes one logical line apart.
func (p *scriptParser) read(i int, line string) {
	trimmed := strings.TrimSpace(line)
	if p.yaml && strings.HasPrefix(trimmed, "- ") {
		p.block, p.moved, p.dirs = i, false, p.home
	}
	if strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") {
		return
	}
	p.noteUsual(i)
	if !strings.Contains(line, "fly") && !strings.Contains(line, "cd ") && !strings.Contains(line, "FLY_APP") {
		return
	}
	dirs, app := p.dirs, p.preset
	if p.yaml && !p.moved {
		if dir := p.workingDirectory(i); dir != "" {
			dirs = []string{dir}
		}
	}
	if strings.Contains(line, "superfly/fly-pr-review-apps") {
		p.add(i, trimmed, flyCommand{command: "deploy", app: "${pull request}", config: p.input(i, "config"), dirs: []string{cmpPath(p.input(i, "path"))}})
		return
	}
	if key, value, ok := strings.Cut(trimmed, ": "); p.yaml && ok && strings.Contains(key, "config") && IsConfig(path.Base(strings.Trim(value, `"' `))) {
		p.add(i, trimmed, flyCommand{command: "deploy", app: p.beside(i, "app"), config: strings.Trim(value, `"' `), dirs: []string{"."}})
		return
	}
	if path.Ext(p.file) == ".json" { // each text is a command of its own
		line = strings.NewReplacer(`",`, `" ; `, "}", " ").Replace(line)
	}
	for _, words := range commandsIn(line) {
		switch {
		case words[0] == "cd" || words[0] == "pushd":
			if len(words) > 1 && !dynamic(words[1]) {
				var in []string
				for _, dir := range dirs {
					in = append(in, path.Join(dir, words[1]))
				}
				dirs = in
			}
		case words[0] == "export" && len(words) > 1:
			if name, value, _ := strings.Cut(words[1], "="); name == "FLY_APP" {
				app, p.preset = value, value
			}
		default:
			if c, ok := flyWords(words, app); ok {
				c.app, c.config, c.dirs = p.resolved(c.app), p.resolved(c.config), dirs
				p.add(i, trimmed, c)
			}
		}
	}
	// A cd on a line of its own moves the rest of the script, or of the step.
	if strings.HasPrefix(trimmed, "cd ") && !strings.Contains(trimmed, "&&") {
		p.dirs, p.moved = dirs, true
	}
}

func cmpPath(dir string) string {
	if dir == "" || dynamic(dir) {
		return "."
	}
	return path.Clean(dir)
}

func (p *scriptParser) add(i int, text string, c flyCommand) {
	shown := shownCommand(strings.TrimPrefix(text, "- "))
	for _, target := range [][2]string{{"--app", c.app}, {"--config", c.config}} {
		if target[1] != "" && !strings.Contains(shown, target[1]) && c.command != "" && !strings.Contains(text, "uses:") {
			shown = cut("… " + hideRuns(target[0]+" "+target[1])) // beyond where the line was cut
		}
	}
	c.Evidence = plan.Evidence{File: p.file, Line: i + 1, Text: shown}
	p.found = append(p.found, c)
}

// step are the lines of the workflow's step that line i is in.
func (p *scriptParser) step(i int) []string {
	indent := func(n int) int { return len(p.lines[n]) - len(strings.TrimLeft(p.lines[n], " ")) }
	from, to := max(p.block, i-maxStep), i+1
	for to < len(p.lines) && to < i+maxStep && (strings.TrimSpace(p.lines[to]) == "" || indent(to) > indent(from)) {
		to++
	}
	return p.lines[from:to]
}

// input is a value of the step's `with`, or any other key of it.
func (p *scriptParser) input(i int, key string) string {
	for _, line := range p.step(i) {
		if name, value, ok := strings.Cut(strings.TrimLeft(line, " -"), ":"); ok && name == key {
			return strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return ""
}

// beside is the value of the key next to line i that has word in its name: an
// input of an action or of a workflow that somebody else wrote.
func (p *scriptParser) beside(i int, word string) string {
	indent := p.lines[i][:len(p.lines[i])-len(strings.TrimLeft(p.lines[i], " "))]
	for _, line := range p.lines[max(0, i-10):min(len(p.lines), i+10)] {
		key, value, ok := strings.Cut(line, ": ")
		if rest, in := strings.CutPrefix(key, indent); ok && in && !strings.HasPrefix(rest, " ") && strings.Contains(rest, word) {
			return strings.ReplaceAll(strings.Trim(value, `"' `), " ", "")
		}
	}
	return ""
}

// workingDirectory is that of the step, else the default above it.
func (p *scriptParser) workingDirectory(i int) string {
	for _, key := range []string{"working-directory", "working_directory"} {
		if dir := p.input(i, key); dir != "" && !dynamic(dir) {
			return path.Clean(dir)
		}
	}
	return p.usual
}

// noteUsual keeps the working directory of `defaults: run:`, and CircleCI's.
func (p *scriptParser) noteUsual(i int) {
	name, value, ok := strings.Cut(strings.TrimSpace(p.lines[i]), ":")
	usual := name == "working_directory" || name == "working-directory" && i > 1 &&
		strings.HasPrefix(strings.TrimSpace(p.lines[i-1]), "run:") && strings.HasPrefix(strings.TrimSpace(p.lines[i-2]), "defaults:")
	value = strings.Trim(strings.TrimSpace(value), `"'`)
	if p.yaml && ok && usual && value != "" && !dynamic(value) && !strings.HasPrefix(value, "~") {
		p.usual = path.Clean(value)
	}
}
