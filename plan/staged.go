package plan

import (
	"slices"

	"github.com/fly-standards/fly-standards/internal/live"
)

// Staged are the secrets that somebody set and that a machine of the steps has
// not booted with: any update of it brings them, whatever it was meant for.
// Those that this tool stored are the values that the machines have already.
func Staged(app *live.App, stored map[string]string, steps []Step) []string {
	var names []string
	for _, s := range steps {
		if s.Kind != StepMachine || app == nil {
			continue
		}
		m, _ := app.Machine(s.Machine.ID)
		for _, have := range app.Secrets {
			if !StoredByUs(have, stored) && have.UpdatedAt.After(m.LastStart()) && !slices.Contains(names, have.Name) {
				names = append(names, have.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// StoredByUs says whether a secret has the value that this tool stored: the
// digest that the platform gave for it then. A name and a time prove nothing, as
// somebody may have stored another value at the same moment.
func StoredByUs(s live.Secret, stored map[string]string) bool {
	digest := stored[s.Name]
	return digest != "" && digest == s.Digest
}
