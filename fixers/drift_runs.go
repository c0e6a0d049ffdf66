package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// runDifferences compare how a machine is started, stopped and started again.
func runDifferences(t plan.Target, m live.Machine) []difference {
	return slices.Concat(commandDifferences(t, m), stopDifferences(t, m), restartDifferences(t, m), swapDifferences(t, m))
}

// commandDifferences: a deploy writes the command of the process group, or
// that of [experimental], and none when there is neither. A command may carry
// a password, so it is compared and never shown.
func commandDifferences(t plan.Target, m live.Machine) []difference {
	if _, own := m.Config.Get("/containers/0"); own {
		return nil // each container has its own
	}
	group := m.Group()
	want := deployedTo(t, group)
	var out []difference
	for _, x := range []struct {
		name string
		difference
	}{
		{"cmd", difference{key: flytoml.Join("processes", group), table: "processes", keep: "it under [processes], as " + group}},
		{"entrypoint", difference{key: "experimental.entrypoint", table: "experimental", keep: "entrypoint into [experimental]"}},
		{"exec", difference{key: "experimental.exec", table: "experimental", keep: "exec into [experimental]"}},
	} {
		called := x.name
		if x.name == "cmd" {
			called = "command"
		}
		pointer := jsonPointer("init", x.name)
		if from := want.From(pointer); from.Said() && from.Path() != "processes" {
			x.key = from.Path()
		}
		out = append(out, wordsDiffer(m, x.name, called, x.difference, words(want.Config, pointer))...)
	}
	return out
}

// wordsDiffer compares the words of init.NAME with those of the file.
func wordsDiffer(m live.Machine, name, called string, d difference, want []string) []difference {
	have := words(m.Config, jsonPointer("init", name))
	switch {
	case slices.Equal(want, have):
		return nil
	case len(want) == 0:
		d.rank = commandGone
		d.text = fmt.Sprintf("the next deploy takes the %s of %s away, and what the image says runs: one live, none in the file", called, m.Group())
	case len(have) == 0:
		d.rank, d.keep, d.text = other, "", fmt.Sprintf("%s: a %s in the file, none live", m.Group(), called)
	default:
		d.rank, d.keep, d.text = other, "", fmt.Sprintf("%s: the %s in the file is not the one that runs", m.Group(), called)
	}
	return []difference{d}
}

// words are the strings of a list of a machine configuration.
func words(c machineconfig.Config, pointer string) []string {
	v, _ := c.Get(pointer)
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		s, _ := e.(string)
		out = append(out, s)
	}
	return out
}

// What Fly does when nothing is said: SIGINT, and five seconds.
const (
	defaultSignal  = "SIGINT"
	defaultTimeout = 5 * time.Second
)

// stopDifferences: how a machine is asked to stop, and how long it may take.
func stopDifferences(t plan.Target, m live.Machine) []difference {
	var out []difference
	n, _ := t.File.Get("kill_signal")
	said, _ := n.Str()
	v, _ := m.Config.Get("/stop_config/signal")
	s, _ := v.(string)
	if want, have := cmp.Or(said, defaultSignal), cmp.Or(s, defaultSignal); want != have {
		out = append(out, difference{rank: other, key: "kill_signal", text: fmt.Sprintf("%s: kill_signal %s in the file, %s live", m.Group(), cmp.Or(said, "not said ("+defaultSignal+")"), have)})
	}
	n, found := t.File.Get("kill_timeout")
	if !found {
		n, _ = t.File.Get("experimental.kill_timeout")
	}
	want, readable := killTimeout(n)
	v, _ = m.Config.Get("/stop_config/timeout")
	have, ok := durationOf(v)
	if !readable || !ok || want == have {
		return out
	}
	says := shortTime(want)
	if n.Kind() == flytoml.Invalid {
		says = "not said (" + says + ")"
	}
	d := difference{rank: other, key: cmp.Or(n.Path(), "kill_timeout"), text: fmt.Sprintf("%s: kill_timeout %s in the file, %s live", m.Group(), says, shortTime(have))}
	if want < have {
		d.rank, d.keep = weaker, fmt.Sprintf("kill_timeout = %q", shortTime(have))
		d.text = "the next deploy gives less time to stop to " + d.text
	}
	return append(out, d)
}

// shortTime is 2m where Go says 2m0s.
func shortTime(d time.Duration) string {
	if d%time.Minute == 0 && d%time.Hour != 0 {
		return strings.TrimSuffix(d.String(), "0s")
	}
	return d.String()
}

// killTimeout reads kill_timeout, where a number means seconds.
func killTimeout(n flytoml.Node) (time.Duration, bool) {
	if n.Kind() == flytoml.Invalid {
		return defaultTimeout, true
	}
	if v, ok := n.Int(); ok {
		return time.Duration(v) * time.Second, true
	}
	s, _ := n.Str()
	d, err := time.ParseDuration(s)
	return d, err == nil
}

// restartDifferences: only a file with [[restart]] for the group says what a
// machine has after a deploy; without one it is the platform that chooses.
func restartDifferences(t plan.Target, m live.Machine) []difference {
	list, _ := t.File.Get("restart")
	var rule flytoml.Node // the last one for the group
	for _, n := range list.Items() {
		if n.Kind() == flytoml.Table && slices.Contains(groupsOrDefault(t.File, strs(n, "processes")), m.Group()) {
			rule = n
		}
	}
	want, said := str(rule, "policy")
	v, _ := m.Config.Get("/restart/policy")
	have, ok := v.(string)
	if !said || !ok {
		return nil
	}
	if have == "no" {
		have = "never" // as the file says it
	}
	d := difference{rank: other, key: rule.Path() + ".policy", table: rule.Path()}
	if want != have {
		d.text = fmt.Sprintf("%s: restart policy %s in the file, %s live", m.Group(), want, have)
		if want == "never" {
			d.rank, d.keep = weaker, fmt.Sprintf("policy = %q in %s", have, rule.Path())
			d.text = "the next deploy ends restarts of " + d.text
		}
		return []difference{d}
	}
	n, _ := rule.Key("retries")
	retries, _ := n.Int()
	if now := liveNumber(m, "/restart/max_retries"); retries > 0 && now > 0 && retries != now {
		d.key, d.text = n.Path(), fmt.Sprintf("%s: restart retries %d in the file, %d live", m.Group(), retries, now)
		return []difference{d}
	}
	return nil
}

func swapDifferences(t plan.Target, m live.Machine) []difference {
	n, _ := t.File.Get("swap_size_mb")
	want, _ := n.Int()
	have := liveNumber(m, "/init/swap_size_mb")
	if want == have {
		return nil
	}
	d := difference{rank: other, key: "swap_size_mb", text: fmt.Sprintf("%s: swap %d MB in the file, %d MB live", m.Group(), want, have)}
	if want < have {
		d.rank, d.keep = smaller, fmt.Sprintf("swap_size_mb = %d at the top of the file", have)
		d.text = fmt.Sprintf("the next deploy makes the swap of %s smaller: %d MB in the file, %d MB live", m.Group(), want, have)
	}
	return []difference{d}
}
