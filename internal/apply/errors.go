package apply

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/plan"
)

// ErrNeedsLive is a plan that can't be carried out offline: it sets secrets or
// changes machines, or takes entries out of [env], whose values must be
// secrets of the app by then. Nothing was changed.
var ErrNeedsLive = errors.New("the plan changes the live app, which can't be reached offline")

// errInterrupted is why work stopped when the context ended.
var errInterrupted = onemachine.ErrInterrupted

// Moved is one thing that is not as it was planned for.
type Moved struct {
	Thing string `json:"thing"` // file, machine, secret
	Name  string `json:"name"`  // path, id, name
	Why   string `json:"why"`   // "it was changed", "it exists now"
}

// StaleError says that the plan does not fit the world any more. Nothing was
// changed.
type StaleError struct{ Moved []Moved }

func (e *StaleError) Error() string {
	var parts []string
	for _, m := range e.Moved {
		parts = append(parts, m.Thing+" "+m.Name+": "+m.Why)
	}
	return "the plan is stale: " + strings.Join(parts, "; ")
}

// PartialError says that the plan was carried out in part, or put back. The
// report says which.
type PartialError struct {
	Report Report
	Err    error
}

func (e *PartialError) Error() string {
	switch e.Report.Outcome {
	case PutBack:
		return "rolled back: " + e.Err.Error()
	case WithoutCheck:
		return "the new health check failed and was left out; the rest is done: " + e.Err.Error()
	}
	return "stopped part-way: " + e.Err.Error()
}

func (e *PartialError) Unwrap() error { return e.Err }

// InterruptedError says that the user stopped the run. The report says how
// far it came.
type InterruptedError struct{ Report Report }

func (e *InterruptedError) Error() string {
	if !e.Report.Changed() {
		return "interrupted: nothing was changed"
	}
	return "interrupted part-way"
}

// ConfirmError says that nobody can tell whether a secret is stored with the
// value of the file. So the value stays in the file.
type ConfirmError struct {
	Names []string
	Why   string
	Err   error
}

func (e *ConfirmError) Error() string {
	return "confirm secret " + strings.Join(e.Names, ", ") + ": " + e.Why
}

func (e *ConfirmError) Unwrap() error { return e.Err }

// LeftOutError names the new checks that did not pass. All else was carried out.
type LeftOutError struct{ Tried []plan.Tried }

func (e *LeftOutError) Error() string {
	var parts []string
	for _, t := range e.Tried {
		parts = append(parts, t.Said+" on machine "+t.Machine)
	}
	return strings.Join(parts, "; ")
}

// UnprovenError is a group in which no machine stayed up long enough to prove
// a new service check.
type UnprovenError struct{ Group string }

func (e *UnprovenError) Error() string {
	return "group " + e.Group + ": the new check could not be tested: its machines were stopped meanwhile"
}

// FloorError is a group in which too few machines are healthy to take another
// one away.
type FloorError struct {
	Group                   string
	Started, Healthy, Floor int
	Unhealthy               []string
}

// Enough is the --max-unavailable with which one machine could be restarted; 0:
// no number helps, because only machines are left that are not healthy as they
// are. Such a one proves nothing about a change.
func (e *FloorError) Enough() int {
	if e.Healthy > e.Floor {
		return 0
	}
	return e.Started - e.Healthy + 1
}

func (e *FloorError) Error() string {
	if e.Enough() == 0 {
		return fmt.Sprintf("group %s: the machines left to update are not healthy as they are, so they can't show whether the change works: %s",
			e.Group, strings.Join(e.Unhealthy, ", "))
	}
	s := fmt.Sprintf("group %s: %d healthy, and at least %d must stay healthy, so none can be restarted", e.Group, e.Healthy, e.Floor)
	if len(e.Unhealthy) > 0 {
		s += "; not healthy: " + strings.Join(e.Unhealthy, ", ")
	}
	return s
}
