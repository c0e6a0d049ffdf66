package fixers

import (
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// fall is how a machine went down though nobody asked for it.
type fall struct {
	kind fallKind
	code int        // its last exit code
	last live.Event // its last exit; zero when it never ran
	// again: it fell more than once, and is up or was a moment ago.
	again bool
}

type fallKind string

const (
	killed    fallKind = "killed"    // for memory
	crashLoop fallKind = "crashLoop" // it is up, or was a moment ago
	crashed   fallKind = "crashed"   // and stayed down
	noStart   fallKind = "noStart"   // Fly could not start it
)

// recently is how far back a crash is news.
const recently = time.Hour

// fallOf reads the machine's events; without a kind it did not fall, or fell
// once and is up again.
func fallOf(t plan.Target, m live.Machine) fall {
	exits := unaskedExits(t, m)
	if m.State == "failed" || m.State == "launch_failed" {
		return fall{kind: noStart}
	}
	if len(exits) == 0 {
		return fall{}
	}
	f := fall{code: exits[0].ExitCode, last: exits[0], again: m.Started() && (len(exits) > 1 || exits[0].RestartCount > 1)}
	switch {
	case slices.ContainsFunc(exits, func(e live.Event) bool { return e.OOMKilled }):
		f.kind = killed
	case !m.Started():
		f.kind = crashed
	case f.again:
		f.kind = crashLoop
	}
	return f
}

// unaskedExits are the exits of the present version that nobody asked for and
// that were no success, newest first: recent ones, and any that the machine
// has not come up from.
func unaskedExits(t plan.Target, m live.Machine) []live.Event {
	var out []live.Event
	up := m.Started()            // since the exit that is looked at
	for _, e := range m.Events { // newest first
		switch {
		case e.Type == "update" || e.Type == "launch":
			return out // before that it was another version
		case e.Type == "start" || e.Type == "exit" && e.RequestedStop:
			up = true
		case e.Type != "exit" || e.ExitCode == 0 && !e.OOMKilled:
		case !up && len(out) == 0, t.App.ReadAt.Sub(e.Timestamp) < recently:
			out = append(out, e)
		}
	}
	return out
}
