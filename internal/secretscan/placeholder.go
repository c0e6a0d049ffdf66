package secretscan

import (
	"net/url"
	"strings"
)

// Placeholder says whether a value is a word that stands for one that is yet to
// come, is made for tests, or is the login of a database that runs beside the
// developer's own program. In fly.toml such a word is shipped and counts as a
// secret all the same; in an image or an env file it is nobody's login.
func Placeholder(value string) bool {
	lower := strings.ToLower(value)
	for _, word := range []string{"placeholder", "dummy", "unused", "changeme", "change-me", "change_me", "your_", "your-", "example", "xxx", "todo", "fake", "none", "not-used", "fixme", "<"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	for _, word := range []string{"test", "testing", "e2e", "dev", "local", "ci", "mock", "sample", "some"} {
		if rest, ok := strings.CutPrefix(lower, word); ok && (rest == "" || rest[0] == '-' || rest[0] == '_') {
			return true
		}
	}
	return strings.Contains(" build x abc ", " "+lower+" ") || onOwnMachine(value)
}

// onOwnMachine: a URL of a server on the same machine, or of one that has no name
// but in a network of containers (postgres://app:app@db/app).
func onOwnMachine(value string) bool {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User == nil {
		return false
	}
	host := u.Hostname()
	return !strings.Contains(host, ".") && !strings.Contains(host, ":") || host == "127.0.0.1" || host == "0.0.0.0" || host == "::1" || host == "host.docker.internal"
}
