package fixers

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

func limits() plan.Fixer {
	return plan.Fixer{
		ID:       "limits",
		Title:    "values are within the platform's limits",
		Severity: plan.Warning,
		Doc: `Some values are accepted and then lowered, or do nothing. A grace_period above 60 s is lowered to 60 s, as are the interval and timeout of a
service's check. A machine is killed 300 s after its signal, whatever kill_timeout says. flyctl passes on protocols, handlers, signals, kinds
of CPU and paths that Fly does not support. At most ten [[statics]] are served, and of two with the same URL only the first. A replay is
remembered for ten seconds at least. min_machines_running does nothing where machines never stop. The platform sets FLY_... and
PRIMARY_REGION itself. flyctl encodes files.raw_value, so text that is already encoded arrives encoded twice.

Values above a limit are lowered to it, with consent: whoever wrote a longer one needs the time, and has to get it in another way. An
app that takes more than a minute to boot can answer its health path early, or get the time from the deploy's wait_timeout.

Manual fix: write the limit, or delete the key.`,
		Check: checkLimits,
	}
}

// The bounds of the platform and of flyctl's validation (August 2026).
const (
	longestCheck = 60 * time.Second
	longestKill  = 300 * time.Second
	mostStatics  = 10
	// of Fly's documentation of fly-replay-cache, in seconds
	shortestReplay = 10
)

func checkLimits(t plan.Target) []plan.Finding {
	c := t.Deployed()
	var out []plan.Finding
	for _, check := range allChecks(c) {
		for _, key := range []string{"grace_period", "interval", "timeout"} {
			v := check.Key(key)
			if d, ok := v.Duration(); ok && d > longestCheck && (key == "grace_period" || !isTopLevel(check)) {
				f := above(t, v, d, longestCheck, `"60s"`)
				if key == "grace_period" {
					f.Notes = []string{"an app that boots longer than that fails its first checks: let it answer the health path before everything else is ready"}
				}
				out = append(out, f)
			}
		}
	}
	if v := c.Get("kill_timeout"); v.Said() {
		if d, ok := v.Duration(); ok && d > longestKill {
			out = append(out, above(t, v, d, longestKill, "300"))
		}
	}
	out = append(out, passedOn(t, c)...)
	out = append(out, replays(t, c)...)
	out = append(out, staticLimits(t, c)...)
	out = append(out, floors(t, c)...)
	out = append(out, killedOnStop(t)...)
	out = append(out, platformEnv(t, c)...)
	out = append(out, encodedFiles(t, c)...)
	for i := range out {
		if fix := out[i].Fix; fix != nil {
			fix.Edits = inShape(c, fix.Edits)
		}
	}
	return out
}

func isTopLevel(check deployed.Value) bool { return strings.HasPrefix(check.Path(), "checks") }

func inSeconds(d time.Duration) string { return fmt.Sprintf("%gs", d.Seconds()) }

func above(t plan.Target, v deployed.Value, have, most time.Duration, literal string) plan.Finding {
	return plan.Finding{
		Message: fmt.Sprintf("%s is %s; the platform lowers it to %s", v.Path(), inSeconds(have), inSeconds(most)),
		At:      placeOf(t.File, v.Path(), ""),
		Fix:     reviewFix("this is what happens already, but the app may need the time", literalEdit(v.Path(), literal)),
	}
}

// replays finds a time for which no replay is remembered.
func replays(t plan.Target, c *deployed.Config) []plan.Finding {
	var options []deployed.Value
	for _, s := range c.Services() {
		options = append(options, s.Key("http_options"))
		for _, p := range s.Key("ports").Items() {
			options = append(options, p.Key("http_options"))
		}
	}
	var out []plan.Finding
	for _, o := range options {
		for _, cache := range o.Key("replay_cache").Items() {
			v := cache.Key("ttl_seconds")
			if n, ok := v.Int(); ok && n < shortestReplay {
				out = append(out, plan.Finding{
					Message: fmt.Sprintf("%s is %d; a replay is remembered for %d seconds at least", v.Path(), n, shortestReplay), At: placeOf(t.File, v.Path(), ""),
					Fix: reviewFix("it is the least that the proxy takes", literalEdit(v.Path(), fmt.Sprint(shortestReplay))),
				})
			}
		}
	}
	return out
}

// passedOn finds what flyctl passes on and Fly does not have.
func passedOn(t plan.Target, c *deployed.Config) []plan.Finding {
	var out []plan.Finding
	for _, p := range c.PassedOn() {
		f := plan.Finding{
			Message: fmt.Sprintf("%s = %s is not a value that Fly supports; use %s", p.Value.Path(), maskPath(p.Value.Node().Raw()), p.Takes),
			At:      placeOf(t.File, p.Value.Path(), ""), First: true,
		}
		if p.Number {
			f.Severity = plan.Error
		}
		if p.Repair != nil {
			f.Fix = reviewFix(p.Repair.Why, p.Repair.Edits...)
			f.Fix.Costs = strings.HasSuffix(p.Value.Path(), ".cpu_kind") && strings.Contains(p.Repair.Edits[0].Value, "performance")
		}
		out = append(out, f)
	}
	return out
}

