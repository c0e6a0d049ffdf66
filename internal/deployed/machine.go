package deployed

import (
	"encoding/base64"
	"encoding/json"
	"slices"
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
	b := &builder{c: c, group: group, doc: map[string]any{}, origin: map[string]Value{}}
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

// lists are statics, mounts, files and metrics.
func (b *builder) lists() {
	b.list("statics", b.c.Get("statics").Items(), func(v Value) map[string]any {
		m := map[string]any{"guest_path": "", "url_prefix": "", "tigris_bucket": "", "index_document": ""}
		copyKeys(m, v, "guest_path", "url_prefix", "tigris_bucket", "index_document")
		return m
	})
	b.list("mounts", b.here(b.c.Get("mounts")), func(v Value) map[string]any {
		m := map[string]any{}
		copyKeys(m, v, "destination=path", "source=name", "auto_extend_size_threshold=extend_threshold_percent")
		for key, to := range map[string]string{"auto_extend_size_increment": "add_size_gb", "auto_extend_size_limit": "size_gb_limit"} {
			text, _ := v.Key(key).Str()
			if gigs, ok := gigabytes(text); ok {
				m[to] = gigs
			}
		}
		return m
	})
	b.from(b.c.Get("metrics"), "metrics")
	if metrics := b.here(b.c.Get("metrics")); len(metrics) > 0 {
		m := map[string]any{}
		copyKeys(m, metrics[0], "port", "path", "https")
		b.doc["metrics"] = m
		b.from(metrics[0], "metrics")
	}
	b.files()
}

// here are the entries that are deployed to the group.
func (b *builder) here(list Value) []Value {
	return slices.DeleteFunc(list.Items(), func(v Value) bool { return !b.c.In(b.group, v.Key("processes")) })
}

func (b *builder) list(name string, entries []Value, one func(Value) map[string]any) {
	b.from(b.c.Get(name), name)
	var out []any
	for i, v := range entries {
		b.from(v, name, itoa(i))
		out = append(out, one(v))
	}
	if len(out) > 0 {
		b.doc[name] = out
	}
}

// files go to every group, whatever their processes say: flyctl merges them
// before it looks at groups. A later one for the same path replaces an earlier
// one. What a local file holds is not known here.
func (b *builder) files() {
	var entries []Value
	for _, v := range b.c.Get("files").Items() {
		path, _ := v.Key("guest_path").Str()
		i := slices.IndexFunc(entries, func(o Value) bool { p, _ := o.Key("guest_path").Str(); return p == path })
		empty := !v.Key("local_path").Said() && !v.Key("secret_name").Said() && !v.Key("raw_value").Said()
		switch {
		case i < 0:
			entries = append(entries, v)
		case empty:
			entries = slices.Delete(entries, i, i+1)
		default:
			entries[i] = v
		}
	}
	b.list("files", entries, func(v Value) map[string]any {
		m := map[string]any{}
		copyKeys(m, v, "guest_path")
		local, _ := v.Key("local_path").Str()
		secret, _ := v.Key("secret_name").Str()
		raw, _ := v.Key("raw_value").Str()
		switch {
		case local != "":
		case secret != "":
			m["secret_name"] = secret
		case raw != "":
			m["raw_value"] = base64.StdEncoding.EncodeToString([]byte(raw))
		}
		return m
	})
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
