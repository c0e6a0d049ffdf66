package fixers

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func configShape() plan.Fixer {
	return plan.Fixer{
		ID:       "config-shape",
		Title:    "every key has the form that flyctl reads",
		Severity: plan.Error,
		Doc: `Some forms make flyctl refuse the whole file: [http_service.checks] with one bracket too few (as in published examples), single
tables for restart, files, statics and machine_checks, auto_stop_machines = "on", a duration where a number of seconds is wanted, a table for
strategy, [[build]], a service without processes while there are process groups. Others are accepted and mean something else: an
integer duration in http_service or a top-level check is nanoseconds.

The fix writes the form that flyctl reads, where there is one reading; comments stay. Forms that flyctl accepts are no findings.

By hand: fly config validate says what it refuses, one thing at a time; the finding here says what to write instead.`,
		Check: checkConfigShape,
	}
}

func checkConfigShape(t plan.Target) []plan.Finding {
	s := shapes{f: t.File}
	s.byteOrderMark()
	s.arraysOfTables()
	s.autostop()
	s.httpOptions()
	s.strategyTable()
	s.buildArray()
	s.servicesWithoutProcesses()
	s.checkDurations()
	for _, found := range s.out {
		if found.Fix != nil {
			found.Fix.Edits = inShape(t.File, found.Fix.Edits)
		}
	}
	return s.out
}

// shapes collects the findings about one file.
type shapes struct {
	f   *flytoml.File
	out []plan.Finding
}

func (s *shapes) add(n flytoml.Node, message string, fix *plan.Fix, notes ...string) {
	s.out = append(s.out, plan.Finding{Message: message, At: placeOf(s.f, n.Path(), ""), Fix: fix, Notes: notes})
}

// arraysOfTables: flyctl patches some single tables into arrays when it reads
// (mounts, vm, services ...), but refuses the whole file for these.
func (s *shapes) arraysOfTables() {
	for _, path := range refusedTables(s.f) {
		n, _ := s.f.Get(path)
		if named(n) {
			s.namedChecks(n)
			continue
		}
		s.add(n, fmt.Sprintf("[%s] makes flyctl refuse the whole file: it must be [[%s]]", n.Path(), n.Path()),
			safeFix(flytoml.Edit{Op: flytoml.ArrayOf, Path: n.Path()}))
	}
}

func (s *shapes) namedChecks(n flytoml.Node) {
	s.add(n, fmt.Sprintf("[%s.NAME] makes flyctl refuse the whole file: entries of %s have no names", n.Path(), n.Path()), nil,
		"write each as [["+n.Path()+"]] without its name")
}

// autostop: the key takes true, false, "off", "stop" and "suspend".
func (s *shapes) autostop() {
	for _, svc := range services(s.f) {
		n, ok := svc.Node.Key("auto_stop_machines")
		if !ok {
			continue
		}
		v, isStr := n.Str()
		_, isBool := n.Bool()
		switch {
		case isBool || slices.Contains([]string{"off", "stop", "suspend"}, v):
		case isStr && slices.Contains([]string{"on", "true", "yes"}, v):
			s.add(n, fmt.Sprintf("%s = %q makes flyctl refuse the whole file: on is called stop", n.Path(), v),
				safeFix(flytoml.Edit{Op: flytoml.Set, Path: n.Path(), Value: `"stop"`}))
		case isStr && slices.Contains([]string{"false", "no"}, v):
			s.add(n, fmt.Sprintf("%s = %q makes flyctl refuse the whole file", n.Path(), v),
				safeFix(flytoml.Edit{Op: flytoml.Set, Path: n.Path(), Value: `"off"`}))
		default:
			s.add(n, n.Path()+` makes flyctl refuse the whole file: it takes "off", "stop" or "suspend"`, nil)
		}
	}
}

// httpOptions: idle_timeout and headers_read_timeout are whole seconds.
func (s *shapes) httpOptions() {
	for _, svc := range services(s.f) {
		tables := []flytoml.Node{}
		if n, ok := svc.Node.Key("http_options"); ok {
			tables = append(tables, n)
		}
		ports, _ := svc.Node.Key("ports")
		for _, p := range ports.Items() {
			if n, ok := p.Key("http_options"); ok {
				tables = append(tables, n)
			}
		}
		for _, opts := range tables {
			for _, key := range []string{"idle_timeout", "headers_read_timeout"} {
				if n, ok := opts.Key(key); ok {
					s.wholeSeconds(n)
				}
			}
		}
	}
}

