package flyschema

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// sizes are the machine sizes that have a name (fly-go, August 2026): name, CPU
// kind, CPUs, MB of memory, GPU.
//
//go:embed sizes.tsv
var sizes string

// Size is what a size name means.
type Size struct {
	Name     string
	CPUKind  string // shared, performance
	CPUs     int
	MemoryMB int
	GPUKind  string // "" for none; Fly has none to give since August 2026
}

// DefaultSize is that of a [[vm]] that names none; DefaultGPUSize of one with a
// gpu_kind.
const (
	DefaultSize    = "shared-cpu-1x"
	DefaultGPUSize = "performance-8x"
)

// Sizes are all that have a name, smallest first.
var Sizes = sync.OnceValue(func() []Size {
	var out []Size
	for line := range strings.Lines(sizes) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		cpus, err1 := strconv.Atoi(f[2])
		memory, err2 := strconv.Atoi(f[3])
		if err1 != nil || err2 != nil {
			panic("flyschema: sizes.tsv: " + line)
		}
		out = append(out, Size{f[0], f[1], cpus, memory, f[4]})
	}
	return out
})

// SizeOf is what a size name means.
func SizeOf(name string) (Size, bool) {
	for _, s := range Sizes() {
		if s.Name == name {
			return s, true
		}
	}
	return Size{}, false
}

// MemoryBounds are the least and the most MB for a number of CPUs of a kind, and
// the steps between (Fly's documentation, August 2026); ok is false for another
// kind.
func MemoryBounds(kind string, cpus int) (least, most, step int, ok bool) {
	switch kind {
	case "shared":
		return 256 * cpus, 2048 * cpus, 256, true
	case "performance":
		return 2048 * cpus, 8192 * cpus, 1024, true
	}
	return 0, 0, 0, false
}
