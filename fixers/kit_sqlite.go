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

// databaseFile is an entry of [env], or of the ENV of the final stage, that
// names a SQLite file by its whole path.
type databaseFile struct {
	name string // env.DATABASE_URL, or the name in the Dockerfile
	at   plan.At
	path string
}

// databaseFiles are all of them. An entry can hold a secret: only the path in it
// is told.
func databaseFiles(t plan.Target) []databaseFile {
	var out []databaseFile
	env := t.Deployed().Get("env")
	for _, name := range env.Keys() {
		v := env.Key(name)
		text, _ := v.Str()
		if file, ok := sqlitePath(text); ok {
			out = append(out, databaseFile{v.Path(), placeOf(t.File, v.Path(), ""), file})
		}
	}
	if image := builtHere(t); image != nil {
		for _, i := range image.Runs {
			for at := 0; i.Name == "ENV" && at+1 < len(i.Args); at += 3 { // name, value, separator
				name := i.Args[at]
				if file, ok := sqlitePath(strings.Trim(i.Args[at+1], `"'`)); ok && !env.Key(name).Said() {
					out = append(out, databaseFile{name, inFile(i.Evidence), file})
				}
			}
		}
	}
	return out
}

// sqlitePath is the whole path of the SQLite file that a text names.
func sqlitePath(text string) (string, bool) {
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
	return file, isFile && strings.HasPrefix(file, "/") && len(file) > 1 && (strings.HasPrefix(text, "sqlite") || path.Ext(file) != "")
}

func covered(file string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		folder = path.Clean(folder)
		return file == folder || folder == "/" || strings.HasPrefix(file, folder+"/")
	})
}
