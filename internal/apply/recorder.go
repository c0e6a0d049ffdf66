package apply

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
)

// recorder keeps the journal and the report of one machine's life, and tells
// of it.
type recorder struct{ r *run }

func (c recorder) Intent(m *onemachine.InFlight, replaces string) error {
	rec := machineRecord{
		Machine: m.Machine, Group: m.Group, Region: m.Region, State: m.Was.State,
		Before: replaces, Image: m.Was.Image, Probe: m.Goal == onemachine.Probe, Repair: m.Goal.Repairs(), Back: m.Goal == onemachine.Restore,
	}
	var unhealthy *UnhealthyError
	rec.Unhealthy = rec.Back && errors.As(m.Why, &unhealthy)
	if !rec.Repair && !rec.Back {
		rec.Inverse, rec.Incomplete = c.r.migrated.inverse(m.Was.Config, m.Ops)
	}
	return c.r.d.Journal.Append(journal.Intent, m.Step.ID, rec)
}

func (c recorder) Uncertain(m *onemachine.InFlight) {
	_ = c.r.d.Journal.Append(journal.Unknown, m.Step.ID, machineRecord{Machine: m.Machine})
}

// Accepted writes which version the platform gave, before anybody knows whether
// the machine is healthy with it.
func (c recorder) Accepted(m *onemachine.InFlight, restarts bool) {
	res := c.r.rep.machine(m.Step.ID)
	res.State, res.Version, res.Started = NotSure, m.Version, res.Started || restarts
	if m.Goal != onemachine.Restore && !m.Goal.Repairs() {
		c.r.rollout.noteChanged(m)
	}
	c.r.emit(Updated{m.Machine, m.Group, m.Region, m.Version, restarts, m.Goal == onemachine.Probe})
	_ = c.r.d.Journal.Append(journal.Accepted, m.Step.ID, c.outcome(m))
}

// Ended writes what became of an update. That this line is missing is something
// which the next reader can live with, so its error ends nothing here; the next
// intent fails instead.
func (c recorder) Ended(m *onemachine.InFlight, err error) {
	if m.Goal == onemachine.Added { // the clone's own record tells
		return
	}
	rec := c.outcome(m)
	rec.Error = c.r.migrated.clean(err)
	rec.Tried = c.tried(m)
	g := c.r.rollout.groups[m.Group]
	rec.Unproven = m.Verdict == onemachine.Unproven && len(m.Step.Machine.Proof) > 0 && (g == nil || g.first)
	kind := journal.Done
	var lost *LostError
	switch {
	case errors.As(err, &lost):
		kind = journal.Unknown
		c.r.rep.machine(m.Step.ID).State = NotSure
	case err != nil:
		kind = journal.Failed
	}
	_ = c.r.d.Journal.Append(kind, m.Step.ID, rec)
}

// tried notes the checks that a machine refused, for the next plan and the
// report.
func (c recorder) tried(m *onemachine.InFlight) []triedRecord {
	var out []triedRecord
	for _, t := range c.r.triedOn(m) {
		path, _, _ := strings.Cut(t.Check.Path, "?")
		said := t.Said
		if c.r.migrated.in(said) {
			said = t.Check.String()
		}
		c.r.rep.Refused = append(c.r.rep.Refused, RefusedCheck{
			Machine: t.Machine, Type: t.Check.Type, Port: t.Check.Port, Method: t.Check.Method, Path: path, Status: t.Status, Said: said,
		})
		ops, _ := m.Step.Brings()
		for _, op := range ops {
			if t.IsAdded(op) && c.r.migrated.clear(op.Value) {
				out = append(out, triedRecord{op.Value, op.Service.InternalPort, t.Status, said})
			}
		}
	}
	return out
}

func (recorder) outcome(m *onemachine.InFlight) machineRecord {
	return machineRecord{
		Machine: m.Machine, Version: m.Version,
		Probe: m.Goal == onemachine.Probe, Repair: m.Goal.Repairs(), Back: m.Goal == onemachine.Restore,
	}
}

func (c recorder) RollingBack(m *onemachine.InFlight) {
	c.r.emit(RollingBack{m.Machine, m.Why})
	res := c.r.rep.machine(m.Step.ID)
	res.State = NotSure
	switch {
	case isUnhealthy(m.Why):
		res.State, res.Why = Unhealthy, Reason(m.Why)
	case m.Why != nil:
		res.Why = Reason(m.Why)
	}
}

// RolledBack notes how a machine that was given its old configuration did.
func (c recorder) RolledBack(m *onemachine.InFlight) {
	res := c.r.rep.machine(m.Step.ID)
	switch {
	case leftAs(m.Err) == Theirs:
		res.State, res.Why = Theirs, Reason(m.Err)
		c.r.emit(RolledBack{m.Machine, false, m.Err})
	case m.Version == "": // it was never taken
		res.Why = "it keeps the change: " + Reason(m.Err)
		c.r.emit(RolledBack{m.Machine, false, m.Err})
	case m.Verdict.Good():
		res.State, res.Version = Restored, m.Version
		c.r.rollout.forget(m.Machine)
		c.r.emit(RolledBack{m.Machine, true, nil})
	case m.Verdict == onemachine.Unhealthy: // it has its old configuration, and is not healthy with it either
		res.State, res.Version = Restored, m.Version
		res.Unhealthy, res.Why = true, "it has its previous configuration, and is not healthy with it: "+Reason(m.Err)
		c.r.rollout.forget(m.Machine)
		c.r.emit(RolledBack{m.Machine, false, nil})
	default:
		res.State, res.Why = leftAs(m.Err), Reason(m.Err)
		c.r.emit(RolledBack{m.Machine, false, m.Err})
	}
}

func (c recorder) LeaseTaken(machine string) { c.r.emit(LeaseTaken{machine}) }

func (c recorder) LeaseReleased(machine string, lost bool) { c.r.emit(LeaseReleased{machine, lost}) }

func (c recorder) LeaseLeft(machine string) {
	if !slices.Contains(c.r.rep.LeasesLeft, machine) {
		c.r.rep.LeasesLeft = append(c.r.rep.LeasesLeft, machine)
	}
}

func (c recorder) Waiting(machine, group string, phase onemachine.Phase, checks []live.CheckState, until time.Time) {
	c.r.emit(Waiting{Machine: machine, Group: group, For: phase, Checks: checks, Until: until})
}

func (c recorder) Interrupted(machines []string) { c.r.emit(Interrupted{machines}) }
