package secretscan

import (
	"encoding/base64"
	"strings"
)

// credentialShape recognises what is a secret under any name: private keys,
// URLs and connection strings with a password, webhooks, ready-made
// Authorization headers.
func credentialShape(value string) Result {
	if isPrivateKey(value) {
		return Result{Certain, "a private key"}
	}
	if decoded := decodedKey(value); decoded != "" {
		return Result{Certain, decoded}
	}
	if strings.Contains(value, "://") {
		if r := urlShape(value); r.Verdict != No {
			return r
		}
	}
	if strings.Contains(value, "@tcp(") || strings.Contains(value, "@unix(") {
		if user, rest, ok := strings.Cut(value, ":"); ok && user != "" {
			if password := rest[:max(strings.LastIndex(rest, "@tcp("), strings.LastIndex(rest, "@unix("), 0)]; password != "" && !isInterpolation(password) {
				return Result{Certain, "a MySQL DSN with user and password"}
			}
		}
	}
	if strings.ContainsRune(value, '=') {
		if key := pairWithSecret(value); key != "" {
			return Result{Certain, "a connection string with a " + key}
		}
	}
	if isAuthorization(value) {
		return Result{Certain, "an authorization header with its credentials"}
	}
	return Result{}
}

func isPrivateKey(value string) bool {
	_, rest, ok := strings.Cut(value, "-----BEGIN ")
	if !ok {
		return strings.HasPrefix(value, "PuTTY-User-Key-File-")
	}
	label, body, ok := strings.Cut(rest, "-----")
	return ok && (strings.HasSuffix(label, "PRIVATE KEY") || strings.HasSuffix(label, "PRIVATE KEY BLOCK")) && len(body) > 16
}

// decodedKey looks once behind base64: a PEM file or the JSON of a service
// account is often packed so to fit one line.
func decodedKey(value string) string {
	if !strings.HasPrefix(value, "LS0tLS1CRUdJTi") && !strings.HasPrefix(value, "eyJ") && !strings.HasPrefix(value, "ewog") {
		return ""
	}
	text := strings.TrimRight(strings.ReplaceAll(value, "\n", ""), "=")
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	if isPrivateKey(string(decoded)) || strings.Contains(string(decoded), `"private_key"`) {
		return "a private key packed as base64"
	}
	return ""
}

// isSecretPair: the keys of a connection string that carry a secret, lower
// case and without blanks and underscores.
var isSecretPair = list("password pwd pass accountkey sharedaccesskey sharedsecret sharedsecretvalue secretkey apikey clientsecret sharedaccesssignature")

// pairWithSecret finds `Server=..;Password=..`, `host=.. password=..` and
// `AccountKey=..`: at least two pairs, of which one is a filled secret. It
// gives that pair's key.
func pairWithSecret(value string) string {
	separators := ";"
	if !strings.Contains(value, ";") {
		separators = " \t\n,"
	}
	pairs, found := 0, ""
	for _, part := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		key, text, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		pairs++
		text = strings.Trim(text, ` '"`)
		key = strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(strings.TrimSpace(key)))
		if found == "" && text != "" && isSecretPair(key) && !isInterpolation(text) && !isSwitch(text) {
			found = key
		}
	}
	if pairs < 2 {
		return ""
	}
	return found
}

// isAuthorization finds `Authorization=Basic ...`, `Bearer ...` and the header
// lists that OpenTelemetry exporters take (`x-api-key=...`).
func isAuthorization(value string) bool {
	if len(value) < len("basic ")+12 { // the shortest mark, and what must follow one
		return false
	}
	lower := strings.ToLower(value)
	for _, mark := range []string{"bearer ", "bearer%20", "basic ", "basic%20", "x-api-key=", "api-key=", "x-honeycomb-team=", "dd-api-key=", "x-api-key:", "authorization=", "authorization:"} {
		i := strings.Index(lower, mark)
		if i < 0 || i > 0 && mark[0] == 'b' && !strings.ContainsAny(lower[i-1:i], "=: '\"") {
			continue
		}
		text, _, _ := strings.Cut(strings.TrimLeft(value[i+len(mark):], " '\""), ",")
		text = strings.Trim(text, " '\"")
		if len(text) >= 12 && !strings.ContainsAny(text, " ") && looksRandom(text, 2.8) && !isInterpolation(text) {
			return true
		}
	}
	return false
}

// isPasswordHash knows the marks of crypt(3) and its successors. Such a hash
// can be searched offline, so it isn't for everybody's eyes.
func isPasswordHash(value string) bool {
	if user, rest, ok := strings.Cut(value, ":"); ok && isIdentifier(user) {
		value = rest // a line of an .htpasswd
	}
	for _, mark := range []string{"$2a$", "$2b$", "$2y$", "$argon2", "$6$", "$5$", "$1$", "$apr1$", "$pbkdf2", "pbkdf2_sha256$", "pbkdf2:sha256:", "scrypt:", "{SSHA}", "{SHA}", "SCRAM-SHA-256$"} {
		if strings.HasPrefix(value, mark) && len(value) >= len(mark)+20 {
			return true
		}
	}
	return false
}

// loginShape finds `user:password` without a host, under names that promise
// one.
func loginShape(words []string, value string) Result {
	user, password, ok := strings.Cut(value, ":")
	if !ok || user == "" || password == "" || strings.ContainsAny(value, " /\\") || isInterpolation(value) || strings.HasPrefix(password, "@") {
		return Result{}
	}
	joined := "_" + strings.Join(words, "_") + "_"
	for _, mark := range []string{"_BASIC_AUTH_", "_BASICAUTH_", "_HTPASSWD_", "_CREDENTIALS_", "_CREDENTIAL_", "_USERPWD_", "_LOGIN_", "_AUTH_"} {
		if strings.HasSuffix(joined, mark) {
			return Result{Likely, "user and password under a name that ends in " + strings.Trim(mark, "_")}
		}
	}
	return Result{}
}
