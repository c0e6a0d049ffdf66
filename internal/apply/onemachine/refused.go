package onemachine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// This file is about health checks that fail: which answers are not waited for
// to the end, and what becomes of a machine that is well but for a check which
// its update brought.

// steadyRuns is how many runs of a check must give the same answer until it is
// taken for the app's last word.
const steadyRuns = 3

// steady is an answer that was seen for some time.
type steady struct {
	answer string // check and status
	since  time.Time
}

// hopeless says whether a check was answered in the same way for long enough,
// with something that time alone does not change. A machine that gets an old
// configuration back is waited for all the same: there is nothing else to try.
func (m *InFlight) hopeless(at time.Time, now live.Machine, since time.Time) bool {
	if m.Goal == Restore || m.Goal.Repairs() {
		return false
	}
	for _, c := range now.Failing(since) {
		if !c.Hopeless() {
			continue
		}
		if answer := c.Row.Name + " " + strconv.Itoa(c.Row.HTTPStatus()); m.steady.answer != answer {
			m.steady = steady{answer, at}
		}
		return at.Sub(m.steady.since) >= steadyRuns*c.Interval()
	}
	m.steady = steady{}
	return false
}

// unhealthy is the error about a machine whose checks do not pass.
func (u *Updater) unhealthy(m *InFlight, now live.Machine, since time.Time, why string) *UnhealthyError {
	e := &UnhealthyError{Machine: m.Machine, Why: why, Checks: now.NotPassing(since), Failing: now.Failing(since)}
	for i := range e.Failing {
		if u.Hide != nil {
			e.Failing[i].Row.Output = u.Hide(e.Failing[i].Row.Output)
		}
	}
	if now.State != "started" || len(e.Failing) < len(e.Checks) {
		return e // one has no result at all, which says nothing about it
	}
	e.Refused = !slices.ContainsFunc(e.Failing, func(c live.FailingCheck) bool { return !m.adds(c) })
	return e
}

// adds says whether the update brought a check: the machine did not have it
// before, nor did the one that it is a clone of.
func (m *InFlight) adds(c live.FailingCheck) bool {
	if !c.Known {
		return false
	}
	if _, own := m.Was.Config.Checks()[c.Row.Name]; own { // it fails too, so the app is not well
		return false
	}
	ops, proof := m.Step.Brings()
	brought := slices.ContainsFunc(proof, func(i int) bool {
		if i < 0 || i >= len(ops) || ops[i].Service == nil {
			return false
		}
		check, ok := machineconfig.ParseCheck(ops[i].Value, ops[i].Service.InternalPort)
		return ok && check.Asks(c.Config)
	})
	had := slices.ContainsFunc(m.Was.Config.Services(), func(s machineconfig.Service) bool {
		return slices.ContainsFunc(s.Checks, c.Config.Asks)
	})
	return brought && !had
}

// wayOut is what follows for a machine that is not healthy with its update: the
// same without the checks that it brought, where nothing else is wrong and the
// run has a plan without them; else its old configuration.
func (u *Updater) wayOut(ctx context.Context, m *InFlight) *InFlight {
	var e *UnhealthyError
	if u.Instead != nil && errors.As(m.Err, &e) && e.Refused {
		if j, ok := u.Instead(m); ok {
			without, err := u.Begin(ctx, j)
			if err == nil {
				return without
			}
			return u.BeginRestore(m, m.Err, j)
		}
	}
	return u.BeginRestore(m, m.Err)
}
