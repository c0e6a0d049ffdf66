package secretscan

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

// gitleaksRules is the default configuration of gitleaks (MIT, gitleaks/LICENSE),
// at the version of the module in go.mod, word for word.
//
//go:embed gitleaks/rules.toml
var gitleaksRules string

// library is the part of gitleaks's rule set that this package uses. Its
// regular expressions are compiled when a rule's keyword is met, never before:
// all of them together would cost more than the whole plan.
type library struct {
	Rules     []*rule
	Allowlist allowlist
}

type rule struct {
	ID, Regex, Path string
	Entropy         float64
	SecretGroup     int
	Keywords        []string
	Allowlists      []allowlist

	compile func() *regexp.Regexp // nil: the expression is not Go's
}

type allowlist struct {
	Regexes, StopWords, Paths, Commits []string
	RegexTarget, Condition             string
}

// loadRules parses the rule text of gitleaks, once. A text
// that doesn't parse gives no rules: the names and shapes still decide, and a
// test holds that it does parse.
var loadRules = sync.OnceValue(func() *library {
	lib := new(library)
	if err := toml.Unmarshal([]byte(gitleaksRules), lib); err != nil {
		return new(library)
	}
	kept := lib.Rules[:0]
	for _, r := range lib.Rules {
		if r.Path != "" || r.Regex == "" || len(r.Keywords) == 0 || unsuitable(r.ID) {
			continue
		}
		r.compile = sync.OnceValue(func() *regexp.Regexp {
			expr, err := regexp.Compile(r.Regex)
			if err != nil {
				return nil
			}
			return expr
		})
		kept = append(kept, r)
	}
	lib.Rules = kept
	return lib
})

// unsuitable rules are left out: the generic one (names are judged here, with
// more care), and those whose match is public by design.
func unsuitable(id string) bool {
	if id == "generic-api-key" || id == "aws-access-token" || id == "alibaba-access-key-id" || id == "mapbox-api-token" || id == "new-relic-browser-api-token" {
		return true
	}
	for _, end := range []string{"-client-id", "-access-id", "-api-id", "-public-key", "-pub-key", "-publishable-key"} {
		if strings.HasSuffix(id, end) {
			return true
		}
	}
	return false
}

// tokenShape asks the rule library. A rule that knows the value by itself is
// certain. One that needs the vendor's name beside it (32 letters after
// "fastly") is only likely: an index or a host may be as long.
func tokenShape(name, value string) Result {
	if !couldHoldToken(value) {
		return Result{}
	}
	lib := loadRules()
	line := name + ` = "` + value + `"`
	lower := strings.ToLower(line)
	var likely Result
	for _, r := range lib.Rules {
		if !r.keywordIn(lower) {
			continue
		}
		if lib.found(r, value, 0) {
			return Result{Certain, "a known token shape (gitleaks " + r.ID + ")"}
		}
		if likely.Verdict == No && !strings.ContainsAny(value, `"`) && lib.found(r, line, len(line)-1-len(value)) {
			likely = Result{Likely, "the shape of a token for that vendor (gitleaks " + r.ID + ")"}
		}
	}
	return likely
}

func (r *rule) keywordIn(lower string) bool {
	for _, keyword := range r.Keywords {
		if strings.Contains(lower, keyword) {
			return true
		}
	}
	return false
}

// found says whether the rule's secret lies in text at or after from: a match
// in the name alone must not count.
func (l *library) found(r *rule, text string, from int) bool {
	expr := r.compile()
	if expr == nil {
		return false
	}
	for _, at := range expr.FindAllStringSubmatchIndex(text, -1) {
		start, end := at[0], at[1]
		if group := secretGroup(r, at); group > 0 {
			start, end = at[2*group], at[2*group+1]
		}
		if start < from {
			continue
		}
		secret := text[start:end]
		if r.Entropy > 0 && entropy(secret) <= r.Entropy {
			continue
		}
		if !allowed(secret, text, append(r.Allowlists[:len(r.Allowlists):len(r.Allowlists)], l.Allowlist)) {
			return true
		}
	}
	return false
}

// secretGroup is the group that holds the secret: the one that the rule names,
// else the first that took part; 0 is the whole match.
func secretGroup(r *rule, at []int) int {
	if n := r.SecretGroup; n > 0 && 2*n+1 < len(at) && at[2*n] >= 0 {
		return n
	}
	for n := 1; 2*n < len(at); n++ {
		if at[2*n] >= 0 && at[2*n+1] > at[2*n] {
			return n
		}
	}
	return 0
}

// allowed honours the library's own exceptions: example values and words that
// mark one. Lists that also ask for a path or a commit can't hold here, except
// where any one condition is enough.
func allowed(secret, line string, lists []allowlist) bool {
	for _, list := range lists {
		if list.Condition == "AND" && len(list.Paths)+len(list.Commits) > 0 {
			continue
		}
		target := secret
		if list.RegexTarget == "line" || list.RegexTarget == "match" {
			target = line
		}
		for _, text := range list.Regexes {
			if expr, err := regexp.Compile(text); err == nil && expr.MatchString(target) {
				return true
			}
		}
		for _, word := range list.StopWords {
			if strings.Contains(strings.ToLower(secret), strings.ToLower(word)) {
				return true
			}
		}
	}
	return false
}
