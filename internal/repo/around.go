package repo

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/secretscan"
	"github.com/fly-standards/fly-standards/plan"
)

// What the repository around the app holds: what rules about ignore files,
// lockfiles and workflows ask.

const (
	maxAround   = 200_000 // files looked at by name
	maxEnvFiles = 50
)

// surveyor looks at the repository by the names of its files.
type surveyor struct {
	sc    *scanner
	lists map[string]ignoreList // .gitignore, by folder
	base  string                // absolute: the root of the repository, else of the scan
	files []string              // from base, sorted
	known bool                  // by git's own list
	out   *plan.Around
}

// survey is the look around.
func (sc *scanner) survey() *plan.Around {
	v := &surveyor{sc: sc, base: sc.root, out: &plan.Around{}, lists: map[string]ignoreList{}}
	if sc.git != "" {
		v.base = sc.git
	}
	v.list()
	v.out.Repository, v.out.Git = sc.git != "", v.known
	v.out.Files, v.out.Texts, v.out.Makeable = map[string]bool{}, map[string]string{}, map[string]bool{}
	v.editable(".gitignore")
	if at := relSlash(v.base, sc.abs(sc.ignoreAt())); !strings.HasPrefix(at, "../") {
		v.editable(at)
	}
	for _, w := range sc.workflows {
		w.File = v.shown(w.File)
		v.out.Texts[w.File] = w.Text
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				for _, d := range deploysOf(s) {
					v.out.Files[d.config] = exists(filepath.Join(v.base, filepath.FromSlash(d.config)))
				}
			}
		}
		v.out.Workflows = append(v.out.Workflows, w)
	}
	v.standards()
	v.exported()
	v.envFiles()
	v.unignored()
	v.manifests()
	if sc.image != nil {
		v.out.Texts[sc.shown(sc.dockerfile)] = string(sc.dockertext)
	}
	if sc.image != nil && sc.extent.nothing == "" {
		v.sent()
		v.installs()
		v.devStages()
	}
	return v.out
}

// editable keeps the text of a file that a rule may edit, or notes that it could
// be made. What is no regular file is left to people.
func (v *surveyor) editable(rel string) {
	name := filepath.Join(v.base, filepath.FromSlash(rel))
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.out.Makeable[v.shown(rel)] = true
	case err == nil && info.Mode().IsRegular() && info.Size() <= maxFile:
		text, err := os.ReadFile(name)
		if err == nil {
			v.out.Texts[v.shown(rel)] = string(text)
		}
	}
}

func (v *surveyor) shown(rel string) string {
	return relSlash(v.sc.dir, filepath.Join(v.base, filepath.FromSlash(rel)))
}

// list takes git's own list; without one, what lies in the folders, apart from
// what is installed or made.
func (v *surveyor) list() {
	if v.sc.git != "" {
		if v.files = v.sc.tracked(); v.files != nil {
			v.known = true
			v.addUntrackedEnv()
			return
		}
	}
	dirs := []string{"."}
	for i := 0; i < len(dirs) && i < maxDirs && len(v.files) < maxAround; i++ {
		entries, err := os.ReadDir(filepath.Join(v.base, filepath.FromSlash(dirs[i])))
		if err != nil {
			continue
		}
		for _, entry := range entries {
			rel := path.Join(dirs[i], entry.Name())
			switch {
			case entry.IsDir():
				if entered(entry.Name(), rel) && strings.Count(rel, "/") < maxDepth {
					dirs = append(dirs, rel)
				}
			case entry.Type().IsRegular():
				v.files = append(v.files, rel)
			}
		}
	}
	slices.Sort(v.files)
}

// addUntrackedEnv adds the env files that lie beside fly.toml, in the build
// context and at the root: git does not know them, a build may send them.
func (v *surveyor) addUntrackedEnv() {
	v.files = slices.Clone(v.files)
	for _, dir := range []string{".", relSlash(v.base, v.sc.dir), relSlash(v.base, v.sc.abs(v.sc.context))} {
		if strings.HasPrefix(dir, "..") {
			continue
		}
		entries, _ := os.ReadDir(filepath.Join(v.base, filepath.FromSlash(dir)))
		for _, entry := range entries {
			if rel := path.Join(dir, entry.Name()); entry.Type().IsRegular() && isEnvFile(entry.Name()) && !v.has(rel) {
				v.files = append(v.files, rel)
				slices.Sort(v.files)
			}
		}
	}
}