// killedOnStop are machines that did not end within kill_timeout when they were
// asked to.
func killedOnStop(t plan.Target) []plan.Finding {
	if t.App == nil {
		return nil
	}
	const byKill = 137 // 128 and SIGKILL
	var out []plan.Finding
	for _, g := range runningGroups(t) {
		f := plan.Finding{Severity: plan.Info, At: placeOf(t.File, "kill_timeout", "")}
		var timeout time.Duration
		for _, m := range g.machines {
			i := slices.IndexFunc(m.Events, func(e live.Event) bool {
				return e.Type == "exit" && e.RequestedStop && e.ExitCode == byKill && !e.OOMKilled
			})
			if i < 0 {
				continue
			}
			timeout = stopTimeout(m.Config)
			f.Machines = append(f.Machines, m.ID)
			f.Evidence = append(f.Evidence, plan.Evidence{Text: "machine " + m.ID + " was killed at " + utc(m.Events[i].Timestamp), Machine: m.ID})
		}
		if len(f.Machines) > 0 {
			f.At.Machine = f.Machines[0]
			f.Message = fmt.Sprintf("%s did not stop within %s of being asked to, and was killed: what it was doing is lost", g.called(), shortTime(timeout))
			f.Notes = []string{"end on kill_signal (SIGINT where none is set), or give it more time: kill_timeout, at most 300 s"}
			out = append(out, f)
		}
	}
	return out
}

func staticLimits(t plan.Target, c *deployed.Config) []plan.Finding {
	var out []plan.Finding
	items := c.Get("statics").Items()
	if len(items) > mostStatics {
		out = append(out, plan.Finding{
			Message: fmt.Sprintf("there are %d [[statics]]; the platform serves %d", len(items), mostStatics), At: placeOf(t.File, items[mostStatics].Path(), ""),
			Notes: []string{"let one cover a folder above several"},
		})
	}
	seen := map[string]string{}
	for _, item := range items {
		prefix, ok := item.Key("url_prefix").Str()
		if !ok {
			continue
		}
		prefix = strings.TrimSuffix(prefix, "/")
		if first := seen[prefix]; first != "" {
			out = append(out, plan.Finding{
				Message: fmt.Sprintf("%s and %s are for the same URLs, %s: the first is served", first, item.Path(), prefix), At: placeOf(t.File, item.Path(), ""),
			})
			continue
		}
		seen[prefix] = item.Path()
	}
	return out
}

// floors finds a floor where no machine ever stops.
func floors(t plan.Target, c *deployed.Config) []plan.Finding {
	var out []plan.Finding
	for _, s := range c.Services() {
		stop := s.Key("auto_stop_machines")
		word, _ := stop.Str()
		v := s.Key("min_machines_running")
		if n, ok := v.Int(); ok && n > 0 && !stop.Mistyped() && (word == "" || word == "off") {
			out = append(out, plan.Finding{
				Severity: plan.Info, Message: fmt.Sprintf("%s = %d does nothing: machines of %s never stop by themselves", v.Path(), n, s.Path()),
				At: placeOf(t.File, v.Path(), ""), Notes: []string{"it is the floor of auto_stop_machines; fly scale count sets how many machines there are"},
			})
		}
	}
	return out
}

func platformEnv(t plan.Target, c *deployed.Config) []plan.Finding {
	var out []plan.Finding
	env := c.Get("env")
	for _, name := range env.Keys() {
		v := env.Key(name)
		f := plan.Finding{Severity: plan.Info, At: placeOf(t.File, v.Path(), "")}
		_, primary := c.Get("primary_region").Str()
		switch {
		case strings.HasPrefix(name, "FLY_"):
			f.Message = name + " in [env] is reserved: the platform sets it on every machine"
			f.Notes = []string{"give it another name"}
		case name == "PRIMARY_REGION" && primary:
			f.Message = "PRIMARY_REGION in [env] is overridden by primary_region"
			f.Notes = []string{"remove it from [env]"}
		default:
			continue
		}
		out = append(out, f)
	}
	return out
}

func encodedFiles(t plan.Target, c *deployed.Config) []plan.Finding {
	var out []plan.Finding
	for _, item := range c.Get("files").Items() {
		v := item.Key("raw_value")
		text, ok := v.Str()
		plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if !ok || len(text) < 16 || err != nil || !utf8.Valid(plain) || strings.ContainsFunc(string(plain), func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' }) {
			continue
		}
		out = append(out, plan.Finding{
			Message: v.Path() + " looks encoded in base64 already: flyctl encodes it once more, and the file on the machine has the encoded text",
			At:      placeOf(t.File, v.Path(), ""), Notes: []string{"write the text itself"},
		})
	}
	return out
}
