package apply

import (
	"context"
	"errors"
	"slices"

	"github.com/fly-standards/fly-standards/internal/journal"
)

// end turns the reason why work stopped into what callers see.
func (r *run) end(err error) (Report, error) {
	var stale *StaleError
	switch {
	case err == nil:
		r.rep.Outcome = Complete
	case r.stop.Err() != nil && (errors.Is(err, errInterrupted) || outliving(r.stop, r.d.Abort).Err() != nil):
		r.rep.Outcome = Halted
	case !r.rep.touched():
		r.rep.Outcome = Refused
	case !r.rep.fileChanged() && !r.rep.liveChanged():
		r.rep.Outcome = PutBack
		if !r.rep.fileRestored() && !r.machinesTouched() {
			r.rep.Outcome = Stopped // secrets only: there was nothing to put back
		}
	case isLeftOut(err):
		r.rep.Outcome = WithoutCheck
	default:
		r.rep.Outcome = Stopped
	}
	if r.begunJournal() {
		_ = r.d.Journal.Append(journal.End, "", endRecord{r.rep, r.migrated.clean(err)})
	}
	switch r.rep.Outcome {
	case Complete:
		return r.rep, nil
	case Halted:
		return r.rep, &InterruptedError{r.rep}
	case Refused:
		if errors.As(err, &stale) {
			return r.rep, stale
		}
		return r.rep, err
	default:
		return r.rep, &PartialError{r.rep, err}
	}
}

func (r *run) machinesTouched() bool {
	return slices.ContainsFunc(r.rep.Machines, func(m MachineResult) bool {
		return m.State != NotReached && m.State != Left && !(m.Repaired && m.State == AsWanted)
	}) || slices.ContainsFunc(r.rep.Clones, func(c CloneResult) bool { return c.State == Destroyed })
}

func (r *run) begunJournal() bool { return r.d.Journal.ID() != "" }

// isLeftOut says whether nothing is wrong but that a check was left out.
func isLeftOut(err error) bool {
	var out *LeftOutError
	return errors.As(err, &out) && !isUnhealthy(err)
}

func isConfirm(err error) bool {
	var c *ConfirmError
	return errors.As(err, &c)
}

// abortable is a context that ends with a channel, and keeps the values of
// another one.
type abortable struct {
	context.Context
	abort <-chan struct{}
}

// outliving is a context that does not end with ctx but when abort is closed.
func outliving(ctx context.Context, abort <-chan struct{}) context.Context {
	return abortable{context.WithoutCancel(ctx), abort}
}

func (a abortable) Done() <-chan struct{} { return a.abort }

func (a abortable) Err() error {
	select {
	case <-a.abort:
		return context.Canceled
	default:
		return nil
	}
}
