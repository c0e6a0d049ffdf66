package fixers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/plan"
)

// portProblems are what tells that a service asks the app on a port where it does not
// listen.
func portProblems(t plan.Target) []plan.Finding {
	services := servicesAsWritten(t.File)
	if len(services) != 1 || services[0].Protocol == "udp" || services[0].InternalPort == 0 { // PORT is that of one of them, and nothing says of which
		return nil
	}
	s := services[0]
	if textAt(t, "build.image") != "" { // see signsOf
		t.Repo = nil
	}
	signs := signsOf(t, s)
	if signs.seen {
		return nil
	}
	if h := healthcheckOf(t); h != nil && h.Port != 0 {
		signs.all = append(signs.all, portSign{h.Evidence, h.Port, false})
	}
	var out []plan.Finding
	if f, ok := otherPort(t, s, signs.all); ok {
		out = append(out, f)
	}
	if f, ok := loopback(t, s); ok {
		out = append(out, f)
	}
	return out
}

// otherPort weighs the signs for another port. One that is loud for this port
// outweighs all of them.
func otherPort(t plan.Target, s service, signs []portSign) (plan.Finding, bool) {
	var against []portSign
	for _, sign := range signs {
		switch {
		case sign.port == s.InternalPort && sign.loud:
			return plan.Finding{}, false
		case sign.port != s.InternalPort && !slices.Contains(asides(t), sign.port):
			against = append(against, sign)
		}
	}
	if len(against) == 0 {
		return plan.Finding{}, false
	}
	first := against[0]
	if i := slices.IndexFunc(against, func(a portSign) bool { return a.loud }); i >= 0 {
		first = against[i]
	}
	f := plan.Finding{At: placeOf(t.File, s.Path+".internal_port", s.Path), Notes: []string{"if the app listens there, no request reaches it: make the two equal"}}
	agree := 0
	for _, a := range against {
		if a.port == first.port {
			agree++
			f.Evidence = append(f.Evidence, a.Evidence)
		}
	}
	own := slices.ContainsFunc(signs, func(a portSign) bool { return a.port == s.InternalPort })
	says := fmt.Sprintf("the Dockerfile names port %d", first.port)
	switch {
	case first.loud || agree > 1 && !own:
		if agree > 1 || first.File == t.File.Name() || isOneOf(" CMD ENTRYPOINT ", strings.Fields(first.Text + " -")[0]) {
			f.Severity = plan.Warning
		}
		says = fmt.Sprintf("the app seems to listen on %d", first.port)
		if first.File != "" && first.File != t.File.Name() {
			says += ": " + first.Place()
		}
	case strings.HasPrefix(first.Text, "[env]"):
		says = fmt.Sprintf("[env] tells the app PORT = %d", first.port)
	case own: // EXPOSE of two ports, and the like
		return plan.Finding{}, false
	case strings.HasPrefix(first.Text, "HEALTHCHECK"):
		says = fmt.Sprintf("the Dockerfile's HEALTHCHECK asks port %d", first.port)
	}
	f.Evidence = few(f.Evidence)
	f.Message = fmt.Sprintf("%s.internal_port = %d, and %s", s.Path, s.InternalPort, says)
	return f, true
}

// asides are ports that the file knows for something else than a service.
func asides(t plan.Target) []int {
	var out []int
	c := t.Deployed()
	for _, m := range c.Get("metrics").Items() {
		out = append(out, portAt(m.Key("port")))
	}
	for _, name := range c.Get("checks").Keys() {
		out = append(out, portAt(c.Get("checks").Key(name).Key("port")))
	}
	return out
}

// onLoopback is a flag of a server's command for the address to listen on, with
// one that only the machine itself reaches.
var onLoopback = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[\s"',\[])(?:-b|--bind|-l|--listen|--addr|--address|--host|--hostname|-H|--ip)(?:[ =]|",? ?")(?:\w+://)?(?:127\.0\.0\.1|localhost|\[?::1\]?)(?:$|[\s"',:\]])`)
})

// loopback finds an app that is told to listen where only its own machine
// reaches it.
func loopback(t plan.Target, s service) (plan.Finding, bool) {
	f := plan.Finding{
		Severity: plan.Warning, At: placeOf(t.File, s.Path+".internal_port", s.Path),
		Message: "the app seems to listen on 127.0.0.1, where Fly's proxy can't reach it",
		Notes:   []string{"let it listen on 0.0.0.0 or [::]"},
	}
	for _, g := range groupsServed(t.File, s.Processes) {
		if command := commandOf(t.File, g); onLoopback().MatchString(command) {
			f.Evidence = append(f.Evidence, plan.Evidence{File: t.File.Name(), Line: placeOf(t.File, "processes."+g, "processes").Line, Text: g + " = " + quote(command)})
		}
	}
	if t.Repo != nil {
		for _, l := range t.Repo.Listens {
			if l.Port == s.InternalPort && (strings.Contains(l.Text, "127.0.0.1") || strings.Contains(l.Text, "localhost")) {
				f.Evidence = append(f.Evidence, l.Evidence)
			}
		}
		if r := t.Repo.Image; r != nil && len(f.Evidence) == 0 && onLoopback().MatchString(r.Start.Text) {
			f.Evidence = append(f.Evidence, r.Start)
		}
	}
	if len(f.Evidence) == 0 {
		f.Severity, f.Message = plan.Info, "[env] tells the app to listen on 127.0.0.1, where Fly's proxy can't reach it"
		for _, e := range deployed.EnvEntries(t.File) {
			text, _ := e.Text()
			if isOneOf(" HOST HOSTNAME BIND BIND_ADDR BIND_ADDRESS LISTEN_ADDR LISTEN_HOST NITRO_HOST UVICORN_HOST FLASK_RUN_HOST ", e.Name) && isOneOf(" 127.0.0.1 localhost ::1 ", text) {
				f.At = placeOf(t.File, e.Node.Path(), "")
				f.Evidence = append(f.Evidence, plan.Evidence{File: t.File.Name(), Line: e.Node.Position().Line, Text: e.Name + " = " + quote(text)})
			}
		}
	}
	f.Evidence = few(f.Evidence)
	return f, len(f.Evidence) > 0
}

func healthcheckOf(t plan.Target) *plan.Healthcheck {
	if t.Repo == nil {
		return nil
	}
	return t.Repo.Healthcheck
}
