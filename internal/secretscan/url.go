package secretscan

import (
	"net/url"
	"strings"
)

// address is one URL taken apart leniently: passwords in the wild are seldom
// escaped, so that net/url refuses many URLs that drivers accept.
type address struct {
	scheme, user, password, host, path, query string
	hasUser                                   bool
}

// addresses takes every URL out of value: drivers accept lists of them.
func addresses(value string) []address {
	var found []address
	rest := value
	for {
		i := strings.Index(rest, "://")
		if i < 0 {
			return found
		}
		start := i
		for start > 0 && isSchemeByte(rest[start-1]) {
			start--
		}
		end := len(rest)
		if next := strings.Index(rest[i+3:], "://"); next >= 0 {
			// The next URL's scheme ends this one, if a separator stands there.
			if cut := strings.LastIndexAny(rest[i+3:i+3+next], ", ;\n\t|\""); cut >= 0 {
				end = i + 3 + cut
			}
		}
		found = append(found, splitAddress(strings.ToLower(rest[start:i]), rest[i+3:end]))
		if end == len(rest) {
			return found
		}
		rest = rest[end:]
	}
}

func isSchemeByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.' || c == ':'
}

func splitAddress(scheme, rest string) address {
	a := address{scheme: scheme}
	body := rest
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		body, a.query = rest[:i], rest[i+1:]
	}
	authority, path := body, ""
	if i := strings.IndexByte(body, '/'); i >= 0 {
		authority, path = body[:i], body[i:]
	}
	if !strings.Contains(authority, "@") && strings.Contains(path, "@") && !portLike(authority) {
		// postgres://app:a/b@host: an unescaped slash in the password.
		authority, path = body, ""
		if i := strings.LastIndexByte(body, '@'); i >= 0 {
			if slash := strings.IndexByte(body[i:], '/'); slash >= 0 {
				authority, path = body[:i+slash], body[i+slash:]
			}
		}
	}
	a.path = path
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		a.hasUser = true
		a.user, a.password, _ = strings.Cut(authority[:i], ":")
		authority = authority[i+1:]
	}
	a.host = authority
	return a
}

// portLike: "host" and "host:5432", but not "user:pass".
func portLike(authority string) bool {
	_, port, ok := strings.Cut(authority, ":")
	return !ok || port == "" || isDigits(port)
}

// urlShape is the verdict on a value that holds URLs.
func urlShape(value string) Result {
	for _, a := range addresses(value) {
		kind := strings.TrimPrefix(a.scheme, "jdbc:")
		if strings.Contains(kind, ":") {
			kind = kind[strings.LastIndexByte(kind, ':')+1:]
		}
		if a.password != "" && !isInterpolation(a.password) {
			if a.user == "" {
				return Result{Certain, article(kind) + " URL with a password"}
			}
			return Result{Certain, article(kind) + " URL with user and password"}
		}
		if key := querySecret(a.query); key != "" {
			return Result{Certain, article(kind) + " URL with " + article(key) + " in its query"}
		}
		if hook := webhookOf(a); hook != "" {
			return Result{Certain, hook + " URL with its token"}
		}
		if tokenInPath(a) {
			return Result{Certain, "a URL of " + providerOf(a) + " with its key in the path"}
		}
	}
	return Result{}
}

func article(word string) string {
	if word != "" && strings.IndexByte("aeio", word[0]|0x20) >= 0 {
		return "an " + word
	}
	return "a " + word
}

var (
	isSecretParameter = list("password passwd pwd pass secret clientsecret authtoken accesstoken apikey secretkey sslpassword")
	isTokenParameter  = list("token key sig signature auth code")
)

// querySecret is the name of the first parameter that carries a secret.
func querySecret(query string) string {
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
		key, text, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(text); err == nil {
			text = decoded
		}
		if text == "" || isInterpolation(text) || isSwitch(text) {
			continue
		}
		lower := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(key))
		switch {
		case isSecretParameter(lower):
			return key
		case isTokenParameter(lower) && len(text) >= 12 && looksRandom(text, 2.8):
			return key
		}
	}
	return ""
}

