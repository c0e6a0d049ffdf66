package fixers

import (
	"fmt"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func vmMemory() plan.Fixer {
	return plan.Fixer{
		ID:       "vm-memory",
		Title:    "memory is set in one place",
		Severity: plan.Warning,
		Doc: `[[vm]] takes memory ("1gb", or a number of MB) and memory_mb. When both are there, memory_mb takes precedence and memory does nothing.

A [[vm]] that names neither a size nor an amount gets the memory of flyctl's default, shared-cpu-1x with 256 MB, at the next deploy,
whatever the machines have now; setting only cpus does not change that.

Manual fix: keep the value in effect, and write the size that the machines have now.`,
		Check: checkVMMemory,
	}
}

// defaultMB is what a [[vm]] without a size gets (flyctl, August 2026).
const defaultMB = 256

func checkVMMemory(t plan.Target) []plan.Finding {
	var out []plan.Finding
	c := t.Deployed().Meant()
	for _, vm := range c.Get("vm").Items() {
		if f, ok := memoryTwice(t, vm); ok {
			out = append(out, f)
		}
		if f, ok := fallsToDefault(t, vm); ok {
			out = append(out, f)
		}
	}
	if f, ok := memoryTwice(t, c.Get("deploy.release_command_vm")); ok {
		out = append(out, f)
	}
	return out
}

func memoryTwice(t plan.Target, vm deployed.Value) (plan.Finding, bool) {
	memory := vm.Key("memory")
	inForce, isInt := vm.Key("memory_mb").Int()
	text, _ := memory.Str()
	said, readable := deployed.Megabytes(text)
	if !memory.Said() || !isInt || inForce <= 0 || readable && said == int64(inForce) {
		return plan.Finding{}, false
	}
	return plan.Finding{
		Message: fmt.Sprintf("memory = %s and memory_mb = %d disagree: memory_mb takes precedence", memory.Node().Raw(), inForce),
		At:      placeOf(t.File, memory.Path(), ""),
		Fix:     reviewFix("the machines keep what they have, but memory may be the one that was meant", removal(memory.Path())),
	}, true
}

// fallsToDefault finds a [[vm]] that says nothing of memory, for machines that
// have more of it than the default. Without gpu_kind, cpus and cpu_kind change
// the CPUs of the default only.
func fallsToDefault(t plan.Target, vm deployed.Value) (plan.Finding, bool) {
	for _, key := range []string{"size", "memory", "memory_mb", "gpus", "gpu_kind"} {
		if vm.Key(key).Said() {
			return plan.Finding{}, false
		}
	}
	if t.App == nil {
		return plan.Finding{}, false
	}
	f := plan.Finding{At: placeOf(t.File, vm.Path(), "")}
	most := 0
	processes, _ := vm.Key("processes").Strs()
	of := groupsServed(t.File, processes)
	for _, m := range t.App.Machines {
		g := m.Config.Guest()
		if m.WhyUntouchable() != "" || !overlap(of, []string{m.Group()}) || g.MemoryMB <= defaultMB {
			continue
		}
		f.Machines = append(f.Machines, m.ID)
		most = max(most, g.MemoryMB)
	}
	f.Message = fmt.Sprintf("[[vm]] sets no memory: the next deploy takes the machines from %d MB to flyctl's default of %d MB", most, defaultMB)
	f.Fix = reviewFix("the file then says what runs now; a smaller machine may have been meant", flytoml.Edit{Op: flytoml.Set, Path: vm.Path() + ".memory", Value: quote(fmt.Sprintf("%dmb", most))})
	fromLiveApp(t, &f)
	return f, most > 0
}
