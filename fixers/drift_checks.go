package fixers

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// checks compares the service's checks by what they ask.
func (p *pair) checks() {
	have := p.have.Checks
	key := "checks"
	if !p.file.HTTPService {
		key = "http_checks"
	}
	for _, want := range p.want.Checks {
		i := slices.IndexFunc(have, func(c machineconfig.Check) bool { return question(c) == question(want) })
		if i < 0 {
			p.add(other, key, "check "+question(want)+" in the file, not live", "")
			continue
		}
		if text := checkDetails(want, have[i]); text != "" {
			p.add(other, key, "check "+question(want)+": "+text, "")
		}
		have = slices.Delete(slices.Clone(have), i, i+1)
	}
	for _, c := range have {
		keep := fmt.Sprintf("%s with path = %q", key, c.Path)
		if c.Type != "http" {
			keep = "a tcp check"
		}
		p.add(checkGone, key, "check "+question(c)+" live, not in the file", keep)
	}
}

// checkDifferences compares the top-level checks, which have names.
func checkDifferences(t plan.Target, m live.Machine) []difference {
	want, have := deployedTo(t, m.Group()).Config.Checks(), m.Config.Checks()
	var out []difference
	for _, name := range slices.Sorted(maps.Keys(have)) {
		// The platform adds these itself while a bluegreen deploy runs.
		if _, ok := want[name]; ok || strings.HasPrefix(name, "bg_deployments_compat") {
			continue
		}
		out = append(out, difference{
			rank: checkGone, key: "checks", keep: "[checks." + name + "]",
			text: fmt.Sprintf("the next deploy takes the check %s (%s) away from %s: live, not in the file", name, question(have[name]), m.Group()),
		})
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		d := difference{rank: other, key: flytoml.Join("checks", name), table: "checks", text: m.Group() + ": check " + name}
		h, ok := have[name]
		details := checkDetails(want[name], h)
		switch {
		case !ok:
			d.text += " in the file, not live"
		case question(h) != question(want[name]):
			d.text += fmt.Sprintf(" asks %s in the file, %s live", question(want[name]), question(h))
		case details != "":
			d.text += ": " + details
		default:
			continue
		}
		out = append(out, d)
	}
	return out
}

// question is what a check asks: "GET /healthz on 8080", "tcp on 8080".
func question(c machineconfig.Check) string {
	if c.Type != "http" {
		return fmt.Sprintf("%s on %d", c.Type, c.Port)
	}
	q := fmt.Sprintf("%s %s on %d", c.Method, c.Path, c.Port)
	if c.Protocol == "https" {
		q += " (https)"
	}
	return q
}

// checkDetails is how two checks that ask the same differ, "" when they don't.
// A time that the file doesn't say is the platform's to choose. Headers may
// hold a secret: only that they differ is told.
func checkDetails(want, have machineconfig.Check) string {
	var out []string
	for _, x := range []struct{ name, want, have string }{
		{"interval", want.Interval, have.Interval}, {"timeout", want.Timeout, have.Timeout}, {"grace_period", want.GracePeriod, have.GracePeriod},
	} {
		if x.want != "" && x.want != x.have {
			out = append(out, fmt.Sprintf("%s %s in the file, %s live", x.name, x.want, cmp.Or(x.have, "none")))
		}
	}
	if len(want.Headers)+len(have.Headers) > 0 && !reflect.DeepEqual(want.Headers, have.Headers) {
		out = append(out, "headers differ")
	}
	if want.TLSSkipVerify != have.TLSSkipVerify {
		out = append(out, "tls_skip_verify differs")
	}
	return strings.Join(out, ", ")
}
