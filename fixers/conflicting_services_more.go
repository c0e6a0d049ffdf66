package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// portQuarrels are ports that don't do what they seem to.
func portQuarrels(t plan.Target, ports onPorts) []plan.Finding {
	var out []plan.Finding
	all := ports.list
	plain := slices.ContainsFunc(all, func(o service) bool { return slices.ContainsFunc(o.Ports, func(p port) bool { return p.Name == "80" }) })
	for i, s := range all {
		for o, p := range ports.before(i) {
			if !shareGroup(t, o, s) {
				out = append(out, plan.Finding{
					Message: fmt.Sprintf("%s and %s have port %s for different process groups: a request goes to either", o.Path, s.Path, p), At: placeOf(t.File, s.Path, ""),
					Notes: []string{"the proxy doesn't choose by path or host: give them different ports, or answer both from one group"},
				})
				break
			}
		}
		if onlyTLS(s) && !plain {
			out = append(out, plan.Finding{
				Severity: plan.Info, Message: s.Path + " is served on 443 only: visitors who type the name without https:// get no answer", At: placeOf(t.File, s.Path, ""),
				Notes: []string{"add port 80 with the handler http and force_https = true"},
			})
		}
		if why := suspends(t, s); why != "" {
			out = append(out, plan.Finding{
				Message: fmt.Sprintf("machines of %s can't be suspended: %s", s.Path, why), At: placeOf(t.File, s.Path+".auto_stop_machines", s.Path),
				Notes: []string{`"stop" works for every machine`},
			})
		}
	}
	return out
}

func onlyTLS(s service) bool {
	return s.Protocol == "tcp" && s.handler("http") && len(s.Ports) > 0 && !slices.ContainsFunc(s.Ports, func(p port) bool { return p.Name != "443" })
}

// suspends says why the machines of a service can't be suspended (Fly, August
// 2026: no swap, no GPU, at most 2 GB).
func suspends(t plan.Target, s service) string {
	if word, _ := s.autostop(); word != "suspend" {
		return ""
	}
	c := t.Deployed()
	if mb, ok := c.Get("swap_size_mb").Int(); ok && mb > 0 {
		return "they have swap"
	}
	for _, vm := range c.Get("vm").Items() {
		groups, known := vm.Key("processes").Strs()
		if vm.Key("processes").Said() && (!known || !overlap(groups, groupsServed(t.File, s.Processes))) {
			continue
		}
		text, _ := vm.Key("memory").Str()
		if mb, ok := deployed.Megabytes(text); ok && mb > 2048 {
			return "they have more than 2 GB of memory"
		}
	}
	return ""
}

// mountQuarrels are volumes that are not what they seem to be.
func mountQuarrels(t plan.Target) []plan.Finding {
	c := t.Deployed()
	mounts := c.Get("mounts")
	if mounts.Mistyped() {
		return nil
	}
	var out []plan.Finding
	groupsOf, mountOf := map[string][]string{}, map[string]string{}
	for _, m := range mounts.Items() {
		source, _ := m.Key("source").Str()
		groups, known := c.GroupsOf(m.Key("processes"))
		for _, g := range groups { // flyctl looks at each group by itself only when it deploys (August 2026)
			if first := mountOf[g]; first != "" {
				out = append(out, plan.Finding{
					Severity: plan.Error, Message: fmt.Sprintf("the next deploy fails: the group %s has %s and %s, and a machine takes one volume", g, first, m.Path()),
					At: placeOf(t.File, m.Path(), ""), Notes: []string{"use one volume, with a folder for each"},
				})
				break
			}
			mountOf[g] = m.Path()
		}
		if source == "" || !known || !m.Key("processes").Said() {
			continue
		}
		for _, g := range groups {
			if !slices.Contains(groupsOf[source], g) {
				groupsOf[source] = append(groupsOf[source], g)
			}
		}
		if all := groupsOf[source]; len(all) > 1 && slices.Contains(groups, all[len(all)-1]) {
			out = append(out, plan.Finding{
				Message: fmt.Sprintf("the volume %s is for the groups %s: each of their machines gets one of its own, and they share no files", source, strings.Join(all, " and ")),
				At:      placeOf(t.File, m.Path(), ""), Notes: []string{"what both need belongs in a database or object storage, or in one group"},
			})
		}
	}
	return out
}

// strayTable tells of tables below a [[services]] that is not there. They were
// meant for the one service there is; the platform makes a service of its own of
// them, and gives it port 8080 (superfly/flyctl#2521, superfly/docs#1899).
func strayTable(t plan.Target, s, meant service) plan.Finding {
	f := plan.Finding{
		At:      placeOf(t.File, s.Path, ""),
		Message: "services has checks and no service: there is no [[services]] above [[services.http_checks]]",
		Notes:   []string{"the checks of http_service are [[http_service.checks]]; move these there, or write the service that they are for"},
	}
	limits, alone := headlessLimits(t.File)
	if len(s.Checks) == 0 {
		f.Message = "services has concurrency limits and no service: there is no [[services]] above [services.concurrency]"
		f.Notes = []string{"the limits of http_service are [http_service.concurrency]"}
	}
	said := f.Message + ", so that " + meant.Path + " has none"
	if c, ok := headless(t.File); ok && c.to != "" {
		moveCheck(c, &f)
	} else if !ok && alone && len(s.Checks) == 0 {
		f.Fix = reviewFix("the limits take effect at the next deploy", flytoml.Edit{Op: flytoml.Move, Path: limits.Path(), To: meant.Path + ".concurrency"})
	}
	if f.Fix != nil {
		f.First, f.Message, f.Notes = true, said, nil
	}
	if len(s.Checks) > 0 {
		f.Notes = append(f.Notes, "a deploy sends these checks to port 8080, whatever http_service says, and waits until they pass")
	}
	if slices.ContainsFunc(s.Checks, overTLS) {
		f.Notes = append(f.Notes, `without protocol = "https": a check goes to the machine's own port, where few apps speak TLS, and one that fails stops every deploy`)
	}
	return f
}
