package fixers

import (
	"fmt"
	"strconv"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// tcpFallback is for a service whose health path nobody knows. An HTTP check
// on a guessed path would take a working app out of routing.
func tcpFallback(t plan.Target, s service, signs portSigns, f *plan.Finding) {
	w := checkTimes(t.Settings)
	if signs.against() {
		f.Evidence = append(f.Evidence, few(signs.no)...)
		f.Notes = append(f.Notes, fmt.Sprintf("no check is proposed while that says another port than %d: a deploy waits for a check, and fails with it", s.InternalPort))
		return
	}
	if t.Repo != nil && t.Repo.Unread != "" {
		f.Notes = append(f.Notes, "not all of the source was read: "+t.Repo.Unread+"; name the path in the settings")
	}
	f.Notes = append(f.Notes, "no health path was found, so this shows that the port is open, not that the app works; better: a health route, named as path in [rules.health-checks] of .fly-standards.toml")
	if s.HTTPService {
		topTCP(t, s, w, f)
		servedDoubt(s, signs, f)
		return
	}
	if !s.onWeb() {
		return // a person must decide
	}
	f.Fix = &plan.Fix{
		Safety:  plan.Review,
		Why:     "nothing shows that the port is open; an app that listens only when needed would become unroutable",
		Edits:   []flytoml.Edit{{Op: flytoml.Append, Path: s.Path + ".tcp_checks", Entries: w.entries()}},
		Changes: onService(t, s, asJSON(w.check(map[string]any{"type": "tcp"}))),
	}
	if signs.seen {
		f.Fix.Safety, f.Fix.Why = plan.Safe, ""
		f.Evidence = append(f.Evidence, few(signs.yes)...)
	}
	for _, g := range workersOf(t, s) {
		doubt(f.Fix, s.Path+" is for "+g+" too, which listens on nothing")
	}
	liveNotes(t, s, f)
}

// servedDoubt: a deploy waits for top-level checks too, so that one on a port
// that nobody listens at stops every deploy to come.
func servedDoubt(s service, signs portSigns, f *plan.Finding) {
	if f.Fix == nil {
		return
	}
	f.Evidence = append(f.Evidence, few(signs.yes)...)
	switch {
	case signs.seen:
	case len(signs.yes) == 0:
		doubt(f.Fix, fmt.Sprintf("nothing shows that port %d is served, and a deploy waits for the check", s.InternalPort))
	case len(signs.no) > 0:
		doubt(f.Fix, "the signs of the port contradict each other: "+few(signs.no)[0].String())
	}
}

// topTCP adds [checks.PORT-tcp]: http_service takes no TCP check of its own,
// and a top-level one never affects routing.
func topTCP(t plan.Target, s service, w times, f *plan.Finding) {
	if checks := t.Deployed().Get("checks").Node(); checks.Kind() == flytoml.ArrayTables {
		f.Notes = append(f.Notes, "the file lists its checks as [[checks]]; add one there yourself")
		return
	}
	name := tcpName(s)
	entries := append([]flytoml.Entry{
		{Key: "type", Value: `"tcp"`},
		{Key: "port", Value: strconv.Itoa(s.InternalPort)},
	}, w.entries()...)
	if processes := checkProcesses(t, s); len(processes) > 0 {
		entries = append(entries, flytoml.Entry{Key: "processes", Value: quotedList(processes)})
	}
	f.Fix = &plan.Fix{
		Safety: plan.Safe,
		Edits:  []flytoml.Edit{{Op: flytoml.AddTable, Path: flytoml.Join("checks", name), Entries: entries}},
	}
	for _, m := range machinesOf(t, tcpGroups(t, s)) {
		f.Fix.Changes = append(f.Fix.Changes, tcpOn(m, s, name, w))
	}
}

// tcpGroups are the groups that the top-level check of a service is for: not
// one that listens on nothing.
func tcpGroups(t plan.Target, s service) []string {
	if len(workersOf(t, s)) > 0 {
		return servingOf(t, s)
	}
	return s.Processes
}

// checkProcesses are the groups that a top-level check must name: those of the
// service, or the app's only one. In the wrong group the deploy would fail,
// though validation passes.
func checkProcesses(t plan.Target, s service) []string {
	if named := t.Deployed().Get("processes").Keys(); len(s.Processes) == 0 && len(named) == 1 {
		return named
	}
	return tcpGroups(t, s)
}

// ourTCP says whether a top-level check is the one that topTCP writes, to the
// letter; one that a person has touched is theirs.
func ourTCP(t plan.Target, c fileCheck) bool {
	w := checkTimes(t.Settings)
	is := func(key, want string) bool {
		have, said := c.Key(key).Duration()
		d, err := time.ParseDuration(want)
		return said && err == nil && have == d
	}
	return c.Name == strconv.Itoa(c.Port)+"-tcp" && c.Type == "tcp" &&
		is("interval", w.interval) && is("timeout", w.timeout) && is("grace_period", w.grace)
}

// replaceTCP makes the fix take our own TCP check away.
func replaceTCP(t plan.Target, s service, c fileCheck, fix *plan.Fix) {
	fix.Edits = append(fix.Edits, removal(c.Where))
	for _, m := range machinesOf(t, s.Processes) {
		if _, ok := m.Config.Checks()[c.Name]; ok {
			fix.Changes = append(fix.Changes, plan.Change{Machine: &plan.MachineChange{
				ID: m.ID, RideAlong: true,
				Op: machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: machineconfig.Pointer("checks", c.Name)},
			}})
		}
	}
}
