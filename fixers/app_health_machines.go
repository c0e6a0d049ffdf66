package fixers

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

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
			i := slices.IndexFunc(all, func(s *same) bool { return s.check.like(c) })
			if i < 0 {
				i, all = len(all), append(all, &same{check: c})
			} else if all[i].on[len(all[i].on)-1].ID == m.ID {
				continue // refused: any check of the port is
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
		what := s.check.asks() + " " + s.check.answer()
		where := g.share(len(s.on), len(started))
		if len(started) == 1 { // others may be stopped
			where = g.these(s.on)
		}
		f := aboutMachines(s.on, what+" on "+where)
		switch {
		case s.check.Service && !works:
			f.Message = fmt.Sprintf("%s is down: %s on %s, so Fly's proxy sends %s no requests", g.called(), what, everyMachine(len(s.on), len(started)), them(s.on))
		case s.check.Service:
			f.Message += ", so Fly's proxy sends " + them(s.on) + " no requests"
		default:
			f.Message += ": every deploy waits for it and fails"
		}
		f.Evidence, f.Notes = s.said, s.check.meaning(g, s.on[0])
		f.HowTo = "fly logs -i " + s.on[0].ID
		out = append(out, f)
	}
	return out
}

// whyRefused says what the file and the source tell of it.
func (g runningGroup) whyRefused(port int) string {
	why := "the process is down, or listens on another port or on 127.0.0.1 only"
	if all := portProblems(g.t); len(all) > 0 && servicesAsWritten(g.t.File)[0].InternalPort == port {
		why = all[0].Message
	}
	return fmt.Sprintf("nothing listens on port %d there: %s", port, why)
}

// notInFile says whether the next deploy takes the check away.
func (c failingCheck) notInFile(g runningGroup) bool {
	m := deployedTo(g.t, g.name)
	has := slices.ContainsFunc(slices.Collect(maps.Values(m.Config.Checks())), c.Config.Asks)
	for _, s := range m.Config.Services() {
		has = has || slices.ContainsFunc(s.Checks, c.Config.Asks)
	}
	return c.Known && !has && !m.Config.IsZero() && !hasOtherBase(g.t.Deployed())
}

// meaning is what an answer says about its cause, and what helps.
func (c failingCheck) meaning(g runningGroup, on live.Machine) []string {
	switch status := c.Row.HTTPStatus(); {
	case c.Hopeless() && c.notInFile(g):
		return []string{"the check is not in " + g.t.File.Name() + ": fly deploy removes it"}
	case status >= 300 && status < 400:
		return []string{"a redirect fails a check: give it a path that answers 200, or the header X-Forwarded-Proto: https, then fly deploy"}
	case status == 400 || status == 421:
		return []string{"often an unknown host: Fly's checks send the machine's IP address; let the app accept it, or give the check a Host header, then fly deploy"}
	case status == 401 || status == 403:
		return []string{"a check can't log in: give it a path that needs no login, then fly deploy"}
	case status == 404 || status == 405:
		return []string{"the app doesn't serve that path: give the check one that it does, then fly deploy"}
	case c.Row.Refused():
		return []string{g.whyRefused(c.Config.Port)}
	case status >= 500, status == 0:
		return []string{"if it hangs: fly machine restart " + on.ID}
	}
	return nil
}
