package repo

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What brings the database up to date.

// runBy is the first of: the start command of the image or of fly.toml, a
// script that it starts, the app itself.
func (m *migrations) runBy(sc *scanner) *plan.Evidence {
	start := sc.startText()
	if sc.image != nil && migrateCommand().MatchString(sc.image.runs.start.text()) {
		return &plan.Evidence{File: sc.image.file, Line: sc.image.runs.start.line, Text: shownCommand(sc.image.runs.start.text())}
	}
	slices.SortFunc(m.scripts, byPlace)
	for i, e := range m.scripts {
		base := path.Base(e.File)
		if strings.Contains(start, base) || contains(sc.dockertext, base) || strings.Contains(base, "entrypoint") || strings.Contains("/"+e.File, "/.fly/") || sc.deployRuns(base) {
			return &m.scripts[i]
		}
	}
	slices.SortFunc(m.runs, byPlace)
	if len(m.runs) > 0 {
		return &m.runs[0]
	}
	return nil
}

// deployRuns: a workflow that deploys, or that is about the database, names the
// script.
func (sc *scanner) deployRuns(script string) bool {
	return slices.ContainsFunc(sc.workflows, func(w plan.Workflow) bool {
		runs, deploys := false, deploysDatabase(path.Base(w.File))
		for _, j := range w.Jobs {
			for _, step := range j.Steps {
				runs = runs || strings.Contains(step.Run.Text, script)
				deploys = deploys || len(deploysOf(step)) > 0
			}
		}
		return runs && deploys
	})
}

// deploysDatabase: by its name, a workflow that is about what runs, not about
// tests.
func deploysDatabase(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"deploy", "prod", "release", "migrat", "staging", "db", "database"} {
		if strings.Contains(name, word) {
			return !strings.Contains(name, "test")
		}
	}
	return false
}

// migratedBy is the line of another Fly configuration that runs migrations:
// apps that share a database leave them to one of them.
func (r *Repositories) migratedBy(s *scripts, here, own string) *plan.Evidence {
	all := r.migrated.get(s.root, func(root string) []plan.Evidence {
		var out []plan.Evidence
		for _, c := range s.configs {
			text, _ := readInto(nil, filepath.Join(root, filepath.FromSlash(c.file)))
			code, _ := syntaxOf(c.file).strip(text)
			if at := migrateCommand().FindIndex(code); at != nil {
				out = append(out, plan.Evidence{File: c.file, Line: 1 + countLines(code[:at[0]]), Text: shownCommand(shownLine(code, at[0]))})
			}
		}
		return out
	})
	i := slices.IndexFunc(all, func(e plan.Evidence) bool { return e.File != own })
	if i < 0 {
		return nil
	}
	e := all[i]
	e.File = relative(here, e.File)
	return &e
}
