package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/plan"
)

// The ranks of how a health path was found, best first.
const (
	rankSettings = iota + 1
	rankLive
	rankFile
	rankDockerfile
	rankRoute
	rankProbe
)

// pathSource is a health path and how it was found. No path: none was.
type pathSource struct {
	path     string
	rank     int
	evidence []plan.Evidence
	notes    []string
	doubts   []plan.Doubt      // of the route or the HEALTHCHECK
	check    *plan.Healthcheck // with times of its own
	live     *liveCheck        // one that passes on the app now
}

// choosePath finds the path that a check of the service should ask; the first
// source that has one wins. It never guesses.
func choosePath(t plan.Target, s service) pathSource {
	if p := t.Settings.HealthPath; p != "" {
		return pathSource{path: p, rank: rankSettings, evidence: plan.Saw("path " + p + " from the settings")}
	}
	if c, ok := passingCheck(t, s); ok {
		return pathSource{path: c.Path, rank: rankLive, live: &c, evidence: plan.Saw(
			fmt.Sprintf("%s %s passes on %s now", c.Method, maskPath(c.Path), machinesNamed(c.on)))}
	}
	if c, ok := otherCheck(t, s); ok {
		return pathSource{path: c.Path, rank: rankFile, evidence: []plan.Evidence{
			{File: t.File.Name(), Line: placeOf(t.File, c.Where, "").Line, Text: fmt.Sprintf("another check of port %d requests %s", c.Port, c.Path)}}}
	}
	if t.Repo != nil {
		if h := t.Repo.Healthcheck; h != nil && h.Path != "" && (h.Port == s.InternalPort || h.Port == 0 && s.InternalPort == 80) {
			return pathSource{path: h.Path, rank: rankDockerfile, doubts: h.Doubts, check: h, evidence: []plan.Evidence{h.Evidence}}
		}
		if len(t.Repo.Routes) > 0 {
			r := t.Repo.Routes[0]
			return pathSource{path: r.Path, rank: rankRoute, doubts: r.Doubts, evidence: []plan.Evidence{r.Evidence}}
		}
	}
	if p := t.Settings.ProbedPath; p != "" {
		return pathSource{path: p, rank: rankProbe, evidence: plan.Saw(t.Settings.Probe)}
	}
	return pathSource{}
}

// otherCheck is an HTTP check elsewhere in the file for the same port.
func otherCheck(t plan.Target, s service) (fileCheck, bool) {
	all := topChecks(t.File)
	for _, o := range services(t.File) {
		all = append(all, o.Checks...)
	}
	for _, c := range all {
		if c.Type == "http" && c.Path != "" && c.Port == s.InternalPort {
			return c, true
		}
	}
	return fileCheck{}, false
}

// doubt says why a check on this path needs a person's consent, every reason
// of it; "" when apply may put it in, proving it on one machine before the
// others.
func (w pathSource) doubt(t plan.Target, s service) string {
	var all []string
	say := func(is bool, why string) {
		if is {
			all = append(all, why)
		}
	}
	say(severalPorts(t) && (w.rank == rankSettings || w.rank == rankRoute || w.rank == rankProbe),
		"the app serves on several ports, and nothing says which of them answers the path")
	if w.rank == rankLive { // proven: nothing in the source weighs against it
		return ""
	}
	say(speaksHTTP2(s), "the app is sent HTTP/2 only (h2_backend), and Fly's checks use HTTP/1")
	say(w.rank == rankProbe, "the path was only tried at the public hostname; Fly checks from inside, by IP address")
	for _, d := range w.doubts {
		say(true, doubtText(d))
	}
	if t.Repo != nil && t.Repo.HostCheck != nil {
		say(true, "the app refuses unknown hosts ("+t.Repo.HostCheck.Place()+"), and Fly's checks send an IP address")
	}
	if forcesSSL(t) {
		say(true, "the app redirects http to https ("+t.Repo.ForceSSL.Place()+"), and a redirect fails a check")
	}
	for _, g := range workersOf(t, s) {
		say(true, s.Path+" lists "+g+" too, which listens on nothing: the check fails there")
	}
	if signs := signsOf(t, s); signs.against() {
		say(true, "the app may serve another port: "+few(signs.no)[0].String())
	}
	switch {
	case t.App == nil:
		say(true, "offline, no machine can prove that the path answers: "+cmp.Or(t.Offline.Why(t.OfflineDetail), "the app was not read"))
	case len(machinesOf(t, nil)) == 0:
		say(true, "the app has no machine yet that could prove the path")
	}
	return strings.Join(all, "; ")
}

// times are those of the check: the settings', else the HEALTHCHECK's own,
// within what Fly takes for a service check, else the usual ones.
func (w pathSource) times(t plan.Target) times {
	out := checkTimes(t.Settings)
	if w.live != nil {
		return times{
			cmp.Or(t.Settings.CheckInterval, w.live.Interval, out.interval), cmp.Or(t.Settings.CheckTimeout, w.live.Timeout, out.timeout),
			cmp.Or(t.Settings.CheckGrace, w.live.GracePeriod, out.grace),
		}
	}
	if w.check == nil {
		return out
	}
	own := func(set, here string, into *string) {
		d, err := time.ParseDuration(here)
		if set == "" && err == nil && d > 0 {
			*into = min(max(d, time.Second), time.Minute).String()
			*into = strings.Replace(*into, "m0s", "m", 1)
		}
	}
	own(t.Settings.CheckInterval, w.check.Interval, &out.interval)
	own(t.Settings.CheckTimeout, w.check.Timeout, &out.timeout)
	own(t.Settings.CheckGrace, w.check.StartPeriod, &out.grace)
	return out
}

// doubtText is a doubt for people, with the place where it was seen.
func doubtText(d plan.Doubt) string {
	text := map[plan.DoubtKind]string{
		plan.DoubtMount:     "the route's router may be mounted under a prefix",
		plan.DoubtGuard:     "the route seems to be behind authentication",
		plan.DoubtCondition: "the route exists only under some condition",
		plan.DoubtHost:      "the route answers for another host or port only",
		plan.DoubtPort:      "the server that has the route listens on another port",
		plan.DoubtBase:      "the app may be served below a base path",
		plan.DoubtBuilt:     "the code may not be what the app runs",
	}[d.Kind]
	switch {
	case d.File != "":
		return text + ": " + d.Evidence.String()
	case d.Text != "":
		return text + ": " + d.Text
	}
	return text
}

func forcesSSL(t plan.Target) bool { return t.Repo != nil && t.Repo.ForceSSL != nil }

// severalPorts says whether public services stand on more than one port.
func severalPorts(t plan.Target) bool {
	seen := map[int]bool{}
	for _, s := range services(t.File) {
		if isPublic(s) {
			seen[s.InternalPort] = true
		}
	}
	return len(seen) > 1
}

func speaksHTTP2(s service) bool {
	on := func(v deployed.Value) bool {
		h2, _ := v.Key("http_options").Key("h2_backend").Bool()
		return h2
	}
	return on(s.Value) || slices.ContainsFunc(s.Key("ports").Items(), on)
}
