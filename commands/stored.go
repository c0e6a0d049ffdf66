package commands

import (
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// storedSecrets are the secrets that earlier applies of this computer stored
// for the app, or began to, with the time. A record that can't be read tells
// of none: then a person is asked once more.
func (e *Env) storedSecrets(app string) map[string]time.Time {
	root := journal.DefaultDir(e.Getenv, e.stateHome(), e.GOOS)
	paths, err := journal.List(root, app)
	if err != nil {
		return nil
	}
	stored := map[string]time.Time{}
	for _, path := range paths {
		h, err := apply.ReadHistory(path)
		if err != nil || h.App != app {
			continue
		}
		for _, name := range h.Secrets {
			stored[name] = h.At
		}
	}
	return stored
}
