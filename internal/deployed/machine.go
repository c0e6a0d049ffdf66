package deployed

import (
	"encoding/json"
	"strings"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// Machine is the configuration that a deploy sends for a new machine of a
// process group, without what it adds itself: image, release, volume. An update
// of a machine sends the same over what the machine has; see Replaced.
type Machine struct {
	Group  string
	Config machineconfig.Config
	origin map[string]Value
}

// From is where the file says what stands at a JSON pointer of the
// configuration; the nearest place around it where the value has none.
func (m Machine) From(pointer string) Value {
	for {
		if v, ok := m.origin[pointer]; ok || pointer == "" {
			return v
		}
		pointer = pointer[:strings.LastIndexByte(pointer, '/')]
	}
}

// Says is where the file says exactly what stands at a JSON pointer; ok is false
// where it does not.
func (m Machine) Says(pointer string) (v Value, ok bool) {
	v, ok = m.origin[pointer]
	return v, ok && v.Said()
}

// Machine makes the configuration for a process group. The failures are why a
// deploy would not get so far; what they are about is left out.
func (c *Config) Machine(group string) (Machine, []Failure) {
	b := c.builder(group)
	b.env()
	b.init()
	b.services()
	b.checks()
	b.lists()
	b.stop()
	b.guest()
	b.restart()
	b.doc["metadata"] = map[string]any{"fly_platform_version": "v2", "fly_process_group": group}
	raw, err := json.Marshal(b.doc)
	if err != nil { // made of strings, numbers, lists and maps
		panic("deployed: " + err.Error())
	}
	cfg, err := machineconfig.Parse(raw)
	if err != nil {
		panic("deployed: " + err.Error())
	}
	return Machine{Group: group, Config: cfg, origin: b.origin}, b.failed
}

func (c *Config) builder(group string) *builder {
	return &builder{c: c, group: group, doc: map[string]any{}, origin: map[string]Value{}}
}

// builder makes one configuration.
type builder struct {
	c      *Config
	group  string
	doc    map[string]any
	origin map[string]Value
	failed []Failure
}

func (b *builder) from(v Value, names ...string) { b.origin[machineconfig.Pointer(names...)] = v }

// plainJSON is a value as JSON has it.
func plainJSON(v Value) any {
	if d, ok := v.Duration(); ok {
		return d.String()
	}
	switch {
	case v.n == nil || v.n.wrong:
		return nil
	case v.n.kind == kTable:
		out := map[string]any{}
		for _, k := range v.Keys() {
			out[k] = plainJSON(v.Key(k))
		}
		return out
	case v.n.kind == kArray:
		out := []any{}
		for _, it := range v.Items() {
			out = append(out, plainJSON(it))
		}
		return out
	}
	return v.n.val
}

// copyKeys puts what v says under keys into m; a key may be renamed: "a=b" is
// a here and b there.
func copyKeys(m map[string]any, v Value, keys ...string) {
	for _, k := range keys {
		name, to, renamed := strings.Cut(k, "=")
		if !renamed {
			to = name
		}
		if c := v.Key(name); c.Said() && !c.Mistyped() {
			m[to] = plainJSON(c)
		}
	}
}

// env is replaced whole by a deploy.
func (b *builder) env() {
	env := map[string]any{}
	table := b.c.Get("env")
	b.from(table, "env")
	for _, name := range table.Keys() {
		env[name], _ = table.Key(name).Str()
		b.from(table.Key(name), "env", name)
	}
	env["FLY_PROCESS_GROUP"] = b.group
	region := b.c.Get("primary_region")
	if code, _ := region.Str(); code != "" {
		env["PRIMARY_REGION"] = code
		b.from(region, "env", "PRIMARY_REGION")
	}
	b.doc["env"] = env
}

// init has the command of the process group, else that of [experimental].
func (b *builder) init() {
	out := map[string]any{}
	b.from(b.c.Get("processes"), "init")
	command := b.c.Get("processes").Key(b.group)
	line, _ := command.Str()
	if words, err := Split(line); err == nil && line != "" {
		out["cmd"] = words
		b.from(command, "init", "cmd")
	}
	experimental := b.c.Get("experimental")
	for _, key := range []string{"cmd", "entrypoint", "exec"} {
		v := experimental.Key(key)
		if words, ok := v.Strs(); ok && out[key] == nil {
			out[key] = words
			b.from(v, "init", key)
		}
	}
	if v := b.c.Get("swap_size_mb"); v.Said() && !v.Mistyped() {
		out["swap_size_mb"] = plainJSON(v)
		b.from(v, "init", "swap_size_mb")
	}
	b.doc["init"] = out
}

func (b *builder) stop() {
	m := map[string]any{}
	copyKeys(m, b.c.Value, "kill_timeout=timeout", "kill_signal=signal")
	b.from(b.c.Get("kill_timeout"), "stop_config", "timeout")
	b.from(b.c.Get("kill_signal"), "stop_config", "signal")
	if len(m) > 0 {
		b.doc["stop_config"] = m
	}
}

// restart is the last [[restart]] of the group; without one the platform
// chooses.
func (b *builder) restart() {
	words := map[string]string{"always": "always", "on-failure": "on-failure", "never": "no"}
	for _, v := range b.here(b.c.Get("restart")) {
		policy, _ := v.Key("policy").Str()
		m := map[string]any{"policy": words[policy]}
		copyKeys(m, v, "retries=max_retries")
		b.doc["restart"] = m
		b.from(v, "restart")
		b.from(v.Key("policy"), "restart", "policy")
		b.from(v.Key("retries"), "restart", "max_retries")
	}
}
