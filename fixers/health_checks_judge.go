package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// judgeChecks looks at the checks that a service has, with the knowledge that a
// proposed one is judged by: a check that stands there and can't pass takes the
// machine out of routing.
func judgeChecks(t plan.Target, s service) []plan.Finding {
	var out []plan.Finding
	onlyTCP := true
	for _, c := range s.Checks {
		if c.Type != "http" {
			continue
		}
		onlyTCP = false
		if f, ok := refusedCheck(t, s, c); ok {
			out = append(out, f)
		}
	}
	if onlyTCP && s.handler("http") {
		if f, ok := httpBesideTCP(t, s); ok {
			out = append(out, f)
		}
	}
	return out
}

// judgeTop looks at the top-level HTTP checks of the service's port: they
// affect no routing, and a deploy waits for them.
func judgeTop(t plan.Target, s service) []plan.Finding {
	var out []plan.Finding
	for _, c := range topChecks(t.File) {
		if c.Type != "http" || c.Port != s.InternalPort || c.Path == "" {
			continue
		}
		if f, ok := refusedCheck(t, s, c); ok {
			f.Severity = plan.Warning
			out = append(out, f)
		}
	}
	return out
}

// refusedCheck is a check that the app is known not to answer with a success.
// One that passes on a machine now is proof of the contrary.
func refusedCheck(t plan.Target, s service, c fileCheck) (plan.Finding, bool) {
	if t.Repo == nil {
		return plan.Finding{}, false
	}
	failing, passing := resultsOf(t, s, c)
	if len(passing) > 0 {
		return plan.Finding{}, false
	}
	var f plan.Finding
	say := func(answer string, e plan.Evidence, note string) {
		if f.Message == "" {
			f.Message = fmt.Sprintf("the check of %s at port %d is answered %s", maskPath(c.Path), s.InternalPort, answer)
		} else {
			f.Message += ", or " + answer
		}
		f.Evidence, f.Notes = append(f.Evidence, e), append(f.Notes, note)
	}
	sends := func(name string) bool {
		return slices.ContainsFunc(c.Key("headers").Keys(), func(key string) bool { return strings.EqualFold(key, name) })
	}
	if h := t.Repo.HostCheck; h != nil && !sends("Host") {
		say("400: the app refuses unknown hosts ("+h.Place()+")", *h,
			"Fly's checks send the machine's IP address: let the app accept any host on this path, or give the check headers = { Host = \"...\" }")
	}
	protocol, _ := c.Key("protocol").Str()
	if ssl := t.Repo.ForceSSL; ssl != nil && !sends("X-Forwarded-Proto") && protocol != "https" {
		say("301: the app redirects http to https ("+ssl.Place()+")", *ssl, `a redirect fails a check: give it headers = { X-Forwarded-Proto = "https" }`)
	}
	if i := slices.IndexFunc(t.Repo.Redirects, func(r plan.Route) bool { p, _, _ := strings.Cut(c.Path, "?"); return r.Path == p }); i >= 0 {
		r := t.Repo.Redirects[i]
		say("with a redirect: the app sends it elsewhere ("+r.Place()+")", r.Evidence, "a redirect fails a check: "+askInstead(t))
	}
	if r, ok := otherRoute(t, c.Path); ok && f.Message == "" {
		say("404, most likely: the app defines "+r.Path+", not that", r.Evidence, "use "+r.Path)
	}
	if f.Message == "" {
		return f, false
	}
	f.At = placeOf(t.File, c.Where, "")
	for _, m := range failing {
		f.Severity = plan.Error
		f.Machines = append(f.Machines, m.machine)
		f.Evidence = append(f.Evidence, plan.Evidence{Text: fmt.Sprintf("it fails on machine %s now: %s", m.machine, maskSaid(m.row.Output))})
	}
	return f, true
}

// askInstead is what a check can ask with success.
func askInstead(t plan.Target) string {
	if i := slices.IndexFunc(t.Repo.Routes, func(r plan.Route) bool { return len(r.Doubts) == 0 }); i >= 0 {
		return "use " + t.Repo.Routes[i].Path
	}
	return "use a path that the app answers itself"
}

type rowOn struct {
	machine string
	row     live.Check
}

// resultsOf are the machines on which the check fails now, and passes.
func resultsOf(t plan.Target, s service, c fileCheck) (failing, passing []rowOn) {
	for _, m := range machinesOf(t, s.Processes) {
		if m.State != "started" {
			continue
		}
		for _, row := range m.Checks {
			have, _, ok := m.Configured(row)
			if !ok || have.Type != "http" || have.Port != s.InternalPort || have.Path != c.Path {
				continue
			}
			if row.Status == live.CheckPassing {
				passing = append(passing, rowOn{m.ID, row})
			} else {
				failing = append(failing, rowOn{m.ID, row})
			}
		}
	}
	return failing, passing
}

// otherRoute is the health route that the app has, where the path asked is one
// that would have been seen too.
func otherRoute(t plan.Target, path string) (plan.Route, bool) {
	path, _, _ = strings.Cut(path, "?")
	known := false
	for _, p := range wellKnown {
		known = known || path == p || path == "/api"+p
	}
	if !known || len(t.Repo.Routes) == 0 || t.Repo.Unread != "" {
		return plan.Route{}, false
	}
	for _, r := range t.Repo.Routes {
		if strings.TrimSuffix(r.Path, "/") == strings.TrimSuffix(path, "/") || len(r.Doubts) > 0 {
			return plan.Route{}, false
		}
	}
	return t.Repo.Routes[0], true
}

// httpBesideTCP: a TCP check sees that a port is open, not that the app works.
func httpBesideTCP(t plan.Target, s service) (plan.Finding, bool) {
	way := choosePath(t, s)
	if way.path == "" || way.rank > rankRoute {
		return plan.Finding{}, false
	}
	f := plan.Finding{
		Severity: plan.Info, At: placeOf(t.File, s.Path, ""), Evidence: way.evidence,
		Message: fmt.Sprintf("%s has only a TCP check, but the app serves %s", s.Path, way.path),
		Fix:     httpFix(t, s, way),
	}
	doubt(f.Fix, "an app that fails this path while its port is open leaves routing")
	liveNotes(t, s, &f)
	return f, true
}
