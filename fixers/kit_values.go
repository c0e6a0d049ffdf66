package fixers

import (
	"strconv"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// nodePort is the port of a table that flyctl does not read, a check or a port in
// the wrong place; 0 for none.
func nodePort(n flytoml.Node) int {
	c, _ := n.Key("port")
	v, _ := c.Int()
	if s, ok := c.Str(); ok {
		v, _ = strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	}
	if v < 1 || v > 65535 {
		return 0
	}
	return int(v)
}

// quotedList is an array of strings in TOML.
func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quote(n)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// stopTimeout is how long a machine may take to end once it is asked to: five
// seconds when nothing is said.
func stopTimeout(c machineconfig.Config) time.Duration {
	if d, ok := c.Duration("/stop_config/timeout"); ok {
		return d
	}
	return 5 * time.Second
}

// shortTime is 2m where Go says 2m0s.
func shortTime(d time.Duration) string {
	if d%time.Minute == 0 && d%time.Hour != 0 {
		return strings.TrimSuffix(d.String(), "0s")
	}
	return d.String()
}
