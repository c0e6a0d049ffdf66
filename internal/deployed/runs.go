package deployed

import (
	"slices"
	"strings"
)

// Commands are what the file tells machines to run: the commands of the process
// groups that want is true for, then those of [experimental]; none where the
// image's own command runs.
func (c *Config) Commands(want func(group string) bool) []string {
	var out []string
	processes := c.Get("processes")
	for _, group := range processes.Keys() {
		if line, _ := processes.Key(group).Str(); strings.TrimSpace(line) != "" && want(group) {
			out = append(out, line)
		}
	}
	for _, key := range []string{"entrypoint", "cmd", "exec"} {
		if words, _ := c.Get("experimental").Key(key).Strs(); len(words) > 0 {
			out = append(out, strings.Join(words, " "))
		}
	}
	return out
}

// Served says whether a service is deployed to the group. One that names no
// group is for all of them.
func (c *Config) Served(group string) bool {
	return slices.ContainsFunc(c.Services(), func(s Service) bool {
		names, _ := s.Processes.Strs()
		return len(names) == 0 || slices.Contains(names, group)
	})
}

// InternalPorts are the ports that the services forward to.
func (c *Config) InternalPorts() []int {
	var ports []int
	for _, s := range c.Services() {
		if n, ok := s.Key("internal_port").Int(); ok && n > 0 && n < 1<<16 {
			ports = append(ports, n)
		}
	}
	return ports
}

// CheckPaths are the paths that HTTP checks ask, without their queries.
func (c *Config) CheckPaths() []string {
	checks := c.Get("checks").Items()
	for _, name := range c.Get("checks").Keys() {
		checks = append(checks, c.Get("checks").Key(name))
	}
	for _, s := range c.Services() {
		checks = append(checks, s.Checks()...)
	}
	var paths []string
	for _, v := range checks {
		p, _ := v.Key("path").Str()
		if p, _, _ = strings.Cut(p, "?"); p != "" && !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	return paths
}

// CountsConnections says whether some service is measured by connections, as it is
// where the limits name no type.
func (c *Config) CountsConnections() bool {
	return slices.ContainsFunc(c.Services(), func(s Service) bool {
		kind, _ := s.Key("concurrency").Key("type").Str()
		return s.Key("concurrency").Said() && (kind == "" || kind == "connections")
	})
}
