package fixers

import (
	"cmp"
	"fmt"
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
		f := g.about(s.on, fmt.Sprintf("%s %s on %s", s.check.asks(), s.check.answer(), g.share(len(s.on), len(started))))
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
			f.Message += ": every deploy waits for it and fails"
		}
		f.Evidence, f.Notes = s.said, s.check.meaning()
		f.HowTo = "fly logs -i " + s.on[0].ID
		out = append(out, f)
	}
	return out
}

// meaning is what an answer says about its cause.
func (c failingCheck) meaning() []string {
	said := strings.ToLower(c.Row.Output)
	switch status := c.Row.HTTPStatus(); {
	case status >= 300 && status < 400:
		return []string{"a redirect fails a check: let it ask where that leads, or send X-Forwarded-Proto: https in its headers, then fly deploy"}
	case status == 400 || status == 421:
		return []string{"often an unknown host: Fly's checks send the machine's IP address; let the app take it, or give the check a Host header, then fly deploy"}
	case status == 401 || status == 403:
		return []string{"a check does not log in: point it at a path that needs no login, then fly deploy"}
	case status == 404 || status == 405:
		return []string{"the app does not answer that path: let the check ask one that it has, then fly deploy"}
	case status == 0 && strings.Contains(said, "refused"):
		return []string{fmt.Sprintf("nothing listens on port %d there: the process is down, or listens on another port or on 127.0.0.1 only", c.Config.Port)}
	}
	return nil
}
