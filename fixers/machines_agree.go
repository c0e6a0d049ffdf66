package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

func machinesAgree() plan.Fixer {
	return plan.Fixer{
		ID:       plan.MachinesAgree,
		Title:    "the machines of a group are alike",
		Severity: plan.Warning,
		Doc: `Visitors reach any machine of a group, so one that runs another image, another size or without an env entry answers some of them
differently. It comes from a deploy that stopped half-way, from fly machine update on one machine, or from a machine that fly deploy did
not create and therefore skips.

Nothing is changed: only you know which of them is right. Manual fix: fly deploy makes the managed ones alike; fly machine update ID
--image IMAGE for one; fly machine destroy ID for one that nobody needs.`,
		Check:    checkMachinesAgree,
		NeedsApp: true,
	}
}

func checkMachinesAgree(t plan.Target) []plan.Finding {
	if t.App == nil || t.App.Role == "postgres_cluster" {
		return nil
	}
	byGroup := map[string][]live.Machine{}
	var groups []string
	var passedBy []live.Machine
	for _, m := range t.App.Machines {
		md := m.Config.Metadata()
		switch {
		case m.Config.IsZero() || strings.HasPrefix(m.Group(), "fly_app_") || md["fly_canary"] == "true":
		case md["fly_platform_version"] != "v2" || md["fly_release_version"] == "":
			passedBy = append(passedBy, m)
		default:
			if byGroup[m.Group()] == nil {
				groups = append(groups, m.Group())
			}
			byGroup[m.Group()] = append(byGroup[m.Group()], m)
		}
	}
	slices.Sort(groups)
	var out []plan.Finding
	for _, g := range groups {
		machines := byGroup[g]
		if slices.ContainsFunc(machines, func(m live.Machine) bool { return deploying(t, m) }) {
			continue // on their way to be alike
		}
		out = append(out, imageUnlike(t, g, machines)...)
		out = append(out, sizeUnlike(g, machines)...)
		out = append(out, envUnlike(t, g, machines)...)
	}
	return append(out, unmanaged(t, byGroup, passedBy)...)
}

// deploying says whether a deploy seems to be at the machine now.
func deploying(t plan.Target, m live.Machine) bool {
	switch m.State {
	case "replacing", "updating", "creating", "starting", "restarting":
		return t.App.ReadAt.Sub(m.UpdatedAt) < stuckAfter
	}
	return m.Config.Metadata()["fly_bluegreen_deployment_tag"] != "" && m.Cordoned
}

// unlike is a finding about the machines that are none of the largest part.
func unlike(group string, parts []alike) (f plan.Finding, odd string) {
	var others []live.Machine
	for _, p := range parts[1:] {
		others = append(others, p.machines...)
	}
	f = aboutMachines(others, "")
	for _, p := range parts {
		f.Evidence = append(f.Evidence, plan.Saw(p.what+": "+fewOf(p.machines))...)
	}
	if len(others) == 1 {
		return f, "machine " + others[0].ID + " of " + group
	}
	return f, fmt.Sprintf("%d of %d machines of %s", len(others), len(parts[0].machines)+len(others), group)
}

// sizeUnlike: a part of the machines has another size.
func sizeUnlike(group string, machines []live.Machine) []plan.Finding {
	parts := byLikeness(machines, sizeOf)
	if len(parts) < 2 {
		return nil
	}
	f, odd := unlike(group, parts)
	f.Severity, f.HowTo = plan.Info, "fly deploy makes them alike, with the [[vm]] of the file"
	verb := "has"
	if len(f.Machines) > 1 {
		verb = "have"
	}
	f.Message = fmt.Sprintf("%s %s another size: %s, %s %s", odd, verb, parts[1].what, parts[0].called(), parts[0].what)
	return []plan.Finding{f}
}

// envUnlike: names of env entries that only some machines of a group have. Where
// the app has a secret of the name, all of them see that.
func envUnlike(t plan.Target, group string, machines []live.Machine) []plan.Finding {
	has := map[string][]live.Machine{}
	for _, m := range machines {
		for _, name := range m.Config.EnvNames() {
			_, shadowed := t.App.Secret(name)
			if !shadowed && !strings.HasPrefix(name, "FLY_") { // flyctl writes these, one way for a standby
				has[name] = append(has[name], m)
			}
		}
	}
	var names []string
	for name, with := range has {
		if len(with) < len(machines) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	lacking := slices.DeleteFunc(slices.Clone(machines), func(m live.Machine) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return len(without([]live.Machine{m}, has[name])) > 0 })
	})
	f := aboutMachines(lacking, fmt.Sprintf("machines of %s differ in their env: %s", group, strings.Join(atMost(3, names), ", ")))
	f.HowTo, f.Notes = "fly deploy", []string{"it makes them alike, with the [env] of the file"}
	for _, name := range names {
		text := name + " only on " + fewOf(has[name])
		if lack := without(machines, has[name]); len(lack) < len(has[name]) {
			text = name + " is missing on " + fewOf(lack)
		}
		f.Evidence = append(f.Evidence, plan.Saw(text)...)
	}
	return []plan.Finding{f}
}

func sizeOf(m live.Machine) string {
	g := m.Config.Guest()
	kind := cmp.Or(g.CPUKind, "shared")
	if kind == "shared" {
		kind = "shared-cpu"
	}
	size := fmt.Sprintf("%s-%dx, %d MB", kind, max(g.CPUs, 1), g.MemoryMB)
	if g.GPUKind != "" {
		size += ", " + g.GPUKind
	}
	return size
}
