package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// proveAlone is for the only started machine of a group. It gets the new
// check as a top-level check first: that one can fail without taking the
// machine out of routing. When it passes, the real update follows. The two
// are one machine in hand: an interruption comes after both.
func (r *run) proveAlone(ctx context.Context, g *group, m live.Machine) error {
	s := g.pending[m.ID]
	ops, err := probeOps(s.Machine)
	if err != nil {
		return err
	}
	r.started(s)
	r.emit(Proving{m.ID, ProofProbe})
	h, err := r.begin(ctx, job{step: s, ops: ops, version: s.Machine.Version, probe: true})
	if errors.Is(err, errRequeue) && r.requeue(ctx, g) {
		return nil
	}
	if err != nil {
		r.failed(s, err)
		return err
	}
	r.watch(ctx, pendingOnly([]*hand{h}))
	switch h.verdict {
	case well, unproven, rested:
		return r.proveReally(ctx, g, h)
	}
	return r.conclude(g, h)
}

// proveReally is the second update of a lone machine: what was planned.
func (r *run) proveReally(ctx context.Context, g *group, h *hand) error {
	s := h.step
	real := job{step: s, ops: s.Machine.Ops, version: h.version, was: &h.before}
	if h.verdict != well { // the proxy stopped it: it proves nothing unless it is started
		real.wake = true
	}
	if h.verdict == well {
		r.emit(Proven{h.machine})
	}
	second, err := r.begin(ctx, real)
	for errors.Is(err, errRequeue) && r.requeue(ctx, g) {
		second, err = r.begin(ctx, real)
	}
	if err != nil {
		// It has the probe still, which is nothing that anybody wants to keep.
		r.failed(s, err)
		if back := r.startBack(ctx, h, err); back != nil {
			r.watch(ctx, []*hand{back})
		}
		return err
	}
	r.watch(ctx, pendingOnly([]*hand{second}))
	if second.verdict == well && second.woken {
		r.rest(ctx, second)
	}
	if h.verdict == well && second.verdict != unwell {
		g.first = false // the probe has proven it
	}
	return r.conclude(g, second)
}

// minTopInterval is the least that the platform takes for a top-level check;
// one of a service may come every second.
const minTopInterval = 2 * time.Second

// probePrefix begins the names of top-level checks that stand in for a proof.
const probePrefix = "standards-proof-"

// probeOps are the ops of a machine with each new service check made a
// top-level check on the port that it would ask.
func probeOps(s *plan.MachineStep) ([]machineconfig.Op, error) {
	ops := slices.Clone(s.Ops)
	used := map[string]bool{}
	for _, i := range s.Proof {
		if i < 0 || i >= len(ops) || ops[i].Service == nil || ops[i].Verb != machineconfig.VerbAppend {
			return nil, fmt.Errorf("plan step of machine %s: op %d does not add a service check", s.ID, i)
		}
		var check map[string]any
		if err := json.Unmarshal(ops[i].Value, &check); err != nil {
			return nil, fmt.Errorf("plan step of machine %s: op %d has no check: %w", s.ID, i, err)
		}
		port := strconv.Itoa(ops[i].Service.InternalPort)
		if p, ok := check["port"].(float64); ok && p != 0 {
			port = strconv.Itoa(int(p))
		} else {
			check["port"] = ops[i].Service.InternalPort
		}
		if d, err := time.ParseDuration(fmt.Sprint(check["interval"])); err == nil && d < minTopInterval {
			check["interval"] = minTopInterval.String()
		}
		name := probePrefix + port
		for n := 2; used[name]; n++ {
			name = probePrefix + port + "-" + strconv.Itoa(n)
		}
		used[name] = true
		value, err := json.Marshal(check)
		if err != nil {
			return nil, err
		}
		ops[i] = machineconfig.Op{Verb: machineconfig.VerbSet, Pointer: machineconfig.Pointer("checks", name), Value: value}
	}
	return ops, nil
}

// proveAwake is for a group of which no machine is started: one is updated,
// started, looked at, and brought back to the state it was in.
func (r *run) proveAwake(ctx context.Context, g *group, idle []live.Machine) error {
	m := toWake(g, idle)
	s := g.pending[m.ID]
	r.emit(Proving{m.ID, ProofWake})
	r.started(s)
	h, err := r.begin(ctx, job{step: s, ops: s.Machine.Ops, version: s.Machine.Version, idle: true, wake: true})
	if errors.Is(err, errRequeue) && r.requeue(ctx, g) {
		return nil
	}
	if err != nil {
		r.failed(s, err)
		return err
	}
	r.watch(ctx, pendingOnly([]*hand{h}))
	if h.verdict == well && h.woken {
		r.rest(ctx, h)
	}
	return r.conclude(g, h)
}

// leftProbes take away what an apply that was cut short has left.
func leftProbes(was machineconfig.Config) []machineconfig.Op {
	var ops []machineconfig.Op
	for _, name := range slices.Sorted(maps.Keys(was.Checks())) {
		if strings.HasPrefix(name, probePrefix) {
			ops = append(ops, machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: machineconfig.Pointer("checks", name)})
		}
	}
	if len(ops) > 0 {
		ops = append(ops, machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: machineconfig.Pointer("checks"), If: json.RawMessage("{}")})
	}
	return ops
}

// toWake prefers a machine that has no memory image to lose, and takes one
// that failed, or never ran, last: it proves nothing about the change.
func toWake(g *group, idle []live.Machine) live.Machine {
	list := slices.DeleteFunc(slices.Clone(idle), func(m live.Machine) bool { return !g.proves(m) })
	for _, state := range []string{"stopped", "suspended"} {
		for _, m := range list {
			if m.State == state {
				return m
			}
		}
	}
	return list[0]
}

// rest brings a machine that was started for a proof back to where it was. It
// is no failure when that does not work: the machine is well, and the report
// says that it runs.
func (r *run) rest(ctx context.Context, h *hand) {
	r.emit(Waiting{Machine: h.machine, Group: h.group, For: WaitStop, Until: r.d.Clock.Now().Add(time.Minute)})
	err := r.leases.take(ctx, h.machine)
	if err == nil {
		err = r.putToRest(ctx, h)
		r.leases.release(ctx, h.machine)
	}
	if err != nil {
		r.rep.machine(h.step.ID).Why = "it was started to prove its check, and could not be stopped again: " + err.Error()
	}
}

func (r *run) putToRest(ctx context.Context, h *hand) error {
	nonce, want := r.leases.nonce(h.machine), "stopped"
	var err error
	if h.before.State == "suspended" {
		if err = r.d.Machines.SuspendMachine(ctx, h.machine, nonce); err == nil {
			want = "suspended"
		}
	}
	if want == "stopped" {
		err = r.d.Machines.StopMachine(ctx, h.machine, nonce)
	}
	if err != nil && !uncertain(err) {
		return err
	}
	for until := r.d.Clock.Now().Add(time.Minute); ; {
		err := r.d.Machines.WaitMachine(ctx, h.machine, h.version, waitSlice, want)
		if err == nil || !r.d.Clock.Now().Before(until) {
			return err
		}
		if err := r.leases.refreshAndSleep(ctx, lookEvery); err != nil {
			return err
		}
	}
}
