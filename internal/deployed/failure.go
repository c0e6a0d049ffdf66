package deployed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
)

// Failure is something that flyctl's validation accepts and its deploy dies of.
type Failure struct {
	Kind   FailureKind
	Value  Value  // what it is about
	Group  string // the process group whose machines can't be made; "" for all
	Takes  string // what the deploy takes, as a noun; "" when there is no such
	Repair *Repair
	Meant  []string // the process groups that the repair gives a check
	Raises bool     // the repair makes the machine larger, which costs
}

// FailureKind is the kind of a Failure.
type FailureKind string

// The kinds.
const (
	NoCheckPort    FailureKind = "check-port"     // a check without a port, and no http_service to take it from
	OtherGroupPort FailureKind = "check-group"    // a check on a port that only another group serves
	NoCheckGroup   FailureKind = "no-check-group" // a check for a group that isn't there: no machine gets it
	NoSuchSize     FailureKind = "size"           // a size that has no meaning
	NoMemory       FailureKind = "memory"         // memory that can't be read, or none
	MemoryBounds   FailureKind = "memory-bounds"  // memory that the CPUs don't allow
	NoGPU          FailureKind = "gpu"            // Fly has no GPUs since August 2026
	NoUnavailable  FailureKind = "unavailable"    // max_unavailable of nothing: flyctl panics
	NoSource       FailureKind = "mount-source"   // a mount of a volume without a name
	NoHandler      FailureKind = "handler"        // force_https on a port that does not speak HTTP
	NoCommand      FailureKind = "machine-check"  // a machine check that runs nothing
	NotJSON        FailureKind = "machine-config" // a machine config that is neither JSON nor the name of a .json file
)

func (b *builder) fail(f Failure) {
	f.Group = b.group
	b.failed = append(b.failed, f)
}

// Failures are all that this file's deploy would die of, each once. Read them
// only of a file that flyctl accepts; of others they may be incomplete.
func (c *Config) Failures() []Failure {
	var out []Failure
	add := func(f Failure) {
		if !slices.ContainsFunc(out, func(o Failure) bool { return o.Kind == f.Kind && o.Value.n == f.Value.n }) {
			out = append(out, f)
		}
	}
	for _, group := range c.Groups() {
		b := c.builder(group) // Machine, as far as it can fail
		b.checks()
		b.guest()
		for _, f := range b.failed {
			add(f)
		}
	}
	for _, vm := range append(c.Get("vm").Items(), c.Get("deploy.release_command_vm")) {
		if vm.Said() {
			for _, f := range vmFailures(vm) {
				add(f)
			}
		}
	}
	for _, f := range slices.Concat(c.checkFailures(), c.mountFailures(), c.serviceFailures(), c.deployFailures()) {
		add(f)
	}
	return out
}

// vmFailures are those of one size. flyctl panics over the size of
// release_command_vm in the middle of a deploy.
func vmFailures(vm Value) []Failure {
	guest, failed := guestOf(vm)
	if failed != nil {
		return []Failure{*failed}
	}
	if kind, _ := guest["gpu_kind"].(string); kind != "" {
		v := vm.Key("gpu_kind")
		if !v.Said() {
			v = vm.Key("size")
		}
		return []Failure{{Kind: NoGPU, Value: v}}
	}
	kind, _ := guest["cpu_kind"].(string)
	cpus, _ := guest["cpus"].(int)
	memory := number(guest["memory_mb"])
	least, most, step, ok := flyschema.MemoryBounds(kind, cpus)
	v := vm.Key("memory_mb")
	if n, _ := v.Int(); n == 0 {
		v = vm.Key("memory")
	}
	if !ok || memory >= least && memory <= most && (memory-least)%step == 0 || !v.Said() {
		return nil
	}
	legal := min(max(least, (memory+step-1)/step*step), most)
	literal := strconv.Itoa(legal)
	if text(v) != "" {
		literal = strconv.Quote(mebibytes(legal))
	}
	f := Failure{
		Kind: MemoryBounds, Value: v,
		Takes:  fmt.Sprintf("%s to %s for %d %s %s, in steps of %d MB", mebibytes(least), mebibytes(most), cpus, kind, plural("CPU", cpus), step),
		Raises: legal > memory,
	}
	if f.Raises { // for more than the CPUs allow somebody has to choose: less memory, or more CPUs
		f.Repair = likely("it is the nearest that the platform takes", set(v.Path(), literal))
	}
	return []Failure{f}
}

func number(v any) int {
	switch v := v.(type) {
	case int:
		return v
	case int64:
		return int(v)
	}
	return 0
}

func plural(noun string, n int) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// mebibytes is "2gb" or "768mb".
func mebibytes(mb int) string {
	if mb%1024 == 0 {
		return strconv.Itoa(mb/1024) + "gb"
	}
	return strconv.Itoa(mb) + "mb"
}

// repairSizeName is the size of the same kind with the next number of CPUs.
func repairSizeName(v Value) *Repair {
	said := text(v)
	if v.Said() && said == "" {
		return nil
	}
	kind, rest, ok := cutSize(strings.ToLower(said))
	if ok {
		for _, s := range flyschema.Sizes() {
			if s.CPUKind == kind && s.GPUKind == "" && s.CPUs >= rest {
				return likely("it is the nearest value that exists", set(v.Path(), strconv.Quote(s.Name)))
			}
		}
	}
	var names []string
	for _, s := range flyschema.Sizes() {
		names = append(names, s.Name)
	}
	if w := near(said, names); w != "" {
		return likely("did you mean "+strconv.Quote(w)+"?", set(v.Path(), strconv.Quote(w)))
	}
	return nil
}

// cutSize reads shared-cpu-3x, and what people write for it.
func cutSize(text string) (kind string, cpus int, ok bool) {
	for prefix, k := range map[string]string{"shared-cpu-": "shared", "shared-": "shared", "performance-": "performance", "dedicated-cpu-": "performance", "performance-cpu-": "performance"} {
		rest, has := strings.CutPrefix(text, prefix)
		n, err := strconv.Atoi(strings.TrimSuffix(rest, "x"))
		if has && err == nil && n > 0 {
			return k, n, true
		}
	}
	return "", 0, false
}

func (c *Config) mountFailures() []Failure {
	var out []Failure
	for _, m := range c.Get("mounts").Items() {
		if v := m.Key("source"); !v.Mistyped() && text(v) == "" {
			out = append(out, Failure{Kind: NoSource, Value: m, Takes: "source, the name of a volume"})
		}
	}
	return out
}

func (c *Config) deployFailures() []Failure {
	var out []Failure
	v := c.Get("deploy.max_unavailable")
	strategy := text(c.Get("deploy.strategy"))
	if n, ok := v.Float(); ok && n <= 0 && strategy != "bluegreen" { // immediate ignores it until somebody changes the strategy
		out = append(out, Failure{
			Kind: NoUnavailable, Value: v, Takes: "a number above 0: a share of the machines below 1, a count from 1 on",
			Repair: likely("one machine at a time is the minimum", set(v.Path(), "1")),
		})
	}
	if v := c.machineConfig(); text(v) != "" && !strings.HasPrefix(text(v), "{") && !strings.HasSuffix(text(v), ".json") {
		out = append(out, Failure{Kind: NotJSON, Value: v, Takes: "JSON, or the name of a .json file"})
	}
	return out
}
