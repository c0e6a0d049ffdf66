package fixers

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// clocks are programs that start jobs by the clock, each on its own machine, and
// clockWords arguments that make one of a program.
const (
	clocks     = " cron crond supercronic clockwork "
	clockWords = " beat schedule:work "
	clockHosts = " celery artisan "
	launchers  = " exec bundle uv run poetry python python3 php -m "
)

// clockOf is the clock that a command starts; "" for none.
func clockOf(command string) string {
	words := strings.Fields(strings.ToLower(command))
	for len(words) > 0 && (isOneOf(launchers, words[0]) || strings.Contains(words[0], "=")) {
		words = words[1:]
	}
	if len(words) == 0 {
		return ""
	}
	program := path.Base(words[0])
	if isOneOf(clocks, program) {
		return program
	}
	if i := slices.IndexFunc(words, func(w string) bool { return isOneOf(clockWords, w) }); i > 0 && isOneOf(clockHosts, program) {
		return words[i]
	}
	return ""
}

// doneTwice is work by the clock that more than one machine does.
func doneTwice(t plan.Target, group string) (plan.Finding, bool) {
	command := startedBy(t, group)
	clock := clockOf(command)
	up := slices.DeleteFunc(machinesOf(t, []string{group}), func(m live.Machine) bool { return !m.Started() })
	if clock == "" || listens(command) || len(up) < 2 {
		return plan.Finding{}, false
	}
	f := aboutMachines(up, fmt.Sprintf("%s of %s run %s, so each job runs %s, unless the jobs share a lock", everyMachine(len(up), len(up)), group, clock, howOftenDone(len(up))))
	f.Evidence = plan.Saw(fewOf(up))
	f.HowTo = t.OnApp("fly machine destroy --force " + up[1].ID) // fly scale count may keep a standby alone
	return f, true
}

// sameSchedule are machines that Fly starts at the same times for the same work:
// fly machine run --schedule makes one more each time that it is called.
func sameSchedule(t plan.Target) []plan.Finding {
	if t.App == nil {
		return nil
	}
	scheduled := slices.DeleteFunc(slices.Clone(t.App.Machines), func(m live.Machine) bool { return m.Config.Schedule() == "" })
	slices.SortStableFunc(scheduled, func(a, b live.Machine) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	var out []plan.Finding
	for _, same := range byLikeness(scheduled, workOf) {
		n := len(same.machines)
		if n < 2 {
			continue
		}
		oldest := same.machines[0]
		f := aboutMachines(same.machines, fmt.Sprintf("%d machines with schedule %s do the same work, so it is done %s", n, oldest.Config.Schedule(), howOftenDone(n)))
		f.Evidence = plan.Saw(fewOf(same.machines))
		f.HowTo = t.OnApp("fly machine destroy " + oldest.ID)
		f.Notes = []string{"fly machine run --schedule makes one more each time; fly machine update changes the one that is there"}
		out = append(out, f)
	}
	return out
}

// workOf is what a machine does: two that are alike in it do the same. Another
// image of the same app is a later version of it.
func workOf(m live.Machine) string {
	parts := slices.Concat([]string{m.Config.Schedule(), m.Region, m.Group(), imageParts(m.Image).repository}, m.Config.Words("/init/entrypoint"), m.Config.Command())
	for _, mount := range m.Config.Mounts() { // what is on it is its own
		parts = append(parts, mount.Volume)
	}
	for _, name := range m.Config.EnvNames() {
		if value, _ := m.Config.EnvValue(name); !strings.HasPrefix(name, "FLY_") {
			parts = append(parts, name, value.Fingerprint())
		}
	}
	return strings.Join(parts, "\x00")
}

func howOftenDone(n int) string {
	if n == 2 {
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
