package machineconfig

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Check is one health check. Type, Method and Protocol are normalized, so that
// two checks that ask the same can be compared: lower case type, upper case
// method (GET when not said), protocol http when not said, path / when not
// said. Durations are as Go writes them ("15s"), "" when not said.
type Check struct {
	Type          string // tcp, http
	Kind          string // informational, readiness: of top-level checks
	Port          int    // of a service check: the internal port when not said
	Path          string // http only, as the next three
	Method        string
	Protocol      string
	Headers       map[string][]string
	TLSServerName string
	TLSSkipVerify bool
	Interval      string
	Timeout       string
	GracePeriod   string
}

// Checks are the machine's top-level checks by name: they never affect
// routing, unless their kind is readiness.
func (c Config) Checks() map[string]Check {
	raw, _ := c.root["checks"].(map[string]any)
	out := make(map[string]Check, len(raw))
	for name, v := range raw {
		if obj, ok := v.(map[string]any); ok {
			out[name] = readCheck(obj, 0)
		}
	}
	return out
}

func readCheck(raw map[string]any, port int) Check {
	c := Check{
		Type: strings.ToLower(str(raw, "type")), Kind: str(raw, "kind"), Port: cmp.Or(intOf(raw["port"]), port),
		TLSServerName: str(raw, "tls_server_name"),
		Interval:      durationText(raw["interval"]), Timeout: durationText(raw["timeout"]), GracePeriod: durationText(raw["grace_period"]),
	}
	c.TLSSkipVerify, _ = raw["tls_skip_verify"].(bool)
	if c.Type == "http" {
		c.Path = cmp.Or(str(raw, "path"), "/")
		c.Method = strings.ToUpper(cmp.Or(str(raw, "method"), "GET"))
		c.Protocol = strings.ToLower(cmp.Or(str(raw, "protocol"), "http"))
	}
	for _, h := range objects(raw["headers"]) {
		if c.Headers == nil {
			c.Headers = map[string][]string{}
		}
		c.Headers[str(h, "name")] = stringList(h["values"])
	}
	return c
}

// ParseCheck reads a check as an op would add it to a service with this internal
// port. ok is false for what is no object.
func ParseCheck(value json.RawMessage, internalPort int) (c Check, ok bool) {
	v, err := decode(value)
	raw, ok := v.(map[string]any)
	if err != nil || !ok {
		return Check{}, false
	}
	return readCheck(raw, internalPort), true
}

// Asks says whether two checks ask the same question, headers included. How
// often they ask is not part of it.
func (c Check) Asks(o Check) bool {
	return c.Type == o.Type && c.Port == o.Port && c.Path == o.Path && c.Method == o.Method && c.Protocol == o.Protocol &&
		c.TLSServerName == o.TLSServerName && maps.EqualFunc(c.Headers, o.Headers, slices.Equal)
}

// String is "GET /healthz on port 8080". Tokens are put into queries, so none is
// shown.
func (c Check) String() string {
	if c.Type != "http" {
		return fmt.Sprintf("the TCP check of port %d", c.Port)
	}
	path, query, has := strings.Cut(c.Path, "?")
	if has && query != "" {
		path += "?(hidden)"
	}
	return fmt.Sprintf("%s %s on port %d", c.Method, path, c.Port)
}

func durationText(v any) string {
	if d, ok := duration(v); ok {
		return shortDuration(d)
	}
	s, _ := v.(string)
	return s
}

// shortDuration is "1m" where Go says "1m0s".
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
