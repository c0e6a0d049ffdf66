package apply

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
	"github.com/fly-standards/fly-standards/plan"
)

// confirmTries is how often the list of secrets is read for what was just
// set, with a growing pause: 10 s in all.
const confirmTries = 5

// secretSteps stores secrets, and knows which set of them machines must wait
// for.
type secretSteps struct {
	r   *run
	min uint64 // version of the newest set that machines must have; 0: not known yet

	digests map[string]string // of what this run stored
	seen    time.Time         // when all that leaves the file was last seen to be there
	lost    bool              // one is not there any more
}

// set stores the secrets of a step and sees that they are stored. It
// writes no name that the app has: a value that is overwritten can't be read
// back by anybody.
func (t *secretSteps) set(ctx context.Context, step plan.Step) error {
	r := t.r
	values, names, err := t.values(step.Secrets)
	if err != nil {
		return err
	}
	now, err := r.d.Secrets.Secrets(ctx)
	if err != nil {
		return err
	}
	if moved := taken(now, names); len(moved) > 0 {
		return &StaleError{moved}
	}
	if err := r.d.Journal.Append(journal.Intent, step.ID, secretsRecord{Names: names}); err != nil {
		return err
	}
	t.mark(names, NotSure)
	digests, version, err := t.send(ctx, step.ID, values, names)
	if err == nil {
		r.emit(SecretsStored{names})
		t.min = version
		// At once: without them a run that goes on from here can't know our own.
		if err = r.d.Journal.Append(journal.Accepted, step.ID, secretsRecord{Names: names, Version: version, Digests: digests}); err != nil {
			return err
		}
		err = t.confirm(ctx, names, digests)
	} else if !live.Uncertain(err) && !isConfirm(err) {
		t.mark(names, NotReached) // refused
	}
	if err != nil {
		_ = r.d.Journal.Append(journal.Unknown, step.ID, secretsRecord{Names: names})
		return err
	}
	t.mark(names, Done)
	t.digests, t.seen = digests, r.d.Clock.Now()
	return r.d.Journal.Append(journal.Done, step.ID, secretsRecord{Names: names, Version: version, Digests: digests})
}

// values reads the values out of the file whose bytes were planned for.
func (t *secretSteps) values(s *plan.SecretsStep) (map[string]secret.Value, []string, error) {
	values := map[string]secret.Value{}
	var names []string
	for _, from := range s.Set {
		text, ok := envText(t.r.file, from.Key)
		if !ok || text == "" {
			return nil, nil, fmt.Errorf("read %s of %s: it has no value that can become a secret", from.Key, t.r.p.File.Path)
		}
		v := secret.New(text)
		if other, twice := values[from.Name]; twice && !other.Equal(v) {
			return nil, nil, fmt.Errorf("secret %s: the plan has two different values for it", from.Name)
		}
		if _, twice := values[from.Name]; !twice {
			names = append(names, from.Name)
		}
		values[from.Name] = v
	}
	slices.Sort(names)
	return values, names, nil
}

// envText is the value of the env entry at a path, as a machine gets it.
func envText(f *flytoml.File, path string) (string, bool) {
	n, _ := f.Get(path)
	return deployed.EnvText(n)
}

// taken are those of names that the app has.
func taken(now []live.Secret, names []string) []Moved {
	var moved []Moved
	for _, s := range now {
		if slices.Contains(names, s.Name) {
			moved = append(moved, Moved{"secret", s.Name, "the app has it now; it is not overwritten"})
		}
	}
	return moved
}

// send sets the values. When the answer is lost, and none of the names shows
// up, nothing is there to be overwritten and it is sent once more; so it is when it
// was refused for the moment only.
func (t *secretSteps) send(ctx context.Context, step string, values map[string]secret.Value, names []string) (map[string]string, uint64, error) {
	r := t.r
	until := r.d.Clock.Now().Add(onemachine.NotYetTime)
	for lost := error(nil); ; {
		digests, version, err := r.d.Secrets.SetSecrets(ctx, values)
		pause, later := live.Later(err)
		switch {
		case later && r.d.Clock.Now().Before(until):
			e := t.stillFree(ctx, names, 1, pause, lost)
			if e != nil && lost == nil {
				t.mark(names, NotReached)
			}
			if e != nil {
				return nil, 0, e
			}
			continue
		case err == nil || lost == nil && !live.Uncertain(err):
			return digests, version, err
		case lost != nil: // it may be stored yet, also where this one was refused
			return nil, 0, &ConfirmError{names, "the answers to storing it were lost", err}
		}
		lost = err
		if e := r.d.Journal.Append(journal.Unknown, step, secretsRecord{Names: names}); e != nil {
			return nil, 0, &ConfirmError{names, "the answer to storing it was lost", e}
		}
		if e := t.stillFree(ctx, names, 3, 2*time.Second, lost); e != nil {
			return nil, 0, e
		}
	}
}

// stillFree says, after some looks at the secrets with a pause before each, why the
// names can't be written: the app may have one of them by now. lost is the answer
// that got lost, if one did: then nobody can tell whose that is.
func (t *secretSteps) stillFree(ctx context.Context, names []string, looks int, pause time.Duration, lost error) error {
	for range looks {
		err := t.r.d.Clock.Sleep(ctx, pause)
		var now []live.Secret
		if err == nil {
			now, err = t.r.d.Secrets.Secrets(ctx)
		}
		moved := taken(now, names)
		switch {
		case lost == nil && err != nil:
			return err
		case lost == nil && len(moved) > 0:
			return &StaleError{moved}
		case err != nil:
			return &ConfirmError{names, "the answer to storing it was lost, and the secrets can't be read", err}
		case len(moved) > 0:
			return &ConfirmError{names, "the answer to storing it was lost. The app has a secret of this name now, and nobody can tell whether it " +
				"has the file's value; so it was not written again, and the value is still in the file", lost}
		}
	}
	return nil
}

// confirm reads the list until it shows every name with the digest that the
// set gave.
func (t *secretSteps) confirm(ctx context.Context, names []string, digests map[string]string) error {
	r := t.r
	var last error
	why := ""
	for try := range confirmTries {
		if try > 0 {
			if err := r.d.Clock.Sleep(ctx, time.Duration(try)*time.Second); err != nil {
				return &ConfirmError{names, "it was stored, but is not in the list yet", err}
			}
		}
		now, err := r.d.Secrets.Secrets(ctx)
		if last = err; err != nil {
			why = "it was stored, but the list of secrets can't be read"
			continue
		}
		if why = unconfirmed(now, names, digests); why == "" {
			return nil
		}
	}
	return &ConfirmError{names, why, last}
}

func unconfirmed(now []live.Secret, names []string, digests map[string]string) string {
	for _, name := range names {
		i := slices.IndexFunc(now, func(s live.Secret) bool { return s.Name == name })
		switch {
		case i < 0:
			return "it was stored, but the list of secrets does not show " + name
		case digests[name] == "" || now[i].Digest != digests[name]:
			return "somebody stored another value as " + name + " at the same time"
		}
	}
	return ""
}

func (t *secretSteps) mark(names []string, state State) {
	r := t.r
	for i := range r.rep.Secrets {
		if slices.Contains(names, r.rep.Secrets[i].Name) {
			r.rep.Secrets[i].State = state
		}
	}
}
