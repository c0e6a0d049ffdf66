package fixers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// portSigns is what says that the port of a service is served, and what says
// that another one is.
type portSigns struct {
	yes, no []plan.Evidence
	// seen: a check of the port passes on a machine now, which no sign of the
	// source weighs against.
	seen bool
	// weak: all that speaks against it is a PORT in [env], which an app may
	// ignore.
	weak bool
	all  []portSign
}

// portSign is one of the signs of the source and the file.
type portSign struct {
	plan.Evidence
	port   int
	by     signedBy
	unless *plan.Default // what would tell it otherwise, of a server's own port
}

// signedBy is what names a port.
type signedBy int

const (
	byImage       signedBy = iota // EXPOSE, or ENV
	byEnv                         // PORT in [env]
	byHealthcheck                 // HEALTHCHECK
	byCall                        // a call that listens
	byCommand                     // a command of fly.toml or the Dockerfile
)

// loud says whether it tells the app where to listen; the others it may ignore.
func (s portSign) loud() bool { return s.by == byCall || s.by == byCommand }

// signsOf looks at the app, the file, and what is built.
func signsOf(t plan.Target, s service) portSigns {
	var p portSigns
	own := s.InternalPort
	for _, m := range machinesOf(t, s.Processes) {
		for _, row := range m.Checks {
			if c, _, ok := m.Configured(row); ok && c.Port == own && m.Started() && row.Status == live.CheckPassing {
				p.seen = true
				p.yes = append(p.yes, plan.Evidence{Text: fmt.Sprintf("a check of port %d passes on machine %s", own, m.ID)})
			}
		}
	}
	replaced := false // the image's CMD does not run
	for _, g := range groupsServed(t.File, s.Processes) {
		if command := commandOf(t.File, g); command != "" {
			replaced = true
			p.ofCommand(command, own, plan.Evidence{File: t.File.Name(), Line: placeOf(t.File, "processes."+g, "processes").Line, Text: g + " = " + quote(command)})
		}
	}
	if port := portOf(textAt(t, "env.PORT")); port != 0 {
		e := plan.Evidence{File: t.File.Name(), Line: t.Deployed().Get("env.PORT").Node().Position().Line, Text: fmt.Sprintf("[env] PORT = %d", port)}
		p.all = append(p.all, portSign{Evidence: e, port: port, by: byEnv})
		if port == own {
			p.yes = append(p.yes, e)
		} else {
			p.weak = p.weak || len(p.no) == 0
			p.no = append(p.no, e)
		}
	}
	if t.Settings.ProbedPath != "" {
		p.yes = append(p.yes, plan.Evidence{Text: t.Settings.Probe})
	}
	if t.Repo != nil && textAt(t, "build.image") == "" { // else the source is another app's
		p.ofSource(t, own, otherPorts(t, own), replaced)
	}
	return p
}

// otherPorts are those of the file's other services: that the app listens there
// says nothing about this one.
func otherPorts(t plan.Target, own int) []int {
	var out []int
	for _, s := range servicesAsWritten(t.File) {
		if s.InternalPort != own {
			out = append(out, s.InternalPort)
		}
	}
	return out
}

// ofSource reads what the image says, and where the app's code listens. Of
// several ports that are named, one that is the service's is enough.
func (p *portSigns) ofSource(t plan.Target, own int, others []int, replaced bool) {
	r := t.Repo
	var other []plan.Evidence
	found := false
	add := func(port int, e plan.Evidence, by signedBy) {
		if port != 0 && !slices.Contains(others, port) {
			p.all = append(p.all, portSign{Evidence: e, port: port, by: by})
		}
		switch {
		case port == own:
			found = true
			p.yes = append(p.yes, e)
		case port != 0 && !slices.Contains(others, port):
			other = append(other, e)
		}
	}
	for _, l := range r.Listens {
		if l.Local && l.Unless == nil && l.Port != own {
			continue // an aside of the machine's own, like a profiler
		}
		before := len(p.all)
		add(l.Port, placed(t, l.Evidence), byCall)
		if len(p.all) > before {
			p.all[before].unless = l.Unless
		}
	}
	if r.Image != nil {
		for _, i := range r.Image.Runs {
			switch i.Name {
			case "EXPOSE":
				for _, a := range i.Args {
					number, protocol, _ := strings.Cut(a, "/")
					if protocol == "" || protocol == "tcp" {
						add(portOf(number), i.Evidence, byImage)
					}
				}
			case "ENV":
				if port := portOfENV(i.Args); port != 0 {
					add(port, i.Evidence, byImage)
				}
			case "CMD", "ENTRYPOINT":
				if i.Name == "CMD" && replaced {
					continue
				}
				var c portSigns
				c.ofCommand(strings.Join(i.Args, " "), own, i.Evidence)
				p.yes, other, p.all = append(p.yes, c.yes...), append(other, c.no...), append(p.all, c.all...)
				found = found || len(c.yes) > 0
			}
		}
	}
	if !found && len(other) > 0 {
		p.no, p.weak = append(p.no, other...), false
	}
}

// portOfENV is PORT of an ENV instruction: name, value and separator each.
func portOfENV(args []string) int {
	for i := 0; i+1 < len(args); i += 3 {
		if args[i] == "PORT" {
			return portOf(args[i+1])
		}
	}
	return 0
}

// ofCommand finds the port that a command tells a server to listen at: behind a
// flag for it, or after the colon of an address.
func (p *portSigns) ofCommand(command string, own int, e plan.Evidence) {
	words := strings.FieldsFunc(command, func(r rune) bool { return strings.ContainsRune(" \t\"'[],", r) })
	var other []plan.Evidence
	for i, w := range words {
		flag, value, joined := strings.Cut(w, "=")
		switch {
		case isOneOf(" -p --port --server-port --http-port --listen-port ", flag) && joined:
		case isOneOf(" -p --port --server-port --http-port --listen-port ", flag) && i+1 < len(words):
			value = words[i+1]
		case isOneOf(" -b --bind -l --listen --addr --address --http --host -S ", flag) && !joined && i+1 < len(words):
			value = words[i+1]
		case !joined:
			value = w
			if !strings.Contains(w, ":") {
				continue
			}
		}
		if at := strings.LastIndexByte(value, ':'); at >= 0 {
			value = value[at+1:]
		}
		switch port := portOf(value); port {
		case 0:
		case own:
			p.yes, p.all = append(p.yes, e), append(p.all, portSign{Evidence: e, port: port, by: byCommand})
			return
		default:
			if isOneOf(serverFlags, flag) {
				other = append(other, e)
				p.all = append(p.all, portSign{Evidence: e, port: port, by: byCommand})
			}
		}
	}
	if len(other) > 0 {
		p.no, p.weak = append(p.no, other[0]), false
	}
}

// portOf reads a port number; 0 for anything else.
func portOf(text string) int {
	n, err := strconv.Atoi(strings.Trim(text, `"'`))
	if err != nil || n < 1 || n > 65535 {
		return 0
	}
	return n
}

// against says whether signs speak against the port, and none for it.
func (p portSigns) against() bool { return len(p.no) > 0 && len(p.yes) == 0 }

// few are at most three of the evidence, each once.
func few(list []plan.Evidence) []plan.Evidence {
	var out []plan.Evidence
	for _, e := range list {
		if !slices.Contains(out, e) && len(out) < 3 {
			out = append(out, e)
		}
	}
	return out
}
