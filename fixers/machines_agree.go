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
		ID:       "machines-agree",
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
		out = append(out, unlike(g, "image", machines, func(m live.Machine) string {
			return shortImage(m.Image) + ", release " + m.Config.Metadata()["fly_release_version"]
		})...)
		out = append(out, unlike(g, "size", machines, func(m live.Machine) string { return sizeOf(m) })...)
		out = append(out, envUnlike(g, machines)...)
	}
	for _, m := range passedBy {
		out = append(out, plan.Finding{
			Message:  fmt.Sprintf("machine %s was not made by fly deploy, and deploys skip it", m.ID),
			Severity: plan.Info, At: plan.At{Machine: m.ID}, Machines: []string{m.ID},
			Evidence: plan.Saw(fmt.Sprintf("%s in %s, image %s, without release metadata", m.State, m.Region, shortImage(m.Image))),
			HowTo:    "fly machine update " + m.ID + " --image IMAGE, or fly machine destroy " + m.ID,
		})
	}
	return out
}

// deploying says whether a deploy seems to be at the machine now.
func deploying(t plan.Target, m live.Machine) bool {
	switch m.State {
	case "replacing", "updating", "creating", "starting", "restarting":
		return t.App.ReadAt.Sub(m.UpdatedAt) < stuckAfter
	}
	return m.Config.Metadata()["fly_bluegreen_deployment_tag"] != "" && m.Cordoned
}

// unlike is the finding that machines of a group differ in what of says.
func unlike(group, what string, machines []live.Machine, of func(live.Machine) string) []plan.Finding {
	same := map[string][]live.Machine{}
	var kinds []string
	for _, m := range machines {
		k := of(m)
		if same[k] == nil {
			kinds = append(kinds, k)
		}
		same[k] = append(same[k], m)
	}
	if len(kinds) < 2 {
		return nil
	}
	// The largest part first; of equal ones the newest release is no matter here.
	slices.SortFunc(kinds, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(same[b]), len(same[a])), cmp.Compare(a, b))
	})
	f := plan.Finding{HowTo: "fly deploy, or fly machine update ID for one of them"}
	for i, k := range kinds {
		var ids []string
		for _, m := range same[k] {
			ids = append(ids, m.ID)
			if i > 0 {
				f.Machines = append(f.Machines, m.ID)
			}
		}
		f.Evidence = append(f.Evidence, plan.Saw(k+": machine "+strings.Join(ids, ", "))...)
	}
	f.At.Machine = f.Machines[0]
	plural := map[string]string{"image": "different images or releases", "size": "different sizes"}[what]
	f.Message = fmt.Sprintf("the machines of %s have %s: visitors get one or the other", group, plural)
	if what == "size" {
		f.Message = fmt.Sprintf("the machines of %s have %s", group, plural)
	}
	return []plan.Finding{f}
}

// envUnlike: names of env entries that only some machines of a group have.
func envUnlike(group string, machines []live.Machine) []plan.Finding {
	has := map[string][]string{}
	for _, m := range machines {
		for _, name := range m.Config.EnvNames() {
			if !strings.HasPrefix(name, "FLY_") { // flyctl writes these, one way for a standby
				has[name] = append(has[name], m.ID)
			}
		}
	}
	var names []string
	for name, ids := range has {
		if len(ids) < len(machines) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	f := plan.Finding{HowTo: "fly deploy makes them alike, with the [env] of the file"}
	for _, name := range names {
		f.Evidence = append(f.Evidence, plan.Saw(name+" only on machine "+strings.Join(has[name], ", "))...)
	}
	for _, m := range machines {
		if slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(has[name], m.ID) }) {
			f.Machines = append(f.Machines, m.ID)
		}
	}
	f.At.Machine = f.Machines[0]
	f.Message = fmt.Sprintf("machines of %s differ in their env: %s", group, strings.Join(atMost(3, names), ", "))
	return []plan.Finding{f}
}

// shortImage is an image as people read it: its tag, or the start of its digest.
func shortImage(image string) string {
	name, digest, _ := strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	if digest = strings.TrimPrefix(digest, "sha256:"); len(digest) > 8 {
		name += " (" + digest[:8] + ")"
	}
	return name
}

func sizeOf(m live.Machine) string {
	g := m.Config.Guest()
	size := fmt.Sprintf("%s-%dx, %d MB", cmp.Or(g.CPUKind, "shared"), max(g.CPUs, 1), g.MemoryMB)
	if g.GPUKind != "" {
		size += ", " + g.GPUKind
	}
	return size
}
