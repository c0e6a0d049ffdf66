package fixers

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/plan"
)

// sqliteEvidence says where it was seen that the app keeps its data in a SQLite
// file; "" when it was not.
func sqliteEvidence(t plan.Target) string {
	for _, e := range deployed.EnvEntries(t.File) {
		v, _ := e.Node.Str()
		if strings.HasPrefix(v, "sqlite:") || strings.HasPrefix(v, "sqlite3:") || strings.HasSuffix(v, ".sqlite") || strings.HasSuffix(v, ".sqlite3") {
			return fmt.Sprintf("%s at %s:%d", e.Name, t.File.Name(), e.Node.Position().Line)
		}
	}
	if t.Repo != nil && t.Repo.SQLite != nil {
		return t.Repo.SQLite.String()
	}
	return ""
}

type databaseFile struct {
	key  deployed.Value
	path string
}

// databaseFiles are the entries of [env] that name a SQLite file by its whole
// path. An entry can hold a secret: only the path in it is told.
func databaseFiles(c *deployed.Config) []databaseFile {
	var out []databaseFile
	env := c.Get("env")
	for _, name := range env.Keys() {
		text, ok := env.Key(name).Str()
		if !ok {
			continue
		}
		file := text
		for _, scheme := range []string{"sqlite://", "sqlite3://", "sqlite:", "sqlite3:", "file:"} {
			if rest, found := strings.CutPrefix(text, scheme); found {
				file = rest
				break
			}
		}
		file, _, _ = strings.Cut(file, "?")
		file = path.Clean(file)
		if strings.HasPrefix(file, "//") {
			file = file[1:]
		}
		isFile := file != text || strings.HasSuffix(file, ".sqlite") || strings.HasSuffix(file, ".sqlite3") || strings.HasSuffix(file, ".db")
		if isFile && strings.HasPrefix(file, "/") && len(file) > 1 && (strings.HasPrefix(text, "sqlite") || path.Ext(file) != "") {
			out = append(out, databaseFile{env.Key(name), file})
		}
	}
	return out
}

func covered(file string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		folder = path.Clean(folder)
		return file == folder || folder == "/" || strings.HasPrefix(file, folder+"/")
	})
}
