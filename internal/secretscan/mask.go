package secretscan

import "strings"

const hidden = "(hidden)"

// Mask is what may be shown of a secret value. Of a database URL everything
// but the password stays: postgres://app:(hidden)@host/db. Of everything else,
// and of any URL that can't be taken apart without doubt, nothing does.
func Mask(value string) string {
	value = strings.TrimSpace(value)
	found := addresses(value)
	if len(found) != 1 || found[0].password == "" || strings.ContainsAny(value, " \t\r\n,;|\"'") {
		return hidden
	}
	a := found[0]
	if !strings.HasPrefix(strings.ToLower(value), a.scheme+"://") || !shownScheme(a.scheme) {
		return hidden
	}
	// An @ after the host may mean that the password was cut short by an
	// unescaped ?, # or /, and the host would then be a piece of it.
	if strings.Contains(a.query, "@") || strings.Contains(a.path, "@") || !isHostPort(a.host) {
		return hidden
	}
	user, path, query := a.user, a.path, ""
	if couldHoldToken(user) || strings.Contains(user, "/") {
		user = hidden
	}
	if couldHoldToken(path) {
		path = "/" + hidden
	}
	if strings.ContainsAny(value, "?#") {
		query = "?" + hidden
	}
	return a.scheme + "://" + user + ":" + hidden + "@" + a.host + path + query
}

// shownScheme: the user of an http URL is often the token itself, and a
// path there may be one too.
var shownScheme = list("postgres postgresql postgis cockroachdb mysql mysql2 mariadb redis rediss valkey valkeys mongodb mongodb+srv amqp amqps nats tls smtp smtps mssql sqlserver clickhouse ecto")

func isHostPort(host string) bool {
	name, port, ok := strings.Cut(host, ":")
	if ok && !isDigits(port) {
		return false
	}
	for _, c := range []byte(name) {
		if !isHostByte(c) && c != '_' {
			return false
		}
	}
	return name != ""
}
