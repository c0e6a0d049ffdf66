package deployed

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Words that people write for one of flyctl's or Fly's, by the letters and digits
// of it, below the end of the place's path. One in certain has no other reading.
var (
	certain = map[string]map[string]string{
		"deploy.strategy":    {"rollingupdate": "rolling", "rollingdeploy": "rolling"},
		"restart[].policy":   {"no": "never", "none": "never", "off": "never", "onfail": "on-failure", "onerror": "on-failure", "true": "always"},
		"build.compression":  {"gz": "gzip", "zstandard": "zstd"},
		"auto_stop_machines": {"on": "stop", "true": "stop", "yes": "stop", "1": "stop", "false": "off", "no": "off", "0": "off"},
		"persist_rootfs":     {"no": "never", "false": "never"},
		"checks.*.type":      {},
		"kill_signal":        {"int": "SIGINT", "term": "SIGTERM", "quit": "SIGQUIT", "usr1": "SIGUSR1", "usr2": "SIGUSR2", "kill": "SIGKILL", "stop": "SIGSTOP", "2": "SIGINT", "3": "SIGQUIT", "9": "SIGKILL", "15": "SIGTERM"},
		"concurrency.type":   {"request": "requests", "reqs": "requests", "connection": "connections", "conns": "connections"},
		"handlers":           {"ssl": "tls", "https": "tls http", "postgres": "pg_tls", "proxyprotocol": "proxy_proto"},
		"versions":           {"10": "TLSv1.0", "11": "TLSv1.1", "12": "TLSv1.2", "13": "TLSv1.3", "tls10": "TLSv1.0", "tls11": "TLSv1.1", "tls12": "TLSv1.2", "tls13": "TLSv1.3"},
		"options.version":    {"1": "v1", "2": "v2"},
	}
	probable = map[string]map[string]string{
		"deploy.strategy":     {"recreate": "immediate", "allatonce": "immediate", "simple": "rolling", "default": "rolling", "redblack": "bluegreen", "standard": "rolling"},
		"restart[].policy":    {"unlessstopped": "always", "yes": "always", "on": "always", "restart": "always", "failure": "on-failure"},
		"checks.*.type":       {"https": "http", "grpc": "tcp", "connect": "tcp", "h2": "http", "get": "http"},
		"auto_stop_machines":  {"never": "off", "none": "off", "disabled": "off", "enabled": "stop", "always": "stop", "stopped": "stop", "sleep": "suspend", "pause": "suspend", "suspended": "suspend"},
		"persist_rootfs":      {"true": "always", "yes": "always"},
		"services[].protocol": {"http": "tcp", "https": "tcp", "http2": "tcp", "grpc": "tcp", "ws": "tcp", "wss": "tcp", "websocket": "tcp", "tls": "tcp", "ssl": "tcp"},
		"cpu_kind":            {"dedicated": "performance", "dedicatedcpu": "performance", "performancecpu": "performance", "sharedcpu": "shared"},
	}
)

// letters are the lower-case letters and digits of a word.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(text))
}

// word is the one of words that is text but for case, spaces and signs; "" for
// none.
func word(text string, words []string) string {
	for _, w := range words {
		if letters(w) == letters(text) {
			return w
		}
	}
	return ""
}

// near is the one of words that a few letters make of text; "" for none.
func near(text string, words []string) string {
	best, distance := "", 1+len(text)/4
	for _, w := range words {
		switch d := levenshtein.ComputeDistance(strings.ToLower(text), strings.ToLower(w)); {
		case d < distance:
			best, distance = w, d
		case d == distance && best != "":
			best = "" // two are as near
		case d == distance:
			best = w
		}
	}
	return best
}

func repairWord(r Refusal) *Repair {
	text, isText := r.Node.Str()
	if !isText {
		return missingWord(r)
	}
	edit := func(w string) flytoml.Edit { return set(r.Node.Path(), strconv.Quote(w)) }
	w, sureOfIt := meantWord(text, r.Type.Path, r.Type.Words)
	switch {
	case w == "":
		return nil
	case sureOfIt:
		return sure(edit(w))
	case near(text, r.Type.Words) == w:
		return likely("did you mean "+strconv.Quote(w)+"?", edit(w))
	}
	return likely("it is the nearest to "+strconv.Quote(text), edit(w))
}

// meantWord is the one of words that stands for text at a place of the schema;
// certain when it has no other reading, "" for none.
func meantWord(text, path string, words []string) (w string, isCertain bool) {
	of := func(synonyms map[string]map[string]string) string {
		for place, table := range synonyms {
			if strings.HasSuffix(path, place) {
				return table[letters(text)]
			}
		}
		return ""
	}
	if letters(text) == "" {
		return "", false
	}
	if w := cmp.Or(word(text, words), of(certain)); w != "" {
		return w, true
	}
	return cmp.Or(of(probable), near(text, words)), false
}

// missingWord fills in a word that flyctl wants and the table doesn't say,
// where what else it says leaves one.
func missingWord(r Refusal) *Repair {
	said := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { _, ok := r.Node.Key(k); return ok })
	}
	path := r.Node.Path()
	switch r.Type.Path {
	case "checks.*.type":
		if said("path", "method", "headers", "protocol", "tls_server_name", "tls_skip_verify") {
			return likely("its other keys are those of an HTTP check", set(path+".type", `"http"`))
		}
		return likely("it has no key of an HTTP check", set(path+".type", `"tcp"`))
	case "restart[].policy":
		if said("retries", "max_retries") {
			return likely("retries count for on-failure alone", set(path+".policy", `"on-failure"`))
		}
	}
	return nil
}
