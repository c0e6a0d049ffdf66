package fixers

import (
	"fmt"
	"github.com/fly-standards/fly-standards/internal/deployed"
	"strings"

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
