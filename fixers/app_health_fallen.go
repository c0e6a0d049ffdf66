package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// said is what became of the machines: "keep crashing: exit code 1".
func (f fall) said(machines []live.Machine) string {
	one := len(machines) == 1
	switch f.kind {
	case killed:
		verb := map[bool]string{true: "was", false: "were"}[one]
		if f.again {
			verb = map[bool]string{true: "keeps being", false: "keep being"}[one]
		}
		return fmt.Sprintf("%s killed for memory (%d MB)", verb, machines[0].Config.Guest().MemoryMB)
	case crashLoop:
		return map[bool]string{true: "keeps", false: "keep"}[one] + " crashing: " + exitCode(f.code)
	case crashed:
		return "crashed and stayed down: " + exitCode(f.code)
	}
	return "failed to start"
}

// exitCode names the codes that a shell or the kernel gives.
func exitCode(code int) string {
	meaning := map[int]string{
		126: "the command can't be executed", 127: "the command was not found", 134: "aborted", 137: "killed",
		139: "segmentation fault", 143: "it was asked to end",
	}[code]
	if meaning == "" {
		return fmt.Sprintf("exit code %d", code)
	}
	return fmt.Sprintf("exit code %d, %s", code, meaning)
}

// fallen are the machines that fell while the group goes on, those with the
// same fate together.
func (g runningGroup) fallen() []plan.Finding {
	type fate struct {
		fall
		on   []live.Machine
		seen []plan.Evidence
	}
	var all []*fate
	for _, m := range g.machines {
		f := fallOf(g.t, m)
		if f.kind == "" {
			continue
		}
		i := slices.IndexFunc(all, func(x *fate) bool { return x.kind == f.kind && x.code == f.code && x.again == f.again })
		if i < 0 {
			i, all = len(all), append(all, &fate{fall: f})
		}
		all[i].on = append(all[i].on, m)
		all[i].seen = append(all[i].seen, f.seen(m))
	}
	var out []plan.Finding
	for _, x := range all {
		f := aboutMachines(x.on, g.these(x.on)+" "+x.said(x.on))
		f.Evidence = x.seen
		f.HowTo, f.Notes = g.help(x.fall, x.on)
		out = append(out, f)
	}
	return out
}

// help is the command to run first, and what comes after it.
func (g runningGroup) help(f fall, machines []live.Machine) (command string, notes []string) {
	logs := "fly logs -i " + machines[0].ID
	again := "then fly machine start " + idsOf(machines)
	switch f.kind {
	case killed:
		command, note := g.moreMemory(machines[0])
		if !machines[0].Started() {
			note = again + "; " + note
		}
		return command, []string{note}
	case crashed:
		if late := setSince(g.t, machines[0]); len(late) > 0 {
			again = strings.Join(atMost(3, late), ", ") + " " + wasWere(late) + " set since: fly machine start " + idsOf(machines) + " reads the secrets again"
		}
		return logs, []string{again}
	case noStart:
		return "fly machine status " + machines[0].ID, []string{again + "; when that fails too: " + g.anew(machines[0])}
	}
	return logs, nil
}

// moreMemory is the command that gives the group twice the memory, where its
// size can have that.
func (g runningGroup) moreMemory(m live.Machine) (command, note string) {
	guest := m.Config.Guest()
	more := 2 * guest.MemoryMB
	if _, most, _, ok := flyschema.MemoryBounds(cmp.Or(guest.CPUKind, "shared"), max(guest.CPUs, 1)); !ok || more > most {
		return "fly logs -i " + m.ID, "its size can't have twice that memory: fly scale vm takes a larger one, which costs more"
	}
	command = fmt.Sprintf("fly scale memory %d", more)
	if !g.only {
		command += " --process-group " + g.name
	}
	return command, fmt.Sprintf("write memory = \"%dmb\" in [[vm]] too, or the next deploy reverts it; more memory costs more", more)
}

// seen is the last exit of the machine.
func (f fall) seen(m live.Machine) plan.Evidence {
	text := "machine " + m.ID + " in " + m.Region
	if f.kind == noStart {
		return plan.Evidence{Text: text + " is " + m.State + since(m.UpdatedAt), Machine: m.ID}
	}
	text += fmt.Sprintf(": exit code %d at %s, %s", f.code, utc(f.last.Timestamp), howOften(f.last.RestartCount))
	if f.last.OOMKilled {
		text += ", out of memory"
	}
	return plan.Evidence{Text: text, Machine: m.ID}
}

func howOften(restarts int) string {
	switch restarts {
	case 0:
		return "not restarted"
	case 1:
		return "restarted once"
	}
	return fmt.Sprintf("restarted %d times", restarts)
}

// lastExit says how a machine went down, where its events tell.
func lastExit(m live.Machine) string {
	for i, e := range m.Events {
		switch {
		case e.Type == "start":
			return ""
		case e.Type == "exit" && e.RequestedStop:
			by := "by request"
			if j := slices.IndexFunc(m.Events[i:], func(e live.Event) bool { return e.Type == "stop" }); j >= 0 && m.Events[i+j].Source == "proxy" {
				by = "by the proxy"
			}
			return ", " + by + since(e.Timestamp)
		case e.Type == "exit":
			return fmt.Sprintf(": its process ended with exit code %d%s", e.ExitCode, since(e.Timestamp))
		}
	}
	return since(m.UpdatedAt)
}
