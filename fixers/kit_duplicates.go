package fixers

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// inDuplicate says whether path is in the entry that services leaves out.
func inDuplicate(f *flytoml.File, path string) bool {
	all := servicesAsWritten(f)
	return len(services(f)) < len(all) && strings.HasPrefix(path, all[len(all)-1].Path+".")
}

func mayDuplicate(web, other service) bool {
	return web.HTTPService && !other.HTTPService && other.Protocol == "tcp" && len(other.Ports) > 0
}

// notCovered are the keys with which the duplicate says something of its own.
func notCovered(f *flytoml.File, web, other service) []string {
	var only []string
	if !slices.Equal(groupsServed(f, web.Processes), groupsServed(f, other.Processes)) || len(other.Processes) == 0 && len(groupNames(f)) > 1 {
		only = append(only, "processes")
	}
	written, _ := f.Get(other.Path)
	for _, key := range written.Keys() {
		v, same := other.Key(key), false
		switch key {
		case "protocol", "processes", "script_checks":
			same = true
		case "internal_port":
			same = other.InternalPort == web.InternalPort
		case "ports":
			same = portsCovered(f, web, other)
		case "tcp_checks", "http_checks":
			same = len(v.Items()) == 0 || checksCovered(web, other)
		case "concurrency", "auto_stop_machines", "auto_start_machines", "min_machines_running":
			same = v.Equal(web.Key(key))
		}
		if !same {
			only = append(only, key)
		}
	}
	return only
}

// portsCovered: http_service is 80 with the handler http, and 443 with http and
// tls.
func portsCovered(f *flytoml.File, web, other service) bool {
	force, _ := web.Key("force_https").Bool()
	for _, v := range other.Key("ports").Items() {
		handlers, _ := v.Key("handlers").Strs()
		i := slices.IndexFunc(web.Ports, func(p port) bool { return firstPort(p.Name) == portAt(v.Key("port")) })
		if i < 0 || !slices.Equal(sorted(handlers), sorted(web.Ports[i].Handlers)) {
			return false
		}
		written, _ := f.Get(v.Path())
		for _, key := range written.Keys() {
			on, isBool := v.Key("force_https").Bool()
			if key != "port" && key != "handlers" && !(key == "force_https" && isBool && (!on || force)) {
				return false
			}
		}
	}
	return true
}

// checksCovered: every path that the other's checks ask is asked by one of
// http_service, and a TCP check asks less than any.
func checksCovered(web, other service) bool {
	for _, c := range other.Checks {
		asks := func(o fileCheck) bool { return c.Type == "tcp" || o.Path == c.Path }
		if !slices.ContainsFunc(web.Checks, asks) {
			return false
		}
	}
	return true
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}