func (v *surveyor) has(rel string) bool {
	_, found := slices.BinarySearch(v.files, rel)
	return found
}

func (v *surveyor) read(rel string) []byte {
	name := filepath.Join(v.base, filepath.FromSlash(rel))
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil
	}
	text, _ := readInto(nil, name)
	return text
}

// isEnvFile: .env, .env.production, prod.env.
func isEnvFile(name string) bool {
	return name == ".env" || strings.HasPrefix(name, ".env.") || strings.HasSuffix(name, ".env") && !strings.HasPrefix(name, "docker")
}

// isSample: by its name it holds examples.
func isSample(name string) bool {
	for _, word := range []string{"example", "sample", "template", "dist", "default", "schema"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func (v *surveyor) envFiles() {
	for _, file := range v.files {
		if !isEnvFile(path.Base(file)) || elsewhere(file) || len(v.out.EnvFiles) == maxEnvFiles {
			continue
		}
		text := v.read(file)
		v.out.EnvFiles = append(v.out.EnvFiles, plan.EnvFile{
			File: v.shown(file), Sample: isSample(path.Base(file)), Entries: envEntries(text), Remarks: envRemarks(text),
			Tracked: v.known && has(v.sc.tracked(), file, false), Ignored: v.ignored(file),
		})
	}
}

// elsewhere: below folders whose code is no one's production.
func elsewhere(file string) bool {
	for part := range strings.SplitSeq(path.Dir(file), "/") {
		if inList(testDirs, part) || inList(" node_modules vendor templates ", part) {
			return true
		}
	}
	return false
}

func (v *surveyor) ignored(rel string) bool {
	abs := filepath.Join(v.base, filepath.FromSlash(rel))
	var all []ignores
	dir := v.base
	for _, part := range append([]string{"."}, strings.Split(path.Dir(rel), "/")...) {
		if part != "." {
			dir = filepath.Join(dir, part)
		}
		all = append(all, ignores{dir, v.ignoreOf(dir)})
		if dir != v.base && ignoredBy(all[:len(all)-1], dir, true) {
			return true
		}
	}
	return ignoredBy(all, abs, false)
}

// wanted: the .gitignore at the root says that git is to take it in.
func (v *surveyor) wanted(rel string) bool {
	return slices.ContainsFunc(v.ignoreOf(v.base), func(r ignoreRule) bool {
		return r.negated && ignoreList{{pattern: r.pattern, anchored: r.anchored}}.match(rel, false)
	})
}

func (v *surveyor) ignoreOf(dir string) ignoreList {
	list, ok := v.lists[dir]
	if !ok {
		list = readIgnore(dir)
		v.lists[dir] = list
	}
	return list
}

// envEntries are the assignments of an env file, each with the verdict on its
// value: the value itself goes nowhere.
func envEntries(text []byte) []plan.EnvEntry {
	var out []plan.EnvEntry
	line := 0
	for raw := range bytes.Lines(text) {
		line++
		name, value, ok := strings.Cut(strings.TrimSpace(string(raw)), "=")
		name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "export "))
		if !ok || name == "" || name[0] == '#' || strings.ContainsAny(name, " \t") || len(out) == 500 {
			continue
		}
		value = strings.TrimSpace(value)
		if value != "" && (value[0] == '"' || value[0] == '\'') {
			if i := strings.IndexByte(value[1:], value[0]); i >= 0 {
				value = value[1 : 1+i]
			}
		} else if i := strings.Index(value, " #"); i >= 0 {
			value = strings.TrimSpace(value[:i])
		}
		if value != "" {
			certain := !secretscan.Placeholder(value) && secretscan.Classify(name, value).Verdict == secretscan.Certain
			out = append(out, plan.EnvEntry{Name: name, Line: line, Secret: certain})
		}
	}
	return out
}

// envRemarks are the ignore comments of an env file, without what it holds.
func envRemarks(text []byte) string {
	const mark = "fly-standards:"
	if !contains(text, mark) {
		return ""
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "#") && strings.Contains(line, mark), line == "":
		case strings.HasPrefix(line, "#"):
			lines[i] = "#"
		default:
			lines[i] = "x"
		}
	}
	return strings.Join(lines, "\n")
}

