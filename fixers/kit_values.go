package fixers

import (
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// nodeText and nodePort read tables that flyctl does not: what a check or a port
// says that stands in the wrong place.
func nodeText(n flytoml.Node, key string) (string, bool) {
	c, _ := n.Key(key)
	return c.Str()
}

// nodePort is the port of such a table, 0 for none.
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
