package fixers

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func healthChecks() plan.Fixer {
	return plan.Fixer{
		ID:       "health-checks",
		Title:    "every public service has a health check",
		Severity: plan.Warning,
		Doc: `Without a check, Fly's proxy sends requests to a machine as soon as its process runs, and a deploy moves on to the next machine
even if this one answers nothing. A failing service check takes the machine out of routing until it passes; it does not restart it. A
failing top-level check affects neither. A deploy waits for both kinds.

A check on a path that does not answer takes a working app down, so the path is never guessed. It comes from the settings, a check that
passes on the app now (with its own times), another check in the file, the Dockerfile's HEALTHCHECK, or a route that the app defines;
apply tests it on one machine before the others get it. Where nothing names a path, a TCP check is added at the top level, which never
affects routing. A deploy waits for that one too, so it needs consent unless something shows that the port is served: a check that
passes, EXPOSE, PORT, the start command, a listen call. Where something points to another port, no check is proposed; nor is one for a
worker's group.

An existing check is judged in the same way: one that the app is known to answer with 400, 301 or 404 is a finding, unless it passes.

Fly's checks send the machine's IP address as Host and do not follow redirects. Django's ALLOWED_HOSTS and frameworks that force HTTPS
answer them with an error unless told otherwise: then the fix needs consent, and the check sends X-Forwarded-Proto.

Manual fix: add [[http_service.checks]] (two brackets) with method, path, interval, timeout and grace_period.`,
		Check: checkHealthChecks,
	}
}

func checkHealthChecks(t plan.Target) []plan.Finding {
	var out []plan.Finding
	services := services(t.File)
	var proposed []service // a check for one service serves every other on its port and group
	for _, s := range services {
		switch {
		case !isPublic(s):
		case len(s.Checks) > 0:
			out = append(out, checkNotLive(t, s)...)
			out = append(out, judgeChecks(t, s)...)
		case misplacedCheck(t, s): // unknown-keys takes it to where it counts
		case coveredByService(t, s, services), slices.ContainsFunc(proposed, func(o service) bool { return samePort(t, s, o) }):
		default:
			f, ok := missingCheck(t, s)
			if ok {
				proposed = append(proposed, s)
			} else {
				f, ok = tcpNotLive(t, s)
			}
			if ok {
				out = append(out, f)
			}
		}
		if isPublic(s) {
			out = append(out, judgeTop(t, s)...)
		}
	}
	return out
}

func coveredByService(t plan.Target, s service, services []service) bool {
	return slices.ContainsFunc(services, func(o service) bool { return len(o.Checks) > 0 && samePort(t, s, o) })
}

func missingCheck(t plan.Target, s service) (plan.Finding, bool) {
	f := plan.Finding{At: placeOf(t.File, s.Path, "")}
	top, covered := coveringTop(t, s)
	way := choosePath(t, s)
	switch {
	case covered && !(top.Type == "tcp" && way.path != "" && way.rank <= rankRoute && (s.HTTPService || s.handler("http"))):
		return f, false
	case len(servingOf(t, s)) == 0:
		return f, false // worker-groups speaks of it
	case s.InternalPort == 0:
		f.Message = s.Path + " has no health check, and no internal_port to aim one at"
		return f, true
	case covered:
		f.Message = fmt.Sprintf("%s has only a TCP check, but the app serves %s", s.Path, way.path)
	default:
		f.Message = s.Path + " has no health check"
	}
	signs := signsOf(t, s)
	if signs.against() && !signs.weak && way.rank != rankLive {
		f.Message += fmt.Sprintf(", and the app seems to listen on a port other than internal_port %d", s.InternalPort)
		f.Evidence = few(signs.no)
		f.Notes = append(f.Notes, fmt.Sprintf("a check of port %d would fail every deploy: decide on the port first", s.InternalPort))
		return f, true
	}
	here, byItself, local := loopback(t, s)
	local = local && here.Severity == plan.Warning && !signs.seen && way.rank != rankLive && t.Settings.ProbedPath == "" && len(services(t.File)) == 1
	if local && !byItself {
		f.Message += ", and " + here.Message
		f.Evidence, f.Notes = here.Evidence, append(f.Notes, "a check fails there too: "+here.Notes[0])
		return f, true
	}
	f.Evidence = way.evidence
	if way.path != "" && (s.HTTPService || s.handler("http")) {
		httpCheck(t, s, top, covered, way, &f)
		return f, true
	}
	tcpFallback(t, s, signs, &f)
	if local && f.Fix != nil {
		doubt(f.Fix, here.Notes[0])
	}
	return f, true
}

// httpCheck is the fix where something names the path that the app serves.
func httpCheck(t plan.Target, s service, top fileCheck, covered bool, way pathSource, f *plan.Finding) {
	f.Fix = httpFix(t, s, way)
	if !covered && f.Fix.Safety != plan.Safe { // no diff is shown beside it
		f.Message += ", but the app serves " + maskPath(way.path)
	}
	switch {
	case covered && ourTCP(t, top):
		replaceTCP(t, s, top, f.Fix)
	case covered:
		f.Severity = plan.Info
		doubt(f.Fix, "an app that fails this path while its port is open leaves routing")
	}
	if way.rank == rankLive {
		if fromLiveApp(t, f); f.Fix == nil {
			return
		}
	}
	f.Notes = way.notes
	noteProbe(t, way, f)
	liveNotes(t, s, f)
}

// times are the durations of a check, as fly.toml strings: integers mean
// milliseconds in one place and nanoseconds in another.
type times struct{ interval, timeout, grace string }

func checkTimes(s plan.Settings) times {
	return times{cmp.Or(s.CheckInterval, "15s"), cmp.Or(s.CheckTimeout, "5s"), cmp.Or(s.CheckGrace, "10s")}
}

// check is a check with the times as machines have it.
func (w times) check(of map[string]any) map[string]any {
	of["interval"], of["timeout"], of["grace_period"] = w.interval, w.timeout, w.grace
	return of
}

func (w times) entries() []flytoml.Entry {
	return []flytoml.Entry{
		{Key: "interval", Value: quote(w.interval)},
		{Key: "timeout", Value: quote(w.timeout)},
		{Key: "grace_period", Value: quote(w.grace)},
	}
}

// httpFix is an HTTP check on the found path, in the file and on the machines.
func httpFix(t plan.Target, s service, w pathSource) *plan.Fix {
	key, entries := "checks", []flytoml.Entry{{Key: "method", Value: `"GET"`}, {Key: "path", Value: quote(w.path)}}
	if !s.HTTPService {
		key = "http_checks"
	}
	entries = append(entries, w.times(t).entries()...)
	if w.live != nil {
		return liveFix(t, s, w, key, entries)
	}
	if forcesSSL(t) {
		entries = append(entries, flytoml.Entry{Key: "headers", Value: `{ X-Forwarded-Proto = "https" }`})
	}
	fix := &plan.Fix{
		Safety:  plan.Safe,
		Edits:   []flytoml.Edit{{Op: flytoml.Append, Path: s.Path + "." + key, Entries: entries}},
		Changes: onService(t, s, httpCheckJSON(t, w)),
	}
	if why := w.doubt(t, s); why != "" {
		fix.Safety, fix.Why = plan.Review, why
	}
	return fix
}
