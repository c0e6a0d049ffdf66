package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// failing are the checks of a group that fail, machines with the same one
// together.
func (g runningGroup) failing(started []live.Machine, works bool) []plan.Finding {
	type same struct {
		check failingCheck
		on    []live.Machine
		said  []plan.Evidence
	}
	var all []*same
	for _, m := range started {
		for _, c := range failingChecks(g.t, m) {
			i := slices.IndexFunc(all, func(s *same) bool { return s.check.asks() == c.asks() && s.check.answer() == c.answer() })
			if i < 0 {
				i, all = len(all), append(all, &same{check: c})
			}
			all[i].on = append(all[i].on, m)
			path, _, _ := strings.Cut(c.Config.Path, "?")
			all[i].said = append(all[i].said, plan.Evidence{
				Text:    fmt.Sprintf("machine %s in %s: %s%s", m.ID, m.Region, cmp.Or(maskSaid(c.Row.Output), c.Row.Status), since(c.Row.UpdatedAt)),
				Machine: m.ID, Path: path, Status: c.Row.HTTPStatus(),
			})
		}
	}
	var out []plan.Finding
	for _, s := range all {
		f := g.about(s.on, fmt.Sprintf("%s %s on %s of %s", s.check.asks(), s.check.answer(), ofThose(len(s.on), len(started)), g.called()))
		switch {
		case s.check.Service && !works:
			where := "to none of them"
			if len(started) == 1 {
				where = "nowhere"
			}
			f.Message = fmt.Sprintf("%s is down: %s %s on %s, and Fly's proxy sends requests %s", g.called(), s.check.asks(), s.check.answer(), everyMachine(len(s.on), len(started)), where)
		case s.check.Service:
			f.Message += ", and Fly's proxy sends " + them(s.on) + " no requests"
		default:
			f.Notes = append(f.Notes, "it affects no routing, but every deploy waits for it and fails")
		}
		f.Evidence, f.Notes = s.said, append(f.Notes, s.check.meaning()...)
		f.HowTo = "fly logs -i " + s.on[0].ID
		out = append(out, f)
	}
	return out
}

// meaning is what an answer says that no restart changes.
func (c failingCheck) meaning() []string {
	switch status := c.Row.HTTPStatus(); {
	case status >= 300 && status < 400:
		return []string{"a redirect fails a check: let it ask where that leads, or send X-Forwarded-Proto: https in its headers, then fly deploy"}
	case status == 401 || status == 403:
		return []string{"a check does not log in: point it at a path that needs no login, then fly deploy"}
	case status == 404:
		return []string{"the app has no such path: let the check ask one that it has, then fly deploy"}
	}
	return nil
}

func ofThose(n, all int) string {
	if all == 1 {
		return "the one machine"
	}
	return fmt.Sprintf("%d of %d machines", n, all)
}

// recently is how far back a crash is news.
const recently = time.Hour

// crashes are exits that nobody asked for: of machines that crash again and
// again, that stayed down, or that were killed for memory. down: the group as a
// whole is down, which is told with how each went down.
func (g runningGroup) crashes(down bool) []plan.Finding {
	var out []plan.Finding
	for _, m := range g.machines {
		exits := unaskedExits(g.t, m)
		if len(exits) == 0 {
			continue
		}
		last := exits[0]
		killed := slices.ContainsFunc(exits, func(e live.Event) bool { return e.OOMKilled })
		f := g.about([]live.Machine{m}, "")
		switch {
		case killed:
			f.Message = fmt.Sprintf("machine %s of %s was killed for memory", m.ID, g.called())
			f.Notes = append(f.Notes, fmt.Sprintf("it has %d MB", m.Config.Guest().MemoryMB))
			f.HowTo = "fly scale memory MB, or see what uses it: fly logs -i " + m.ID
		case len(exits) > 1 || last.RestartCount > 1:
			f.Message = fmt.Sprintf("machine %s of %s keeps crashing", m.ID, g.called())
			f.HowTo = "fly logs -i " + m.ID
		case !m.Started() && !down:
			f.Message = fmt.Sprintf("machine %s of %s crashed and stayed down", m.ID, g.called())
			f.HowTo = "fly logs -i " + m.ID + ", then fly machine start " + m.ID
		default:
			continue // once, and it is up again
		}
		f.Evidence = plan.Saw(fmt.Sprintf("exit code %d at %s, %s", last.ExitCode, utc(last.Timestamp), howOften(last.RestartCount)) + killedToo(last))
		out = append(out, f)
	}
	return out
}

