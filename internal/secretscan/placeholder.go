package secretscan

import (
	"net/url"
	"strings"
	"unicode"
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

var stockWord = list("secret supersecret supers3cret s3cret password passw0rd passwd pass pwd token key admin root user postgres mysql mariadb mongo redis rabbitmq minio sail laravel test testing tests dev development local localhost demo mock insecure")

// fillerWord stands between them, and tells nothing by itself.
var fillerWord = list("jwt do not use in production prod only please my our your for the a an app api session db database value string here this is very super sg sk pk re")

// Stock says whether a value is nothing but words for what it stands for or for whom
// it is: "secret", "supers3cret", "SG.test-key"; of a URL, its password. A server that
// takes it protects nothing, so that in an env file it tells nobody anything.
func Stock(value string) bool {
	if strings.Contains(value, "://") {
		u, err := url.Parse(value)
		if err != nil || u.User == nil {
			return false
		}
		password, _ := u.User.Password()
		return Stock(password)
	}
	stock := false
	for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return r < 128 && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		switch lower := strings.ToLower(word); {
		case stockWord(lower):
			stock = true
		case !fillerWord(lower):
			return false
		}
	}
	return stock
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
