package apply

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

// seenLasts is how long a look at the secrets counts: they may be listed once a second.
const seenLasts = time.Second

// held says with a *StaleError that the app has a value no more that leaves the
// file. It is asked before the file and each machine lose theirs: a run may take
// hours, or sleep with its computer, and somebody remove the secret meanwhile.
func (t *secretSteps) held(ctx context.Context) error {
	r := t.r
	if r.d.undoOf != "" || len(r.migrated.names) == 0 || r.d.Secrets == nil || r.d.Clock.Now().Sub(t.seen) < seenLasts {
		return nil
	}
	now, err := r.d.Secrets.Secrets(ctx)
	if err != nil {
		return err
	}
	var moved []Moved
	for _, name := range r.migrated.names {
		i := slices.IndexFunc(now, func(s live.Secret) bool { return s.Name == name })
		switch {
		case i < 0:
			moved = append(moved, Moved{"secret", name, "somebody removed it while the plan was being carried out"})
			t.lost = true
			t.mark([]string{name}, NotReached)
		case now[i].Digest != cmp.Or(t.digests[name], r.p.Secrets[name]):
			moved = append(moved, Moved{"secret", name, "somebody changed it while the plan was being carried out"})
		}
	}
	if len(moved) > 0 {
		return &StaleError{moved}
	}
	t.seen = r.d.Clock.Now()
	return nil
}

// versionFor is the version of the secrets that a machine must boot with: the
// one that we set, also where the machine needs none of them.
func (t *secretSteps) versionFor(ctx context.Context, needed bool) (uint64, error) {
	if needed {
		if err := t.held(ctx); err != nil {
			return 0, err
		}
	}
	if !needed && !t.r.d.LateSecrets {
		return t.min, nil
	}
	return t.newest(ctx)
}

// newest is what machines that lose an env entry must wait for: the version of
// our own set, or the newest one when the secrets were there.
func (t *secretSteps) newest(ctx context.Context) (uint64, error) {
	if t.min == 0 && t.r.d.Secrets != nil {
		v, err := t.r.d.Secrets.SecretsVersion(ctx)
		if err != nil {
			return 0, err
		}
		t.min = v
	}
	return t.min, nil
}
