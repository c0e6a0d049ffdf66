package fixers

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// checkWord is flyctl's name for a key of a check, "" for none, and what a plain
// number counts there, 0 where the key doesn't say it.
func checkWord(name string) (key string, unit time.Duration) {
	name = bare(name)
	for _, u := range []struct {
		suffix string
		unit   time.Duration
	}{{"milliseconds", time.Millisecond}, {"millis", time.Millisecond}, {"ms", time.Millisecond}, {"seconds", time.Second}, {"secs", time.Second}, {"sec", time.Second}} {
		if short, ok := strings.CutSuffix(name, u.suffix); ok {
			name, unit = short, u.unit
			break
		}
	}
	for key, names := range map[string]string{
		"path":            "path url uri endpoint route httppath",
		"interval":        "interval period every frequency checkinterval",
		"timeout":         "timeout checktimeout",
		"grace_period":    "graceperiod grace startperiod initialdelay startdelay delay",
		"method":          "method httpmethod verb",
		"headers":         "headers httpheaders",
		"protocol":        "protocol scheme",
		"tls_skip_verify": "tlsskipverify skiptlsverify",
		"tls_server_name": "tlsservername",
	} {
		if slices.Contains(strings.Fields(names), name) {
			return key, unit
		}
	}
	return "", 0
}

// askedURL is one of this machine's own.
var askedURL = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::([0-9]+))?(/[\w./-]*)?`)
})

// literal is the value of a key as it is written where the check goes; "" for one
// that has no place there.
func (i *checkItem) literal(c strayCheckNode, n flytoml.Node, key string, unit time.Duration) string {
	text, isText := n.Str()
	switch key {
	case "path":
		switch asked := askedURL().FindStringSubmatch(text); {
		case !isText:
		case asked != nil && len(asked[0]) == len(text):
			i.port = asked[1]
			return quote(cmp.Or(asked[2], "/"))
		case strings.HasPrefix(text, "/"):
			return n.Raw()
		case text != "" && !strings.ContainsAny(text, " :$%{}<>"):
			return quote("/" + text)
		case strings.ContainsAny(text, " "):
			i.command = true
		}
		return ""
	case "interval", "timeout", "grace_period":
		v, isInt := n.Int()
		literal := n.Raw()
		switch {
		case isInt && unit != 0:
			literal = quote(shortTime(time.Duration(v) * unit))
		case isInt && c.of.HTTPService:
			literal = deployed.WithUnit(n, strings.HasPrefix(n.Path(), "services"))
			i.nanos = i.nanos || literal == ""
		}
		if d, err := time.ParseDuration(strings.Trim(literal, `"'`)); err == nil && d > time.Minute && key != "grace_period" {
			return "" // a check takes a minute at most: it means something else
		}
		return literal
	case "protocol":
		if isText && slices.Contains([]string{"http", "https"}, strings.ToLower(text)) {
			return quote(strings.ToLower(text))
		}
		return ""
	case "headers":
		if n.Raw() == "" {
			return "{}" // as it stands: a table moves whole
		}
		return n.Raw()
	case "":
		return ""
	}
	return n.Raw()
}