func (s *shapes) wholeSeconds(n flytoml.Node) {
	v, isStr := n.Str()
	if !isStr {
		return
	}
	message := fmt.Sprintf("%s = %q makes flyctl refuse the whole file: it is a number of seconds", n.Path(), v)
	seconds, ok := 0, false
	if d, err := time.ParseDuration(v); err == nil && d >= time.Second && d%time.Second == 0 {
		seconds, ok = int(d/time.Second), true
	} else if plain, err := strconv.Atoi(v); err == nil && plain > 0 {
		seconds, ok = plain, true
	}
	if !ok {
		s.add(n, message, nil, "write it as whole seconds, without quotes")
		return
	}
	s.add(n, message, safeFix(flytoml.Edit{Op: flytoml.Set, Path: n.Path(), Value: strconv.Itoa(seconds)}))
}

func (s *shapes) strategyTable() {
	if n, ok := s.f.Get(strategyKey); ok && n.Kind() == flytoml.Table {
		s.add(n, "a table for deploy.strategy makes flyctl refuse the whole file: it is one word for the whole app", nil,
			`write strategy = "rolling", or canary, bluegreen or immediate, under [deploy]`)
	}
}

func (s *shapes) buildArray() {
	n, ok := s.f.Get("build")
	if !ok || n.Kind() != flytoml.ArrayTables {
		return
	}
	const message = "[[build]] makes flyctl refuse the whole file: there is one [build]"
	if len(n.Items()) != 1 {
		s.add(n, message, nil, "merge the entries into one [build]")
		return
	}
	s.add(n, message, safeFix(flytoml.Edit{Op: flytoml.TableOf, Path: n.Path()}))
}

// servicesWithoutProcesses: once there are process groups, flyctl wants every
// service to say which of them it belongs to.
func (s *shapes) servicesWithoutProcesses() {
	n, ok := s.f.Get("processes")
	if !ok || n.Kind() != flytoml.Table || len(n.Keys()) == 0 {
		return
	}
	names := n.Keys()
	for _, svc := range services(s.f) {
		if len(svc.Processes) > 0 {
			continue
		}
		message := svc.Path + " names no process group, but the app has some; flyctl refuses the file"
		if len(names) > 1 {
			s.add(svc.Node, message, nil, "add processes = [...] with those of "+fmt.Sprint(names)+" that serve it")
			continue
		}
		s.add(svc.Node, message, safeFix(flytoml.Edit{
			Op: flytoml.Set, Path: svc.Path + ".processes", Value: "[" + quote(names[0]) + "]",
		}))
	}
}

// checkDurations: in [[services]] an integer duration means milliseconds, but
// in http_service and in top-level checks it means nanoseconds, and a check
// every 15 ns is not what anybody meant.
func (s *shapes) checkDurations() {
	checks := topChecks(s.f)
	for _, svc := range services(s.f) {
		if svc.HTTPService {
			checks = append(checks, svc.Checks...)
		}
	}
	for _, c := range checks {
		for _, key := range []string{"interval", "timeout", "grace_period"} {
			if n, ok := c.Node.Key(key); ok {
				s.nanoseconds(n)
			}
		}
	}
}

func (s *shapes) nanoseconds(n flytoml.Node) {
	v, ok := n.Int()
	if !ok || v <= 0 {
		return
	}
	message := fmt.Sprintf("%s = %d means %d nanoseconds here", n.Path(), v, v)
	var meant time.Duration
	switch {
	case v <= 300:
		meant = time.Duration(v) * time.Second
	case v >= 1000 && v <= 600_000:
		meant = time.Duration(v) * time.Millisecond
	case v >= int64(time.Second):
		return // somebody did mean nanoseconds
	default:
		s.add(n, message, nil, `write it as a duration: "15s"`)
		return
	}
	s.add(n, message, &plan.Fix{
		Safety: plan.Review,
		Why:    "flyctl accepts the number today; " + shortDuration(meant) + " is what it was probably meant to be",
		Edits:  []flytoml.Edit{{Op: flytoml.Set, Path: n.Path(), Value: quote(shortDuration(meant))}},
	})
}

// shortDuration writes 15s for 15s and 1m30s for 90s, 1500ms for 1.5s.
func shortDuration(d time.Duration) string {
	if d%time.Second != 0 {
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	}
	return strconv.FormatInt(int64(d/time.Second), 10) + "s"
}

// byteOrderMark: flyctl takes it for the beginning of the first key.
func (s *shapes) byteOrderMark() {
	if bytes.HasPrefix(s.f.Bytes(), []byte("\ufeff")) {
		s.out = append(s.out, plan.Finding{
			Message: "the file begins with a byte order mark, which makes flyctl refuse the whole file", At: plan.At{Line: 1, Column: 1},
			Notes: []string{"save it as UTF-8 without a byte order mark (BOM)"},
		})
	}
}
