package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/fly-standards/fly-standards/internal/live"
)

// DefaultMaxUnavailable is flyctl's own default share of a group that may be
// away at one time.
const DefaultMaxUnavailable = "0.33"

// AtOnce is how many of n started machines may be away at one time: spec is a
// count ("2") or a fraction ("0.5", rounded up, as flyctl does); "" is the
// default. It is at least 1.
func AtOnce(spec string, n int) (int, error) {
	v, err := strconv.ParseFloat(cmp.Or(spec, DefaultMaxUnavailable), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v <= 0 {
		return 0, fmt.Errorf("%q: must be a count such as 2 or a fraction such as 0.33", spec)
	}
	if v >= 1 {
		if v != math.Trunc(v) {
			return 0, fmt.Errorf("%q: a count is a whole number", spec)
		}
		return min(int(math.Min(v, 1e6)), max(n, 1)), nil
	}
	return max(1, int(math.Ceil(float64(n)*v))), nil
}

// rollouts sums up, a group each, how the machine steps will go.
func rollouts(t Target, all []Step) []Rollout {
	if t.App == nil {
		return nil
	}
	byGroup := map[string]*Rollout{}
	proofs, alone := map[string]bool{}, map[string]bool{} // a check to be proven; on a started machine, by itself
	cloned := map[string]bool{}                           // before any machine restarts
	for _, s := range all {
		if s.Kind == StepClone && byGroup[s.Clone.Group] == nil {
			cloned[s.Clone.Group] = true
		}
		if s.Kind != StepMachine {
			continue
		}
		r := byGroup[s.Machine.Group]
		if r == nil {
			r = &Rollout{Group: s.Machine.Group}
			byGroup[r.Group] = r
		}
		m, _ := t.App.Machine(s.Machine.ID)
		switch {
		case m.Started():
			r.Restarts++
		case m.State == "suspended":
			r.Suspended++
			r.Stopped++
		default:
			r.Stopped++
		}
		proof := len(s.Machine.Proof) > 0
		proofs[r.Group] = proofs[r.Group] || proof
		alone[r.Group] = alone[r.Group] || proof && m.Started() && !s.Machine.Seen
	}
	var out []Rollout
	for _, r := range byGroup {
		for _, m := range t.App.Machines {
			if m.Group() == r.Group && m.Started() && m.WhyUntouchable() == "" && m.Serves() {
				r.Started++
				if failsAlready(t, m) != "" {
					r.Unhealthy++
				}
			}
		}
		r.CloneFirst = cloned[r.Group]
		r.finish(t.Settings.MaxUnavailable, proofs[r.Group], alone[r.Group])
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Rollout) int { return cmp.Compare(a.Group, b.Group) })
	return out
}

// About how long things take, in seconds: a machine is updated and starts in
// 5 to 15 s, must stay up for 10 s (smoke check), and a check passes within its
// interval of 15 s; a new machine pulls its image first. For display.
const (
	secondsForRestart = 35
	secondsForStopped = 5
	secondsForClone   = 60
	secondsForSecrets = 5
	stoppedAtOnce     = 8
)

// estimate is for the first machine alone, then as many at once as may be away.
func (r *Rollout) estimate() {
	waves := r.Restarts
	if r.Restarts > 1 && r.AtOnce > 1 {
		waves = 1 + (r.Restarts-1+r.AtOnce-1)/r.AtOnce
	}
	if r.WakesOne {
		waves++
	}
	r.Seconds = waves*secondsForRestart + (r.Stopped+stoppedAtOnce-1)/stoppedAtOnce*secondsForStopped
}

func (r *Rollout) finish(spec string, proof, alone bool) {
	up := r.Started
	if r.CloneFirst {
		up++
	}
	if n, err := AtOnce(spec, up); err == nil {
		r.AtOnce = n
	} else {
		r.AtOnce = 1
	}
	r.Floor = max(0, up-r.AtOnce)
	defer r.estimate()
	switch {
	case r.CloneFirst:
	case r.Started == 1 && r.Restarts == 1:
		r.Floor, r.Gap = 0, true
		if alone {
			r.Restarts = 2
		}
	case r.Started == 0:
		r.WakesOne = proof
	}
}

// Blocked is how many machines must be allowed to be away at a time, so that one
// that is healthy may restart beside those that are not; 0 when nothing is in the
// way.
func (r Rollout) Blocked() int {
	if r.Started > 1 && r.Restarts > 0 && r.Unhealthy > 0 && r.Started-r.Unhealthy-1 < r.Floor {
		return r.Unhealthy + 1
	}
	return 0
}

// RolloutsOf says, a group each, how machine steps will go on an app.
func RolloutsOf(app *live.App, all []Step, maxUnavailable string) []Rollout {
	return rollouts(Target{App: app, Settings: Settings{MaxUnavailable: maxUnavailable}}, all)
}
