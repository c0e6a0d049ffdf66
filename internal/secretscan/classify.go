// Package secretscan tells whether the value of an environment variable is a
// secret that doesn't belong in fly.toml.
//
// It is pure: no file, no network, no clock, no randomness. Nothing that it
// returns holds a value or a part of one, except what Mask leaves visible.
package secretscan

import "strings"

// Verdict says how sure Classify is. The zero value is No, so that a missing
// answer never moves a value.
type Verdict int

const (
	No      Verdict = iota // leave it where it is
	Likely                 // looks like a secret; a person decides
	Certain                // a secret by its shape or by its name
)

// String is the verdict in one word.
func (v Verdict) String() string {
	switch v {
	case Likely:
		return "likely"
	case Certain:
		return "certain"
	}
	return "no"
}

// Result is a verdict and what it rests on. Reason completes the sentence
// "this is a secret because it is ..."; it never holds the value.
type Result struct {
	Verdict Verdict
	Reason  string
}

// Classify judges one entry of [env] by its name and value.
//
// The order matters. What a value says about itself (a private key, a URL
// with a password, a known token) outranks its name; a name that is public by
// design outranks a token; and words that are about a secret (PASSWORD_TTL)
// outrank the word for the secret itself.
func Classify(name, value string) Result {
	value = strings.TrimSpace(value)
	if value == "" {
		return Result{Reason: "empty"}
	}
	words := splitWords(name)
	public := publicName(words)
	if r := credentialShape(value); r.Verdict == Certain {
		if public != "" {
			// Nothing can be both, so a person has to look.
			return Result{Likely, r.Reason + ", though " + public}
		}
		return r
	}
	if public == "" {
		public = publicValue(value)
	}
	if public != "" {
		return Result{Reason: public}
	}
	if isPlain(value) {
		return plainValue(words, value)
	}
	token := tokenShape(name, value)
	if token.Verdict == Certain {
		return token
	}
	if isPasswordHash(value) {
		return Result{Likely, "the hash of a password"}
	}
	if about := aboutSecret(words); about != "" {
		return Result{Reason: about}
	}
	if r := secretName(words, value); r.Verdict != No {
		return r
	}
	if token.Verdict == Likely {
		return token
	}
	if r := loginShape(words, value); r.Verdict != No {
		return r
	}
	if r := commandShape(value); r.Verdict != No {
		return r
	}
	if r := jsonShape(value); r.Verdict != No {
		return r
	}
	return randomShape(words, value)
}

// jsonShape finds a secret in a value that is JSON, by the names in it.
func jsonShape(value string) Result {
	if value[0] != '{' && value[0] != '[' || Redact(value) == value {
		return Result{}
	}
	return Result{Likely, "JSON with a secret in it"}
}

// plainValue handles the values that are never a secret, whatever their name:
// numbers, switches, durations, paths, hosts, clean URLs, interpolations. One
// exception: a few digits under a name that ends in PASSWORD may well be a
// weak password, and are shown to a person.
func plainValue(words []string, value string) Result {
	if len(value) >= 4 && isDigits(value) && endsInPassword(words) && aboutSecret(words) == "" {
		return Result{Likely, "digits only, but the name ends in " + suffixOf(words)}
	}
	if r := loginShape(words, value); r.Verdict != No {
		return r
	}
	return Result{}
}
