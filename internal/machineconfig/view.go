package machineconfig

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/fly-standards/fly-standards/internal/secret"
)

// EnvNames are the names of the machine's env entries, sorted.
func (c Config) EnvNames() []string {
	env, _ := c.root["env"].(map[string]any)
	return slices.Sorted(maps.Keys(env))
}

// EnvValue is the value of one env entry.
func (c Config) EnvValue(name string) (secret.Value, bool) {
	env, _ := c.root["env"].(map[string]any)
	s, ok := env[name].(string)
	return secret.New(s), ok
}

// EnvValues are all env values of the machine, its containers and processes,
// in no order: what must not be repeated in a message about this configuration.
func (c Config) EnvValues() []secret.Value {
	all := append(objects(c.root["containers"]), objects(c.root["processes"])...)
	var out []secret.Value
	for _, obj := range append(all, c.root) {
		for _, v := range stringMap(obj["env"]) {
			out = append(out, secret.New(v))
		}
	}
	return out
}

// OwnSecrets says that a container or a process of the machine chooses its
// secrets itself (secrets, ignore_app_secrets): an app secret may not reach it.
func (c Config) OwnSecrets() bool {
	for _, key := range []string{"containers", "processes"} {
		for _, obj := range objects(c.root[key]) {
			if ignore, _ := obj["ignore_app_secrets"].(bool); ignore {
				return true
			}
			if list, _ := obj["secrets"].([]any); len(list) > 0 {
				return true
			}
		}
	}
	return false
}

// Command is what the machine is told to run instead of its image's own
// command; nil when nothing is.
func (c Config) Command() []string {
	init, _ := c.root["init"].(map[string]any)
	for _, key := range []string{"exec", "cmd"} {
		if words := stringList(init[key]); len(words) > 0 {
			return words
		}
	}
	return nil
}

// Image is what the configuration asks for: often a tag, which may mean
// another image by now. What runs is in live.Machine.
func (c Config) Image() string { return str(c.root, "image") }

// WithImage is c with another image. A zero Config stays one.
func (c Config) WithImage(ref string) Config {
	out := c.Clone()
	if out.root != nil {
		out.root["image"] = ref
	}
	return out
}

// Mount is a volume of the machine.
type Mount struct {
	Volume string // id
	Name   string
	Path   string
	SizeGB int
}

// Mounts are the machine's volumes; the platform allows one.
func (c Config) Mounts() []Mount {
	var out []Mount
	for _, m := range objects(c.root["mounts"]) {
		out = append(out, Mount{Volume: str(m, "volume"), Name: str(m, "name"), Path: str(m, "path"), SizeGB: intOf(m["size_gb"])})
	}
	return out
}

// Guest is the size of the machine; zero when the configuration has none.
type Guest struct {
	CPUKind  string // shared, performance
	CPUs     int
	MemoryMB int
	GPUKind  string
	GPUs     int
}

// Guest is the size of the machine.
func (c Config) Guest() Guest {
	g, _ := c.root["guest"].(map[string]any)
	return Guest{CPUKind: str(g, "cpu_kind"), CPUs: intOf(g["cpus"]), MemoryMB: intOf(g["memory_mb"]), GPUKind: str(g, "gpu_kind"), GPUs: intOf(g["gpus"])}
}

// Get is what is at a JSON pointer: a copy. It must not be used to show an env
// entry; EnvValue gives those in a wrapper that does not print.
func (c Config) Get(pointer string) (any, bool) {
	names, err := Names(pointer)
	if err != nil || c.root == nil {
		return nil, false
	}
	v, ok, err := lookup(c.root, names)
	if err != nil || !ok {
		return nil, false
	}
	return cloneValue(v), true
}

func str(m map[string]any, key string) string { s, _ := m[key].(string); return s }

func objects(v any) []map[string]any {
	list, _ := v.([]any)
	out := make([]map[string]any, 0, len(list))
	for _, e := range list {
		if obj, ok := e.(map[string]any); ok {
			out = append(out, obj)
		}
	}
	return out
}

func stringList(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// intOf reads a whole number; 0 for anything else. 8080.0 is 8080.
func intOf(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	if i, err := n.Int64(); err == nil {
		return int(i)
	}
	f, err := n.Float64()
	if err != nil || f != float64(int32(f)) {
		return 0
	}
	return int(f)
}
