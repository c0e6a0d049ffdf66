package deployed

import (
	"slices"
	"strconv"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// VM is the [[vm]] that rules the size of a group's machines: the last that
// names the group, else the first that names none. Without one a deploy leaves
// the size alone.
func (c *Config) VM(group string) (Value, bool) {
	var found Value
	for _, v := range c.Get("vm").Items() {
		names, _ := v.Key("processes").Strs()
		switch {
		case slices.Contains(names, group):
			found = v
		case len(names) == 0 && !v.Key("processes").Mistyped() && found.n == nil:
			found = v
		}
	}
	return found, found.n != nil
}

func (b *builder) guest() {
	vm, ok := b.c.VM(b.group)
	if !ok {
		return
	}
	guest, failed := guestOf(vm)
	if failed != nil {
		b.fail(*failed)
		return
	}
	copyKeys(guest, b.c.Value, "host_dedication_id")
	copyKeys(guest, vm, "host_dedication_id")
	b.doc["guest"] = guest
	b.from(vm, "guest")
	for key, from := range map[string]string{"cpus": "cpus", "cpu_kind": "cpu_kind", "gpu_kind": "gpu_kind", "gpus": "gpus"} {
		if v := vm.Key(from); v.Said() {
			b.from(v, "guest", key)
		}
	}
	for _, key := range []string{"memory", "memory_mb"} {
		if v := vm.Key(key); v.Said() {
			b.from(v, "guest", "memory_mb")
		}
	}
}

// guestOf is the size that a [[vm]] or release_command_vm says.
func guestOf(vm Value) (map[string]any, *Failure) {
	name := flyschema.DefaultSize
	if kind, _ := vm.Key("gpu_kind").Str(); kind != "" {
		name = flyschema.DefaultGPUSize
	}
	if said, _ := vm.Key("size").Str(); said != "" {
		name = said
	}
	size, known := flyschema.SizeOf(name)
	if !known {
		v := vm.Key("size")
		return nil, &Failure{Kind: NoSuchSize, Value: v, Takes: "the name of a size, such as \"shared-cpu-2x\"", Repair: repairSizeName(v), Raises: true}
	}
	guest := map[string]any{"cpu_kind": size.CPUKind, "cpus": size.CPUs, "memory_mb": size.MemoryMB}
	if size.GPUKind != "" {
		guest["gpu_kind"], guest["gpus"] = size.GPUKind, 1
	}
	if text, _ := vm.Key("memory").Str(); text != "" {
		mb, ok := Megabytes(text)
		if !ok || mb == 0 {
			return nil, noMemory(vm.Key("memory"), text)
		}
		guest["memory_mb"] = mb
	}
	for _, key := range []string{"cpus", "memory_mb", "max_memory_mb", "gpus"} {
		if n, _ := vm.Key(key).Int(); n != 0 {
			guest[key] = n
		}
	}
	for _, key := range []string{"cpu_kind", "gpu_kind", "persist_rootfs", "host_dedication_id"} {
		if s, _ := vm.Key(key).Str(); s != "" && (key != "persist_rootfs" || s != "none") {
			guest[key] = s
		}
	}
	if args, ok := vm.Key("kernel_args").Strs(); ok && len(args) > 0 {
		guest["kernel_args"] = args
	}
	return guest, nil
}

func noMemory(v Value, text string) *Failure {
	f := &Failure{Kind: NoMemory, Value: v, Takes: `memory such as "512mb" or "2gb"`}
	if tidy := tidySize(text); tidy != text {
		if mb, ok := Megabytes(tidy); ok && mb > 0 {
			f.Repair = likely("it reads as "+tidy, set(v.Path(), strconv.Quote(tidy)))
		}
	}
	if only := v.Node().Items(); len(only) == 1 && v.Node().Kind() == flytoml.Array {
		f.Repair = likely("it is the only value", flytoml.Edit{Op: flytoml.Only, Path: v.Path()})
	}
	return f
}

// ReleaseMemory is the memory, in MB, of the machine that runs the release
// command, as far as the file says it; 0 for not.
func (c *Config) ReleaseMemory() int {
	vm := c.Get("deploy.release_command_vm")
	if !vm.Said() {
		var ok bool
		if vm, ok = c.VM(c.Default()); !ok {
			return 0
		}
	}
	guest, failed := guestOf(vm)
	if failed != nil {
		return 0
	}
	return number(guest["memory_mb"])
}
