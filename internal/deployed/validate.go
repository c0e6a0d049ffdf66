package deployed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flyschema"
)

// validate checks what flyctl's validation does once every type is right
// (appconfig/validation.go, August 2026). What is mistyped was told already.
func (r *reader) validate(c *Config) {
	for _, path := range []string{"deploy.release_command", "console_command"} {
		r.command(c.Get(path))
	}
	processes := c.Get("processes")
	for _, name := range processes.Keys() {
		r.command(processes.Key(name))
	}
	r.values(c)
	r.checks(c)
	r.groups(c)
	r.mounts(c)
	strategy := c.Get("deploy.strategy")
	if word, _ := strategy.Str(); word == "canary" && len(c.Get("mounts").Items()) > 0 {
		r.refuse(Refusal{
			Kind: Combination, Node: strategy.Node(), Type: typeAt("deploy.strategy"), Takes: `"rolling" or "immediate"`,
			Problem: "an app with volumes can't be deployed as canary",
		})
	}
}

func (r *reader) command(v Value) {
	text, ok := v.Str()
	if !ok {
		return
	}
	if _, err := Split(text); err != nil {
		r.refuse(Refusal{Kind: BadCommand, Node: v.Node(), Takes: "a command that can be split into words", Problem: err.Error()})
	}
}

// values checks words and bounds where the schema has some and flyctl's
// validation, not its decoder, looks.
func (r *reader) values(c *Config) {
	r.word(c.Get("deploy.strategy"), "deploy.strategy")
	r.word(c.Get("build.compression"), "build.compression")
	r.number(c.Get("build.compression_level"), "build.compression_level")
}

func (r *reader) word(v Value, path string) {
	word, ok := v.Str()
	t := typeAt(path)
	if ok && word != "" && !slices.Contains(t.Words, word) {
		r.refuse(Refusal{Kind: BadWord, Node: v.Node(), Type: t, Takes: takes(t)})
	}
}

func (r *reader) number(v Value, path string) {
	n, ok := v.Int()
	t := typeAt(path)
	if ok && outside(int64(n), t) {
		r.refuse(Refusal{Kind: OutOfBounds, Node: v.Node(), Type: t, Takes: takes(t)})
	}
}

func outside(n int64, t *flyschema.Type) bool {
	return t.HasMin && n < t.Min || t.HasMax && n > t.Max
}

// required refuses a table without one of the words under key: neither a
// missing one nor "" will do.
func (r *reader) required(table Value, key, path string) {
	v := table.Key(key)
	t := typeAt(path)
	word, ok := v.Str()
	switch {
	case v.Mistyped() || ok && slices.Contains(t.Words, word):
	case ok:
		r.refuse(Refusal{Kind: BadWord, Node: v.Node(), Type: t, Takes: takes(t)})
	default:
		r.refuse(Refusal{Kind: BadWord, Node: table.Node(), Type: t, Takes: takes(t), Problem: "has no " + key, Predicate: true})
	}
}

func (r *reader) checks(c *Config) {
	checks := c.Get("checks")
	for _, name := range checks.Keys() {
		check := checks.Key(name)
		if check.Mistyped() {
			continue
		}
		r.required(check, "type", "checks.*.type")
		for _, key := range []string{"interval", "timeout"} {
			v := check.Key(key)
			t := typeAt("checks.*." + key)
			if d, ok := v.Duration(); ok && outside(int64(d), t) {
				r.refuse(Refusal{Kind: OutOfBounds, Node: v.Node(), Type: t, Takes: takes(t)})
			}
		}
	}
}

func (r *reader) groups(c *Config) {
	named := c.Get("processes").Keys()
	for _, s := range c.Services() {
		if s.Processes.Mistyped() || c.Get("processes").Mistyped() {
			continue
		}
		if list, _ := s.Processes.Strs(); len(list) == 0 && len(named) > 0 {
			r.refuse(Refusal{
				Kind: NoGroup, Node: s.Value.Node(), Type: typeAt("services[].processes"), Takes: "processes with one or more of " + strings.Join(named, ", "),
				Problem: "names no process group, and the app has some", Predicate: true,
			})
			continue
		}
		r.groupNames(c, s.Processes)
	}
	for _, entry := range c.Get("restart").Items() {
		r.groupNames(c, entry.Key("processes"))
		r.required(entry, "policy", "restart[].policy")
	}
}

func (r *reader) groupNames(c *Config, v Value) {
	if c.Get("processes").Mistyped() {
		return
	}
	for _, item := range v.Items() {
		name, ok := item.Str()
		if !ok || slices.Contains(c.Groups(), name) {
			continue
		}
		r.refuse(Refusal{
			Kind: NoSuchGroup, Node: item.Node(), Type: typeAt("restart[].processes"), Takes: "one of " + strings.Join(c.Groups(), ", "),
			Problem: fmt.Sprintf("no process group is called %q", name),
		})
	}
}

func (r *reader) mounts(c *Config) {
	for _, m := range c.Get("mounts").Items() {
		const at = "mounts[]."
		r.size(m.Key("initial_size"), at+"initial_size")
		r.number(m.Key("snapshot_retention"), at+"snapshot_retention")
		step, stepSaid := r.size(m.Key("auto_extend_size_increment"), at+"auto_extend_size_increment")
		limit, _ := r.size(m.Key("auto_extend_size_limit"), at+"auto_extend_size_limit")
		v := m.Key("auto_extend_size_threshold")
		threshold, _ := v.Int()
		if v.Mistyped() || threshold == 0 && step == 0 && limit == 0 {
			continue
		}
		if threshold != 0 {
			r.number(v, at+"auto_extend_size_threshold")
		}
		missing := func(key string) {
			r.refuse(Refusal{Kind: Combination, Node: m.Node(), Type: typeAt(at + key), Takes: takes(typeAt(at + key)), Problem: "a volume that is to grow needs " + key})
		}
		if threshold == 0 {
			missing("auto_extend_size_threshold")
		}
		if step == 0 && !stepSaid && !m.Key("auto_extend_size_increment").Mistyped() {
			missing("auto_extend_size_increment")
		}
	}
}

// size checks a size; said is false for none, and for one that was refused.
func (r *reader) size(v Value, path string) (gigs int64, said bool) {
	text, ok := v.Str()
	if !ok || text == "" {
		return 0, false
	}
	t := typeAt(path)
	gigs, ok = gigabytes(text)
	switch {
	case !ok:
		r.refuse(Refusal{Kind: BadSize, Node: v.Node(), Type: t, Takes: takes(t)})
		return 0, true
	case outside(gigs, t):
		r.refuse(Refusal{Kind: OutOfBounds, Node: v.Node(), Type: t, Takes: takes(t)})
		return gigs, true
	}
	return gigs, true
}
