package fixers

import (
	"slices"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// groupNames are the process groups that fly.toml names; none named is "app".
func groupNames(f *flytoml.File) []string {
	if names := deployed.Read(f).Get("processes").Keys(); len(names) > 0 {
		return names
	}
	return []string{deployed.DefaultGroup}
}

// groupsServed are the process groups that something with these `processes` is
// deployed to.
func groupsServed(f *flytoml.File, processes []string) []string {
	if len(processes) > 0 {
		return processes
	}
	return groupNames(f)
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

func shareGroup(t plan.Target, a, b service) bool {
	return overlap(groupsServed(t.File, a.Processes), groupsServed(t.File, b.Processes))
}

// serviceGroups are the process groups that have a service, in file order.
func serviceGroups(t plan.Target) []string {
	var names []string
	for _, s := range services(t.File) {
		for _, g := range groupsServed(t.File, s.Processes) {
			if !slices.Contains(names, g) {
				names = append(names, g)
			}
		}
	}
	return names
}