// standards are the files that a well-kept repository has.
func (v *surveyor) standards() {
	first := func(names ...string) string {
		for _, name := range names {
			if v.has(name) {
				return v.shown(name)
			}
		}
		return ""
	}
	v.out.Editor = first(".editorconfig", relSlash(v.base, filepath.Join(v.sc.dir, ".editorconfig")))
	v.out.Gitignore = v.shown(".gitignore")
	v.out.Updates = first(".github/dependabot.yml", ".github/dependabot.yaml", "renovate.json", "renovate.json5", ".github/renovate.json", ".github/renovate.json5", ".renovaterc", ".renovaterc.json", ".gitlab/renovate.json")
	for _, file := range v.files {
		if v.out.Tests == nil && isTestFile(file) && within(v.sc.dir, filepath.Join(v.base, filepath.FromSlash(file))) {
			v.out.Tests = &plan.Evidence{File: v.shown(file)}
		}
		if !isScript(file, path.Base(file)) || !inList(ciDirs, strings.SplitN(file, "/", 2)[0]) && !strings.HasPrefix(path.Base(file), ".gitlab-ci") {
			continue
		}
		text := v.read(file)
		if at := scanner7().FindIndex(text); at != nil && v.out.Scans == nil {
			v.out.Scans = &plan.Evidence{File: v.shown(file), Line: 1 + countLines(text[:at[0]]), Text: shownCommand(lineAround(text, at[0]))}
		}
		if at := otherDeploy().FindIndex(text); at != nil && v.out.OtherCI == nil && !strings.HasPrefix(file, ".github/") {
			v.out.OtherCI = &plan.Evidence{File: v.shown(file), Line: 1 + countLines(text[:at[0]]), Text: shownCommand(lineAround(text, at[0]))}
		}
	}
}

// isTestFile: source with tests, by its name or its folder.
func isTestFile(file string) bool {
	base := path.Base(file)
	if !inList(sourceEnds, path.Ext(base)) || inList(skippedDirs, strings.SplitN(file, "/", 2)[0]) {
		return false
	}
	if isTest(file, base) {
		return base != "conftest.py" && base != "__init__.py"
	}
	for part := range strings.SplitSeq(path.Dir(file), "/") {
		if inList(" test tests __tests__ spec e2e ", part) {
			return base != "__init__.py"
		}
	}
	return false
}

var (
	// scanner7 finds the tools that scan dependencies or images.
	scanner7    = lazy(`(?i)trivy|osv-scanner|\bgrype\b|\bsnyk\b|npm audit|pnpm audit|yarn (?:npm )?audit|bun audit|pip-audit|safety check|cargo[- ](?:audit|deny)|bundler?[- ]audit|govulncheck|dependency-review-action|github/codeql-action|anchore/scan|docker[/ ]scout|mix (?:deps\.audit|sobelow)|composer audit|dependency-check`)
	otherDeploy = lazy(`\bfly(?:ctl)?\s+deploy\b`)
)

// unignored is what this repository makes or holds and git would take in.
func (v *surveyor) unignored() {
	add := func(pattern, probe string, e plan.Evidence) {
		if !v.ignored(probe) && !v.wanted(probe) && !slices.ContainsFunc(v.out.Unignored, func(u plan.Unignored) bool { return u.Pattern == pattern }) {
			v.out.Unignored = append(v.out.Unignored, plan.Unignored{Pattern: pattern, Evidence: e})
		}
	}
	for _, file := range v.files {
		dir, base := path.Dir(file), path.Base(file)
		if elsewhere(file) {
			continue
		}
		e := plan.Evidence{File: v.shown(file)}
		switch {
		case isEnvFile(base) && isSample(base) && strings.HasPrefix(base, ".env"):
			add(".env", path.Join(dir, ".env"), e)
		case base == ".env" && v.hasSecretLike(file):
			add(".env", file, e)
		case base == "package.json" && v.dependsOn(file):
			add("node_modules/", path.Join(dir, "node_modules/x"), e)
		case base == "manage.py" || base == "requirements.txt" && dir == ".":
			add("__pycache__/", path.Join(dir, "__pycache__/x.pyc"), e)
		}
	}
}

// hasSecretLike: any value at all; what is a secret, the rule says.
func (v *surveyor) hasSecretLike(file string) bool { return len(envEntries(v.read(file))) > 0 }

func (v *surveyor) dependsOn(file string) bool {
	text := v.read(file)
	return contains(text, `"dependencies"`) || contains(text, `"devDependencies"`)
}
