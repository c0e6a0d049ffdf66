package repo

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

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
				if _, there := sc.inTree(s); !there {
					continue // nobody knows what is in it
				}
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
	v.unbuilt()
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
			v.addPrivate()
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

// elsewhere: below folders whose code is no one's production.
func elsewhere(file string) bool {
	for part := range strings.SplitSeq(path.Dir(file), "/") {
		if inList(testDirs, part) || inList(" node_modules vendor templates ", part) {
			return true
		}
	}
	return false
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
		if at := scansDependencies().FindIndex(text); at != nil && v.out.Scans == nil {
			v.out.Scans = &plan.Evidence{File: v.shown(file), Line: 1 + countLines(text[:at[0]]), Text: shownCommand(shownLine(text, at[0]))}
		}
		if at := otherDeploy().FindIndex(text); at != nil && v.out.OtherCI == nil && !strings.HasPrefix(file, ".github/") {
			v.out.OtherCI = &plan.Evidence{File: v.shown(file), Line: 1 + countLines(text[:at[0]]), Text: shownCommand(shownLine(text, at[0]))}
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
	// scansDependencies finds the tools that scan dependencies or images.
	scansDependencies = lazy(`(?i)trivy|osv-scanner|\bgrype\b|\bsnyk\b|npm audit|pnpm audit|yarn (?:npm )?audit|bun audit|pip-audit|safety check|cargo[- ](?:audit|deny)|bundler?[- ]audit|govulncheck|dependency-review-action|github/codeql-action|anchore/scan|docker[/ ]scout|mix (?:deps\.audit|sobelow)|composer audit|dependency-check`)
	otherDeploy       = lazy(`\bfly(?:ctl)?\s+deploy\b`)
)
