package fixers

import (
	"fmt"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func vmMemory() plan.Fixer {
	return plan.Fixer{
		ID:       "vm-memory",
		Title:    "memory is set in one place",
		Severity: plan.Warning,
		Doc: `[[vm]] takes memory ("1gb", or a number of MB) and memory_mb. When both are there, memory_mb wins and memory is read by people only.

A [[vm]] that names neither a size nor an amount gets the memory of flyctl's default, shared-cpu-1x with 256 MB, at the next deploy,
whatever the machines have now; cpus alone changes nothing of that.

Manual fix: keep the value that is in force, and write the size of the machines that run.`,
		Check: checkVMMemory,
	}
}

// defaultMB is what a [[vm]] without a size gets (flyctl, August 2026).
const defaultMB = 256

func checkVMMemory(t plan.Target) []plan.Finding {
	var out []plan.Finding
	for _, key := range []string{"vm", "compute", "computes", "deploy.release_command_vm"} {
		n, _ := t.File.Get(key)
		for _, vm := range n.Items() {
			if vm.Kind() != flytoml.Table {
				continue
			}
			if f, ok := memoryTwice(t, vm); ok {
				out = append(out, f)
			}
			if key != "deploy.release_command_vm" {
				if f, ok := fallsToDefault(t, vm); ok {
					out = append(out, f)
				}
			}
		}
	}
	return out
}

func memoryTwice(t plan.Target, vm flytoml.Node) (plan.Finding, bool) {
	memory, a := vm.Key("memory")
	mb, b := vm.Key("memory_mb")
	inForce, isInt := mb.Int()
	said, readable := megabytes(memory)
	if !a || !b || !isInt || inForce <= 0 || readable && said == inForce {
		return plan.Finding{}, false
	}
	return plan.Finding{
		Message: fmt.Sprintf("memory = %s and memory_mb = %d disagree: memory_mb wins", memory.Raw(), inForce),
		At:      placeOf(t.File, memory.Path(), ""),
		Fix: &plan.Fix{
			Safety: plan.Review, Why: "the machines keep what they have, but memory may be the one that was meant",
			Edits: []flytoml.Edit{{Op: flytoml.Remove, Path: memory.Path()}},
		},
	}, true
}

// fallsToDefault finds a [[vm]] that says nothing of memory, for machines that
// have more of it than the default. Without gpu_kind, cpus and cpu_kind change
// the CPUs of the default only.
func fallsToDefault(t plan.Target, vm flytoml.Node) (plan.Finding, bool) {
	for _, key := range []string{"size", "memory", "memory_mb", "gpus", "gpu_kind"} {
		if _, said := vm.Key(key); said {
			return plan.Finding{}, false
		}
	}
	if t.App == nil {
		return plan.Finding{}, false
	}
	f := plan.Finding{At: placeOf(t.File, vm.Path(), "")}
	most := 0
	of := groupsServed(t.File, strs(vm, "processes"))
	for _, m := range t.App.Machines {
		g := m.Config.Guest()
		if m.WhyUntouchable() != "" || !overlap(of, []string{m.Group()}) || g.MemoryMB <= defaultMB {
			continue
		}
		f.Machines = append(f.Machines, m.ID)
		most = max(most, g.MemoryMB)
	}
	f.Message = fmt.Sprintf("[[vm]] says no memory: the next deploy takes the machines from %d MB to flyctl's default of %d MB", most, defaultMB)
	f.Fix = &plan.Fix{
		Safety: plan.Review, Why: "the file says what runs now; a smaller machine may have been meant",
		Edits: []flytoml.Edit{{Op: flytoml.Set, Path: vm.Path() + ".memory", Value: quote(fmt.Sprintf("%dmb", most))}},
	}
	fromLiveApp(t, &f)
	return f, most > 0
}
