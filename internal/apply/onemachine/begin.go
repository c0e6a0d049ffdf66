package onemachine

import (
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// takeable says why a machine can't be taken: it is not the one that was
// planned for any more, or not for this moment.
func (u *Updater) takeable(now live.Machine, j Job) error {
	if now.Version != j.Version {
		return updatedSince(now, j.Version)
	}
	if now.State == "stopping" || now.State == "suspending" || u.boots(now) {
		return ErrRequeue
	}
	if why := now.WhyUntouchable(); why != "" {
		return &MovedError{now.ID, why}
	}
	if j.Goal.MustRest() && now.Started() {
		return ErrRequeue
	}
	return nil
}

// bootTime is how long one that was just made may take to start by itself.
const bootTime = time.Minute

// boots says whether a machine is about to start, whoever holds it: an update that
// leaves it down would come too late.
func (u *Updater) boots(now live.Machine) bool {
	return now.State == "created" && u.Clock.Now().Sub(now.CreatedAt) < bootTime
}

// wanted is the configuration to send, with the image that is pinned. There is
// nothing to probe on a machine that has what is to be proven.
func wanted(was machineconfig.Config, j Job) (cfg machineconfig.Config, changed bool, err error) {
	switch {
	case j.Goal != Probe:
		cfg, changed, err = machineconfig.Apply(was, append(slices.Clone(j.Ops), LeftProbes(was)...))
	default:
		if _, changed, err := machineconfig.Apply(was, j.Step.Machine.Ops); err != nil || !changed {
			return was, false, err
		}
		// It may have the probe of an apply that was cut short, which proves
		// nothing until it is seen to pass: the update is made all the same.
		changed = true
		cfg, _, err = machineconfig.Apply(was, j.Ops)
	}
	if image := j.Step.Machine.Image; image != "" && err == nil {
		cfg = cfg.WithImage(image)
	}
	return cfg, changed, err
}

// Watch begins to follow a machine that was just made of another one: made is
// its reply.
func (u *Updater) Watch(j Job, made, source live.Machine) *InFlight {
	m := &InFlight{
		Job: j, Machine: made.ID, Group: source.Group(), Region: made.Region, Was: source, Version: made.Version, Since: made.CreatedAt,
		Phase: WaitStart, deadline: u.Clock.Now().Add(u.Wait),
	}
	m.Was.CreatedAt = u.Clock.Now() // what freshTime counts from, by our own clock
	return m
}
