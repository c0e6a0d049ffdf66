package machineconfig

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/secret"
)

// Check is one health check. Type, Method and Protocol are normalized, so that
// two checks that ask the same can be compared: lower case type, upper case
// method (GET when not said), protocol http when not said, path / when not
// said. Durations are as Go writes them ("15s"), "" when not said.
type Check struct {
	Type          string // tcp, http
	Kind          string // informational, readiness: of top-level checks
	Port          int    // of a service check: the internal port when not said
	Path          string // http only, as the next three
	Method        string
	Protocol      string
	Headers       map[string][]string
	TLSServerName string
	TLSSkipVerify bool
	Interval      string
	Timeout       string
	GracePeriod   string
}

// Checks are the machine's top-level checks by name: they never affect
// routing, unless their kind is readiness.
func (c Config) Checks() map[string]Check {
	raw, _ := c.root["checks"].(map[string]any)
	out := make(map[string]Check, len(raw))
	for name, v := range raw {
		if obj, ok := v.(map[string]any); ok {
			out[name] = readCheck(obj, 0)
		}
	}
	return out
}

func readCheck(raw map[string]any, port int) Check {
	c := Check{
		Type: strings.ToLower(str(raw, "type")), Kind: str(raw, "kind"), Port: cmp.Or(intOf(raw["port"]), port),
		TLSServerName: str(raw, "tls_server_name"),
		Interval:      durationText(raw["interval"]), Timeout: durationText(raw["timeout"]), GracePeriod: durationText(raw["grace_period"]),
	}
	c.TLSSkipVerify, _ = raw["tls_skip_verify"].(bool)
	if c.Type == "http" {
		c.Path = cmp.Or(str(raw, "path"), "/")
		c.Method = strings.ToUpper(cmp.Or(str(raw, "method"), "GET"))
		c.Protocol = strings.ToLower(cmp.Or(str(raw, "protocol"), "http"))
	}
	for _, h := range objects(raw["headers"]) {
		if c.Headers == nil {
			c.Headers = map[string][]string{}
		}
		c.Headers[str(h, "name")] = stringList(h["values"])
	}
	return c
}

// ParseCheck reads a check as an op would add it to a service with this internal
// port. ok is false for what is no object.
func ParseCheck(value json.RawMessage, internalPort int) (c Check, ok bool) {
	v, err := decode(value)
	raw, ok := v.(map[string]any)
	if err != nil || !ok {
		return Check{}, false
	}
	return readCheck(raw, internalPort), true
}

// Asks says whether two checks ask the same question, headers included. How
// often they ask is not part of it.
func (c Check) Asks(o Check) bool {
	return c.Type == o.Type && c.Port == o.Port && c.Path == o.Path && c.Method == o.Method && c.Protocol == o.Protocol &&
		c.TLSServerName == o.TLSServerName && maps.EqualFunc(c.Headers, o.Headers, slices.Equal)
}

// String is "GET /healthz on port 8080". Tokens are put into queries, so none is
// shown.
func (c Check) String() string {
	if c.Type != "http" {
		return fmt.Sprintf("the TCP check of port %d", c.Port)
	}
	path, query, has := strings.Cut(c.Path, "?")
	if has && query != "" {
		path += "?(hidden)"
	}
	return fmt.Sprintf("%s %s on port %d", c.Method, path, c.Port)
}

func durationText(v any) string {
	if d, ok := duration(v); ok {
		return shortDuration(d)
	}
	s, _ := v.(string)
	return s
}

// shortDuration is "1m" where Go says "1m0s".
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

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
