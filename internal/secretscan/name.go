package secretscan

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// NameRefused says why Fly refuses name as the name of a secret; "" means that
// it accepts it. Fly's rule is wider than a shell's in no respect: a letter or
// an underscore, then letters, digits and underscores; FLY_ is its own.
func NameRefused(name string) string {
	if name == "" {
		return "the name is empty"
	}
	for i, c := range []byte(name) {
		letter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z'
		if i == 0 && !letter {
			return "a secret's name begins with a letter or an underscore"
		}
		if !letter && (c < '0' || c > '9') {
			return "a secret's name has only letters, digits and underscores"
		}
	}
	if strings.HasPrefix(strings.ToUpper(name), "FLY_") {
		return "names that begin with FLY_ belong to the platform"
	}
	return ""
}

// splitWords turns any case style into upper-case words: DB_PASSWORD,
// dbPassword, db-password and Db.Password all give DB PASSWORD.
func splitWords(name string) []string {
	words := make([]string, 0, 4)
	start := 0 // of the word under way
	flush := func(end int) {
		if start < end {
			words = append(words, strings.ToUpper(name[start:end]))
		}
		start = end
	}
	prev := rune(0)
	for i, r := range name {
		size := utf8.RuneLen(r)
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush(i)
			_, size = utf8.DecodeRuneInString(name[i:]) // a byte that is no character is one long
			start = i + size
		case unicode.IsUpper(r):
			// A word begins at an upper-case letter after a lower-case one
			// (apiKey), and at the last of several when a lower-case one
			// follows (the K of APIKey).
			next, _ := utf8.DecodeRuneInString(name[i+size:])
			if unicode.IsLower(prev) || unicode.IsUpper(prev) && unicode.IsLower(next) {
				flush(i)
			}
		}
		prev = r
	}
	flush(len(name))
	return words
}

// isPublicPrefix: the prefixes whose variables a bundler copies into the page.
var isPublicPrefix = list("NEXT_PUBLIC VITE REACT_APP PUBLIC NUXT_PUBLIC EXPO_PUBLIC GATSBY VUE_APP PLASMO_PUBLIC STORYBOOK")

// publicName says why the name promises a public value; "" when it doesn't.
func publicName(words []string) string {
	for n := 1; n <= 2 && n < len(words); n++ {
		prefix := strings.Join(words[:n], "_")
		if isPublicPrefix(prefix) {
			return "public by design: the name begins with " + prefix + "_"
		}
	}
	joined := "_" + strings.Join(words, "_") + "_"
	if !strings.Contains(joined, "KEY_") && !strings.Contains(joined, "PUBLISHABLE") && !strings.Contains(joined, "SEARCH") {
		return "" // most names: they hold none of the marks
	}
	for _, mark := range []string{"_PUBLISHABLE_", "_PUBLIC_KEY_", "_PUBLICKEY_", "_PUBKEY_", "_PUB_KEY_", "_SITE_KEY_", "_SITEKEY_", "_ANON_KEY_", "_SEARCH_ONLY_"} {
		if strings.Contains(joined, mark) {
			return "public by design: the name holds " + strings.Trim(mark, "_")
		}
	}
	// These vendors make a key of its own for browsers; elsewhere a key of a
	// search service is one like any other.
	if strings.HasSuffix(joined, "_SEARCH_KEY_") || strings.HasSuffix(joined, "_SEARCH_API_KEY_") {
		for _, vendor := range []string{"ALGOLIA", "MEILI", "TYPESENSE"} {
			if strings.Contains(joined, vendor) {
				return "public by design: a key that only searches"
			}
		}
	}
	return ""
}

// isAboutWord: words that end a name that speaks about a secret, or about something that
// is none, whatever stands before them.
var isAboutWord = list(`EXPIRY EXPIRE EXPIRES EXPIRATION EXP TTL LIFETIME DURATION TIMEOUT INTERVAL AGE DAYS HOURS MINUTES SECONDS MS
 LENGTH LEN SIZE BYTES BITS COUNT LIMIT MIN MAX ROUNDS COST ITERATIONS STRENGTH NAME NAMES HEADER HEADERS COOKIE FIELD COLUMN PARAM
 FILE FILES FILENAME FILEPATH PATH PATHS DIR DIRECTORY FOLDER LOCATION TYPE KIND FORMAT ENCODING CHARSET PREFIX SUFFIX PATTERN REGEX
 ID IDS IDENTIFIER ARN REF URI URL URLS ENDPOINT HOST HOSTS HOSTNAME DOMAIN PORT REGION SERVER ISSUER AUDIENCE ALGORITHM ALG METHOD MODE
 PROVIDER MANAGER BACKEND DRIVER STRATEGY STORE STORAGE SERVICE VERSION SHA SHA1 SHA256 COMMIT DIGEST REVISION CHECKSUM HASH
 ENABLED DISABLED ENABLE DISABLE REQUIRED OPTIONAL ALLOWED POLICY RULES HINT LABEL TITLE DESCRIPTION MESSAGE TEXT SUBJECT TEMPLATE
 RESET ROTATION ADDRESS WALLET SID SCOPE SCOPES CLASS TABLE USER USERNAME EMAIL NAMESPACE BUCKET ENV LEVEL REQUIREMENTS`)

// aboutSecret says which last word makes the name one about a secret.
func aboutSecret(words []string) string {
	words = trimQualifiers(words)
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	if last == "COOKIE" && suffixOf(words) != "" {
		return "" // Erlang's cookie is the password between nodes
	}
	if isAboutWord(last) {
		return "the name ends in _" + last + ": about a secret, or an opaque name"
	}
	if n := len(words); n >= 2 && words[n-1] == "IN" && strings.HasPrefix(words[n-2], "EXPIRE") {
		return "the name ends in _EXPIRES_IN: about a secret"
	}
	return ""
}

// isQualifier: words that may follow the word that says what the value is: API_KEY_PROD.
var isQualifier = list("PROD PRODUCTION STAGING STAGE DEV DEVELOPMENT TEST LIVE SANDBOX OLD NEW PREVIOUS CURRENT NEXT PRIMARY SECONDARY MAIN BACKUP DEFAULT LOCAL B64 BASE64 HEX JSON")

func trimQualifiers(words []string) []string {
	for len(words) > 1 {
		last := words[len(words)-1]
		version := strings.TrimPrefix(last, "V")
		if !isDigits(version) && !isQualifier(last) {
			break
		}
		words = words[:len(words)-1]
	}
	return words
}