// webhookOf names the service whose webhook the URL is, "" for none. The path
// must hold the token: the bare host is public.
func webhookOf(a address) string {
	host, _, _ := strings.Cut(strings.ToLower(a.host), ":")
	parts := strings.FieldsFunc(a.path, func(r rune) bool { return r == '/' })
	long := len(parts) > 0 && len(parts[len(parts)-1]) >= 16 && !isInterpolation(a.path)
	switch {
	case host == "hooks.slack.com" && len(parts) >= 4 && long:
		return "a Slack webhook"
	case (host == "discord.com" || host == "discordapp.com" || strings.HasSuffix(host, ".discord.com")) && strings.HasPrefix(a.path, "/api/webhooks/") && long:
		return "a Discord webhook"
	case strings.HasSuffix(host, ".webhook.office.com") && len(parts) >= 3:
		return "a Teams webhook"
	case host == "hooks.zapier.com" && len(parts) >= 4:
		return "a Zapier webhook"
	case host == "api.telegram.org" && len(parts) > 0 && strings.HasPrefix(parts[0], "bot") && len(parts[0]) > 30:
		return "a Telegram bot"
	case (strings.HasSuffix(host, ".mattermost.com") || strings.Contains(host, "mattermost")) && strings.Contains(a.path, "/hooks/") && long:
		return "a Mattermost webhook"
	case host == "chat.googleapis.com" && strings.Contains(a.query, "token="):
		return "a Google Chat webhook"
	}
	return ""
}

// pathKeys are the hosts whose URLs carry the key of an account as a part of
// the path (their own documentation, November 2026): who has the URL has the
// account. Of a gist that is secret, the URL is all the protection.
var pathKeys = [...]struct{ host, provider string }{
	{".infura.io", "Infura"}, {".alchemy.com", "Alchemy"}, {".alchemyapi.io", "Alchemy"}, {".quiknode.pro", "QuickNode"}, {".chainstack.com", "Chainstack"},
	{".ankr.com", "Ankr"}, {".blastapi.io", "Blast"}, {".getblock.io", "GetBlock"}, {"gist.githubusercontent.com", "GitHub Gist"}, {"hc-ping.com", "Healthchecks"},
}

// tokenInPath says whether a part of the path is such a key.
func tokenInPath(a address) bool {
	if providerOf(a) == "" || isInterpolation(a.path) {
		return false
	}
	for _, part := range strings.FieldsFunc(a.path, func(r rune) bool { return r == '/' }) {
		if isUUID(part) || len(part) >= 24 && looksRandom(part, 3.0) {
			return true
		}
	}
	return false
}

func providerOf(a address) string {
	host, _, _ := strings.Cut(strings.ToLower(a.host), ":")
	for _, p := range pathKeys {
		if host == strings.TrimPrefix(p.host, ".") || p.host[0] == '.' && strings.HasSuffix(host, p.host) {
			return p.provider
		}
	}
	return ""
}

// isCleanURL: a value that is one or more URLs, of which none carries a
// credential. What a URL says besides is no secret, however random: bucket
// names, tenant ids.
func isCleanURL(value string) bool {
	if !strings.Contains(value, "://") {
		return false
	}
	for i, a := range addresses(value) {
		if a.scheme == "" || i == 0 && !strings.HasPrefix(strings.ToLower(strings.TrimLeft(value, "\"'[ ")), a.scheme) {
			return false
		}
		if a.hasUser && (a.password != "" && !isInterpolation(a.password) || tokenUser(a)) {
			return false
		}
		for _, part := range strings.FieldsFunc(a.path+"/"+a.query, func(r rune) bool { return strings.ContainsRune("/&=?", r) }) {
			if couldHoldToken(part) {
				return false
			}
		}
	}
	return true
}

// tokenUser: https://ghp_...@github.com carries its token as the user. Sentry
// does too, but publishes it: the key of a DSN is made for browsers.
func tokenUser(a address) bool {
	if strings.Contains(a.host, "sentry") {
		return false
	}
	return couldHoldToken(a.user)
}
