package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// imageUnlike: a part of the machines runs another image, or another release of
// it. What works is the measure: nothing is to be made like what crashes. Machines
// that are cordoned are app-health's.
func imageUnlike(t plan.Target, group string, machines []live.Machine) []plan.Finding {
	release := func(m live.Machine) string { return m.Config.Metadata()["fly_release_version"] }
	works := func(m live.Machine) bool { return takesRequests(t, m) && fallOf(t, m).kind == "" }
	machines = slices.DeleteFunc(slices.Clone(machines), func(m live.Machine) bool { return m.Cordoned && len(m.Config.Services()) > 0 })
	parts := byLikeness(machines, func(m live.Machine) string { return shortImage(m.Image) + ", release " + release(m) })
	if len(parts) < 2 {
		return nil
	}
	number := func(a alike) int { n, _ := strconv.Atoi(release(a.machines[0])); return n }
	broken := func(m live.Machine) bool { // one that sleeps is not
		return fallOf(t, m).kind != "" || m.Started() && !takesRequests(t, m)
	}
	idle := func(a alike) int {
		if slices.ContainsFunc(a.machines, works) || !slices.ContainsFunc(a.machines, broken) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(parts, func(a, b alike) int { // of equal ones, the old release follows the new one
		return cmp.Or(cmp.Compare(idle(a), idle(b)), cmp.Compare(len(b.machines), len(a.machines)), cmp.Compare(number(b), number(a)))
	})
	f, odd := unlike(group, parts)
	is, others := parts[1].machines[0], parts[0].machines[0]
	label := func(m live.Machine) string { return "release " + release(m) }
	if release(is) == release(others) {
		label = func(m live.Machine) string { return shortImage(m.Image) }
	}
	verb := "runs"
	if len(f.Machines) > 1 {
		verb = "run"
	}
	f.Message = fmt.Sprintf("%s %s %s, %s %s", odd, verb, label(is), parts[0].called(), label(others))
	if len(parts) > 2 {
		f.Message = fmt.Sprintf("%s %s %d other images or releases than %s", odd, verb, len(parts)-1, label(others))
	}
	switch serves := slices.ContainsFunc(machines, func(m live.Machine) bool { return len(m.Config.Services()) > 0 }); {
	case serves && idle(parts[0]) == 0 && idle(parts[1]) > 0:
		f.Message += ": only " + label(others) + " gets requests now"
	case serves && len(parts) > 2:
		f.Message += ": visitors get any of them"
	case serves:
		f.Message += ": visitors get one or the other"
	}
	f.HowTo = t.OnApp("fly machine update " + is.ID + " --image " + imageArg(others.Image))
	f.Notes = []string{"or fly deploy, which makes all alike"}
	return []plan.Finding{f}
}

// imageArg is an image as an argument: its tag, where deploys made it, is of one
// image only.
func imageArg(image string) string {
	name, digest, _ := strings.Cut(image, "@")
	repository, tag := name, ""
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') { // before that, it is the registry's port
		repository, tag = name[:i], name[i+1:]
	}
	if strings.HasPrefix(tag, "deployment-") || digest == "" {
		return name
	}
	return repository + "@" + digest
}
