package live

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// Configured is the check of the machine's configuration that a result is of,
// and whether it is a service's, which decides about routing. ok is false when
// no check, or more than one, can be meant: the name of a service check's
// result has its type and port only.
func (m Machine) Configured(row Check) (c machineconfig.Check, service, ok bool) {
	if c, ok := m.Config.Checks()[row.Name]; ok {
		return c, false, true
	}
	rest, service := strings.CutPrefix(row.Name, servicePrefix)
	if !service {
		return machineconfig.Check{}, false, false
	}
	index, key, _ := strings.Cut(rest, "-")
	var all, match []machineconfig.Check
	for _, s := range m.Config.Services() {
		all = append(all, s.Checks...)
	}
	named := func(c machineconfig.Check) bool { return c.Type+"-"+strconv.Itoa(c.Port) == key }
	if n, err := strconv.Atoi(index); err == nil && n < len(all) && named(all[n]) {
		return all[n], true, true
	}
	for _, c := range all {
		if named(c) {
			match = append(match, c)
		}
	}
	if len(match) != 1 {
		return machineconfig.Check{}, true, false
	}
	return match[0], true, true
}

// answered finds the status in "HTTP GET /healthz: 400 Bad Request".
var answered = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[ :])([1-5]\d\d) [A-Z]`) })

// HTTPStatus is what the app answered to an HTTP check; 0 when it answered
// nothing that is told.
func (c Check) HTTPStatus() int {
	found := answered().FindStringSubmatch(c.Output)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(found[1])
	return n
}

// Refused says whether nothing listened at the port; TimedOut, whether no answer
// came in time. The platform tells them in its words alone.
func (c Check) Refused() bool { return c.HTTPStatus() == 0 && c.says("refused") }

// TimedOut: see Refused.
func (c Check) TimedOut() bool {
	return c.HTTPStatus() == 0 && c.says("timeout", "timed out", "deadline")
}

func (c Check) says(words ...string) bool {
	said := strings.ToLower(c.Output)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) })
}