func killedToo(e live.Event) string {
	if e.OOMKilled {
		return ", out of memory"
	}
	return ""
}

func howOften(restarts int) string {
	switch restarts {
	case 0:
		return "not restarted"
	case 1:
		return "restarted once"
	}
	return fmt.Sprintf("restarted %d times", restarts)
}

// unaskedExits are the exits of the present version that nobody asked for and
// that were no success, newest first: recent ones, and any that the machine
// has not come up from.
func unaskedExits(t plan.Target, m live.Machine) []live.Event {
	var out []live.Event
	for _, e := range m.Events { // newest first
		switch {
		case e.Type == "update" || e.Type == "launch":
			return out // before that it was another version
		case e.Type != "exit" || e.RequestedStop || e.ExitCode == 0 && !e.OOMKilled:
		case !m.Started() && len(out) == 0, t.App.ReadAt.Sub(e.Timestamp) < recently:
			out = append(out, e)
		}
	}
	return out
}

// lastExit says how a machine went down, where its events tell.
func lastExit(m live.Machine) string {
	for i, e := range m.Events {
		switch {
		case e.Type == "start":
			return ""
		case e.Type == "exit" && e.RequestedStop:
			by := "by request"
			if j := slices.IndexFunc(m.Events[i:], func(e live.Event) bool { return e.Type == "stop" }); j >= 0 && m.Events[i+j].Source == "proxy" {
				by = "by the proxy"
			}
			return ", " + by + since(e.Timestamp)
		case e.Type == "exit":
			return fmt.Sprintf(": its process ended with exit code %d%s", e.ExitCode, since(e.Timestamp))
		}
	}
	return since(m.UpdatedAt)
}

// hostsDown are machines whose host does not answer: Fly shows no config of
// them, and nothing can be done to them.
func hostsDown(t plan.Target) []plan.Finding {
	f := plan.Finding{HowTo: "https://status.flyio.net, and fly machine clone of another machine if it lasts"}
	for _, m := range t.App.Machines {
		if m.HostStatus != "" && m.HostStatus != "ok" {
			f.Machines = append(f.Machines, m.ID)
			f.Evidence = append(f.Evidence, plan.Saw("machine "+m.ID+" in "+m.Region+": host "+m.HostStatus)...)
		}
	}
	switch len(f.Machines) {
	case 0:
		return nil
	case 1:
		f.Message = "the host of machine " + f.Machines[0] + " does not answer"
	default:
		f.Message = fmt.Sprintf("the hosts of %d machines do not answer", len(f.Machines))
	}
	f.At.Machine = f.Machines[0]
	return []plan.Finding{f}
}

func stuck(t plan.Target) []plan.Finding {
	passing := []string{"creating", "starting", "stopping", "restarting", "suspending", "updating", "replacing", "destroying", "launch_failed"}
	var out []plan.Finding
	for _, m := range t.App.Machines {
		from := m.UpdatedAt
		if len(m.Events) > 0 && m.Events[0].Timestamp.After(from) {
			from = m.Events[0].Timestamp
		}
		if !slices.Contains(passing, m.State) || from.IsZero() || t.App.ReadAt.Sub(from) < stuckAfter {
			continue
		}
		out = append(out, plan.Finding{
			Message:  fmt.Sprintf("machine %s is stuck: it has been %s for %d minutes", m.ID, m.State, int(t.App.ReadAt.Sub(from).Minutes())),
			At:       plan.At{Machine: m.ID},
			Machines: []string{m.ID},
			Evidence: plan.Saw(m.State + since(from)),
			HowTo:    "fly machine status " + m.ID + "; when that does not help: fly machine destroy --force " + m.ID + ", and a new one",
		})
	}
	return out
}
