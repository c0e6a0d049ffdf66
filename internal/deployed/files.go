package deployed

import (
	"path"
	"path/filepath"
	"strings"
)

// LocalFile is a file of the repository that fly.toml names and a deploy reads.
type LocalFile struct {
	Value Value
	Path  string // with slashes
	// FromFile: flyctl looks from the folder of fly.toml; else from the folder
	// where it is started.
	FromFile bool
}

// LocalFiles are those files, in the order of the schema.
func (c *Config) LocalFiles() []LocalFile {
	var out []LocalFile
	add := func(v Value, fromFile bool) {
		name, ok := v.Str()
		if !ok || name == "" || strings.HasPrefix(name, "http:") || strings.HasPrefix(name, "https:") {
			return
		}
		out = append(out, LocalFile{v, path.Clean(filepath.ToSlash(name)), fromFile})
	}
	if text(c.Get("build.image")) == "" { // else nothing is built
		add(c.Get("build.dockerfile"), true)
		add(c.Get("build.ignorefile"), true)
	}
	add(c.Get("build.compose.file"), true)
	for _, f := range c.Get("files").Items() {
		add(f.Key("local_path"), false)
	}
	if v := c.machineConfig(); strings.HasSuffix(text(v), ".json") {
		add(v, false)
	}
	return out
}

// machineConfig is the one of the two keys that flyctl takes; it holds JSON, or
// names a file with it. A compose file comes before it.
func (c *Config) machineConfig() Value {
	if c.Get("build.compose").Said() {
		return Value{}
	}
	if v := c.Get("experimental.machine_config"); text(v) != "" {
		return v
	}
	return c.Get("machine_config")
}

func text(v Value) string {
	s, _ := v.Str()
	return s
}
