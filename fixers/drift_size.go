package fixers

import (
	"fmt"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// sizeDifferences: a deploy gives the size of [[vm]], and leaves it alone
// without one for the group.
func sizeDifferences(t plan.Target, m live.Machine) []difference {
	want, vm, ok := deployedGuest(t, m.Group())
	have := m.Config.Guest()
	if !ok || have.CPUs == 0 {
		return nil
	}
	var out []difference
	add := func(key, text string, shrinks bool, keep string) {
		d := difference{rank: other, key: flytoml.Join(vm.Path(), key), table: vm.Path(), text: m.Group() + ": " + text}
		if shrinks {
			d.rank, d.text, d.keep = smaller, "the next deploy makes the machines of "+m.Group()+" smaller: "+text, keep+" in [[vm]]"
		}
		out = append(out, d)
	}
	if want.MemoryMB != have.MemoryMB {
		key := "memory"
		if _, said := vm.Key("memory_mb"); said {
			key = "memory_mb"
		}
		add(key, fmt.Sprintf("memory %d MB in the file, %d MB live", want.MemoryMB, have.MemoryMB),
			want.MemoryMB < have.MemoryMB, fmt.Sprintf("memory = \"%dmb\"", have.MemoryMB))
	}
	if want.CPUs != have.CPUs {
		add("cpus", fmt.Sprintf("cpus %d in the file, %d live", want.CPUs, have.CPUs), want.CPUs < have.CPUs, fmt.Sprintf("cpus = %d", have.CPUs))
	}
	if a, b := gpus(want), gpus(have); a != b {
		key := "gpu_kind"
		if want.GPUKind == have.GPUKind {
			key = "gpus"
		}
		add(key, fmt.Sprintf("gpu %s in the file, %s live", a, b), have.GPUKind != "", fmt.Sprintf("gpu_kind = %q and gpus = %d", have.GPUKind, max(have.GPUs, 1)))
	}
	if want.CPUKind != have.CPUKind && have.CPUKind != "" {
		add("cpu_kind", fmt.Sprintf("cpu_kind %s in the file, %s live", want.CPUKind, have.CPUKind),
			have.CPUKind == "performance", fmt.Sprintf("cpu_kind = %q", have.CPUKind))
	}
	return out
}

// gpus says them in words; one without a number is one.
func gpus(g machineconfig.Guest) string {
	if g.GPUKind == "" {
		return "none"
	}
	return fmt.Sprintf("%d %s", max(g.GPUs, 1), g.GPUKind)
}

// deployedGuest is the size that a deploy gives to machines of the group; ok
// is false when it leaves them what they have, and for sizes that are not
// known here. With it goes the [[vm]] that says so.
func deployedGuest(t plan.Target, group string) (g machineconfig.Guest, vm flytoml.Node, ok bool) {
	v, ok := t.Deployed().VM(group)
	g = deployedTo(t, group).Config.Guest()
	return g, v.Node(), ok && g.CPUs > 0
}
