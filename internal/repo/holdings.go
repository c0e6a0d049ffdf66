package repo

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// holdings are the files of a repository, or of a folder outside of any, and what
// they tell whichever app is asked about. Files are from its root and sorted.
type holdings struct {
	files   []string
	known   bool     // by git's own list
	telling []string // those of files that tell something by their names
	tests   []string
	scans   *plan.Evidence // what of CI scans dependencies or images
	otherCI *plan.Evidence // what of another CI than GitHub's deploys
}

func (r *Repositories) holdingsOf(root string) *holdings {
	return r.holdings.get(root, func(root string) *holdings {
		h := &holdings{}
		if r.gitRoot(root) == root {
			h.files = r.tracked(root)
		}
		if h.known = h.files != nil; !h.known {
			h.files = r.filesBelow(root)
		}
		for _, file := range h.files {
			if isTestFile(file) {
				h.tests = append(h.tests, file)
			}
			if isTelling(file) {
				h.telling = append(h.telling, file)
			}
			if isCI(file) {
				h.readCI(file, r.text(filepath.Join(root, filepath.FromSlash(file))))
			}
		}
		return h
	})
}

// filesBelow are the files of a folder, apart from what is installed or made.
func (r *Repositories) filesBelow(root string) []string {
	var files []string
	dirs := []string{"."}
	for i := 0; i < len(dirs) && i < maxDirs && len(files) < maxAround; i++ {
		entries, err := r.list(filepath.Join(root, filepath.FromSlash(dirs[i])))
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
				files = append(files, rel)
			}
		}
	}
	slices.Sort(files)
	return files
}

// isTelling: by its name, a file that the survey looks at.
func isTelling(file string) bool {
	base := path.Base(file)
	_, locked := locks[base]
	return locked || isManifestOf(base) || isPrivate(base) || isDockerfile(base) || exportForm(file) != "" ||
		base == "manage.py" || strings.HasSuffix(base, ".yml.enc")
}

// isDockerfile: by its name it makes an image.
func isDockerfile(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "dockerfile") || strings.Contains(name, "containerfile")
}

// isCI: what a build server runs.
func isCI(file string) bool {
	base := path.Base(file)
	top, _, _ := strings.Cut(file, "/")
	return isScript(file, base) && (inList(ciDirs, top) || strings.HasPrefix(base, ".gitlab-ci"))
}

func (h *holdings) readCI(file string, text []byte) {
	if at := scansDependencies().FindIndex(text); at != nil && h.scans == nil {
		h.scans = &plan.Evidence{File: file, Line: 1 + countLines(text[:at[0]]), Text: shownCommand(shownLine(text, at[0]))}
	}
	if at := otherDeploy().FindIndex(text); at != nil && h.otherCI == nil && !strings.HasPrefix(file, ".github/") {
		h.otherCI = &plan.Evidence{File: file, Line: 1 + countLines(text[:at[0]]), Text: shownCommand(shownLine(text, at[0]))}
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
