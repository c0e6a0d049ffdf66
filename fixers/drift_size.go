package fixers

import (
	"fmt"
	"slices"
	"strings"

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
	vm, ok = vmOf(t, group)
	if !ok {
		return g, vm, false
	}
	size := "shared-cpu-1x" // flyctl's default (August 2026)
	gpu, _ := str(vm, "gpu_kind")
	if gpu != "" {
		size = "performance-8x"
	}
	if said, found := str(vm, "size"); found && said != "" {
		size = said
	}
	if g, ok = presetGuest(size); !ok {
		return g, vm, false
	}
	if gpu != "" {
		g.GPUKind = gpu
	}
	memory, _ := vm.Key("memory")
	if mb, readable := megabytes(memory); readable && mb > 0 {
		g.MemoryMB = int(mb)
	}
	for key, to := range map[string]*int{"memory_mb": &g.MemoryMB, "cpus": &g.CPUs, "gpus": &g.GPUs} {
		n, _ := vm.Key(key)
		if v, isInt := n.Int(); isInt && v > 0 {
			*to = int(v)
		}
	}
	if kind, found := str(vm, "cpu_kind"); found && kind != "" {
		g.CPUKind = kind
	}
	return g, vm, true
}

// vmOf is the [[vm]] for the group: one that names it, else one for all.
func vmOf(t plan.Target, group string) (flytoml.Node, bool) {
	var forAll flytoml.Node
	for _, key := range []string{"vm", "compute", "computes"} {
		n, _ := t.File.Get(key)
		for _, vm := range n.Items() {
			switch of := strs(vm, "processes"); {
			case vm.Kind() != flytoml.Table:
			case slices.Contains(of, group):
				return vm, true
			case len(of) == 0 && forAll.Kind() == flytoml.Invalid:
				forAll = vm
			}
		}
	}
	return forAll, forAll.Kind() == flytoml.Table
}

// presetGuest is what a size name means: shared-cpu-2x has 256 MB for each of
// its CPUs, performance-2x 2048 (fly-go v0.9.3).
func presetGuest(size string) (machineconfig.Guest, bool) {
	for name, kind := range map[string]string{"a100-40gb": "a100-pcie-40gb", "a100-80gb": "a100-sxm4-80gb", "l40s": "l40s", "a10": "a10"} {
		if size == name {
			return machineconfig.Guest{CPUKind: "performance", CPUs: 8, MemoryMB: 32768, GPUKind: kind, GPUs: 1}, true
		}
	}
	for prefix, g := range map[string]machineconfig.Guest{
		"shared-cpu-":  {CPUKind: "shared", MemoryMB: 256},
		"performance-": {CPUKind: "performance", MemoryMB: 2048},
	} {
		rest, ok := strings.CutPrefix(size, prefix)
		n, isX := strings.CutSuffix(rest, "x")
		if cpus := whole(n); ok && isX && cpus > 0 && cpus <= 128 {
			g.CPUs, g.MemoryMB = int(cpus), g.MemoryMB*int(cpus)
			return g, true
		}
	}
	return machineconfig.Guest{}, false
}
