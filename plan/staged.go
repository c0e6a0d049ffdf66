package plan

import (
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

// Staged are the secrets that somebody set and that a machine of the steps has
// not booted with: any update of it brings them, whatever it was meant for.
// Those that this tool stored are the values that the machines have already.
func Staged(app *live.App, stored map[string]time.Time, steps []Step) []string {
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

// StoredByUs says whether a secret is as this tool stored it at the time in
// stored, and was not set to another value since.
func StoredByUs(s live.Secret, stored map[string]time.Time) bool {
	const skew = 10 * time.Minute // between this clock and Fly's
	at, ours := stored[s.Name]
	return ours && s.UpdatedAt.Before(at.Add(skew))
}
