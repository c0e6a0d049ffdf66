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
	signs := signsOf(t, s)
	if signs.seen {
		return nil
	}
	if h := healthcheckOf(t); h != nil && h.Port != 0 {
		signs.all = append(signs.all, portSign{Evidence: h.Evidence, port: h.Port, by: byHealthcheck})
	}
	var out []plan.Finding
	if f, ok := otherPort(t, s, signs.all); ok {
		out = append(out, f)
	}
	if f, _, ok := loopback(t, s); ok {
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
		case sign.port == s.InternalPort && sign.loud():
			return plan.Finding{}, false
		case sign.port != s.InternalPort && !slices.Contains(asides(t), sign.port):
			against = append(against, sign)
		}
	}
	if len(against) == 0 {
		return plan.Finding{}, false
	}
	first := against[0]
	if i := slices.IndexFunc(against, func(a portSign) bool { return a.loud() }); i >= 0 {
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
	case first.loud() || agree > 1 && !own:
		if agree > 1 || first.unless != nil || first.by == byCommand {
			f.Severity = plan.Warning
		}
		says = fmt.Sprintf("the app seems to listen on %d", first.port)
		if first.File != "" && first.File != t.File.Name() {
			says += ": " + first.Place()
		}
	case first.by == byEnv:
		says = fmt.Sprintf("[env] tells the app PORT = %d", first.port)
	case own: // EXPOSE of two ports, and the like
		return plan.Finding{}, false
	case first.by == byHealthcheck:
		says = fmt.Sprintf("the Dockerfile's HEALTHCHECK requests port %d", first.port)
	}
	if first.unless != nil {
		f.Notes = append(f.Notes, fmt.Sprintf("%s listens on %d unless %s says otherwise", first.unless.Server, first.port, first.unless.Port))
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
// reaches it, or does so by itself when it is told nothing.
func loopback(t plan.Target, s service) (f plan.Finding, byItself, ok bool) {
	if textAt(t, "build.image") != "" { // see signsOf
		t.Repo = nil
	}
	f = plan.Finding{
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
		told := len(f.Evidence)
		f = localListens(t, s, f)
		byItself = told == 0 && !slices.ContainsFunc(t.Repo.Listens, func(l plan.Listen) bool { return l.Local && l.Unless == nil })
		if r := t.Repo.Image; r != nil && len(f.Evidence) == 0 && onLoopback().MatchString(r.Start.Text) {
			f.Evidence = append(f.Evidence, r.Start)
		}
	}
	if len(f.Evidence) == 0 {
		f.Severity = plan.Info
		localVariables(t, &f)
	}
	f.Evidence = few(f.Evidence)
	return f, byItself, len(f.Evidence) > 0
}

// addressNames are variables by which servers and apps are told where to listen.
const addressNames = " HOST HOSTNAME BIND BIND_ADDR BIND_ADDRESS LISTEN_ADDR LISTEN_HOST NITRO_HOST UVICORN_HOST FLASK_RUN_HOST GRADIO_SERVER_NAME ASPNETCORE_URLS DOTNET_URLS "

// localVariables finds those that say 127.0.0.1, in [env] or in the image.
func localVariables(t plan.Target, f *plan.Finding) {
	add := func(where, name, value string, e plan.Evidence) bool {
		address := strings.TrimPrefix(strings.TrimPrefix(value, "http://"), "https://")
		host, _, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(address, "["), "]"), ":")
		if !isOneOf(addressNames, name) || !isOneOf(" 127.0.0.1 localhost ", host) && address != "::1" {
			return false
		}
		f.Message = where + " tells the app to listen on 127.0.0.1, where Fly's proxy can't reach it"
		f.Evidence = append(f.Evidence, e)
		return true
	}
	for _, e := range deployed.EnvEntries(t.File) {
		text, _ := e.Text()
		if add("[env]", e.Name, text, plan.Evidence{File: t.File.Name(), Line: e.Node.Position().Line, Text: e.Name + " = " + quote(text)}) {
			f.At = placeOf(t.File, e.Node.Path(), "")
		}
	}
	if t.Repo == nil || t.Repo.Image == nil || len(f.Evidence) > 0 {
		return
	}
	for _, i := range t.Repo.Image.Runs {
		for j := 0; i.Name == "ENV" && j+1 < len(i.Args); j += 3 { // name, value and separator each
			if !t.Deployed().Get("env." + i.Args[j]).Said() {
				add("the Dockerfile", i.Args[j], strings.Trim(i.Args[j+1], `"'`), i.Evidence)
			}
		}
	}
}

// localListens adds the calls and servers that listen at the machine's own address,
// if none listens elsewhere for the same service.
func localListens(t plan.Target, s service, f plan.Finding) plan.Finding {
	all := slices.DeleteFunc(slices.Clone(t.Repo.Listens), func(l plan.Listen) bool {
		return l.Port != 0 && l.Port != s.InternalPort && l.Unless == nil || !l.Local && l.Unless != nil && l.Unless.Address == ""
	})
	if slices.ContainsFunc(all, func(l plan.Listen) bool { return !l.Local }) {
		return f
	}
	for _, l := range all {
		if l.Unless == nil {
			f.Evidence = append(f.Evidence, placed(t, l.Evidence))
		} else if !slices.ContainsFunc(l.Unless.Env, func(name string) bool { return name != "" && t.Deployed().Get("env."+name).Said() }) {
			f.Evidence = append(f.Evidence, placed(t, l.Evidence))
			f.Notes = []string{fmt.Sprintf("%s listens on 127.0.0.1 unless %s says otherwise: let it listen on 0.0.0.0 or [::]", l.Unless.Server, l.Unless.Address)}
		}
	}
	return f
}

// placed gives a start command of fly.toml its line.
func placed(t plan.Target, e plan.Evidence) plan.Evidence {
	if e.File != "" {
		return e
	}
	for _, g := range t.Deployed().Groups() {
		if commandOf(t.File, g) == e.Text {
			return plan.Evidence{File: t.File.Name(), Line: placeOf(t.File, "processes."+g, "processes").Line, Text: g + " = " + quote(e.Text)}
		}
	}
	return plan.Evidence{File: t.File.Name(), Text: "the start command"}
}

func healthcheckOf(t plan.Target) *plan.Healthcheck {
	if t.Repo == nil {
		return nil
	}
	return t.Repo.Healthcheck
}
