package deployed

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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

var timeText = regexp.MustCompile(`^([0-9]*\.?[0-9]+) *([a-zµ]*)$`)

var timeUnits = map[string]time.Duration{
	"ms": time.Millisecond, "msec": time.Millisecond, "msecs": time.Millisecond, "milli": time.Millisecond, "millis": time.Millisecond,
	"millisecond": time.Millisecond, "milliseconds": time.Millisecond,
	"s": time.Second, "sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
}

// parseDuration reads what people write for a duration with a unit: "5 s",
// "1min", "1m 30s", "PT15S".
func parseDuration(text string) (time.Duration, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	tight := strings.TrimPrefix(strings.ReplaceAll(text, " ", ""), "pt")
	if d, err := time.ParseDuration(tight); err == nil && tight != "0" {
		return d, true
	}
	m := timeText.FindStringSubmatch(text)
	if m == nil || m[2] == "" {
		return 0, false
	}
	unit, ok := timeUnits[m[2]]
	n, err := strconv.ParseFloat(m[1], 64)
	if !ok || err != nil || n*float64(unit) > math.MaxInt64/2 {
		return 0, false
	}
	return time.Duration(n * float64(unit)), true
}

func wholeSeconds(text string) (int64, bool) {
	d, ok := parseDuration(text)
	return int64(d / time.Second), ok && d >= 0 && d%time.Second == 0 && d/time.Second <= math.MaxUint32
}

func repairDuration(path, text string) *Repair {
	if d, ok := parseDuration(text); ok {
		return sure(set(path, strconv.Quote(shortest(d))))
	}
	if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
		return unit(path, n)
	}
	return nil
}

// WithUnit is a number as a duration of the same length, for a place where a number
// means nanoseconds; "" when nobody can say which length that is. milliseconds: it
// stands where flyctl counts those.
func WithUnit(n flytoml.Node, milliseconds bool) string {
	v, ok := n.Int()
	if milliseconds && ok {
		return strconv.Quote(shortest(time.Duration(v) * time.Millisecond))
	}
	if r := unit("", v); r != nil && ok {
		return r.Edits[0].Value
	}
	return ""
}

func repairUnit(path string, n flytoml.Node) *Repair {
	f, _ := n.Float()
	return unit(path, int64(f))
}

// unit is the one that a number without any was probably meant in.
func unit(path string, n int64) *Repair {
	switch {
	case n == 0:
		return sure(set(path, `"0s"`))
	case n > 0 && n <= 600:
		return likely("a number this small is probably in seconds", set(path, strconv.Quote(shortest(time.Duration(n)*time.Second))))
	case n >= 1000 && n <= 3_600_000:
		return likely("a number this large is probably in milliseconds", set(path, strconv.Quote(shortest(time.Duration(n)*time.Millisecond))))
	}
	return nil
}

var sizeText = regexp.MustCompile(`^([0-9]*[.,]?[0-9]+) *([a-z]*)$`)

// tidySize writes a size as flyctl reads it; text as it is when it can't.
func tidySize(text string) string {
	m := sizeText.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if m == nil {
		return text
	}
	number := strings.ReplaceAll(m[1], ",", ".")
	switch m[2] {
	case "":
		return number
	case "g", "gi", "gb", "gib", "gig", "gigs", "gigabyte", "gigabytes", "gbs":
		return number + "gb"
	case "m", "mi", "mb", "mib", "meg", "megs", "megabyte", "megabytes", "mbs":
		return number + "mb"
	case "t", "tb", "tib", "terabyte", "terabytes":
		return number + "tb"
	case "k", "kb", "kib", "kilobyte", "kilobytes":
		return number + "kb"
	}
	return text
}

func repairSize(path, text string) *Repair {
	tidy := tidySize(text)
	if _, ok := gigabytes(tidy); !ok || tidy == text {
		return nil
	}
	if strings.Contains(text, ",") {
		return likely("the comma reads as a decimal point", set(path, strconv.Quote(tidy)))
	}
	return sure(set(path, strconv.Quote(tidy)))
}

// nearest is the bound that a value is past.
func nearest(r Refusal) *Repair {
	t := r.Type
	var n int64
	var literal func(int64) string
	const why = "it is the nearest that flyctl takes"
	switch text, isText := r.Node.Str(); {
	case t.Size && isText:
		n, _ = gigabytes(text)
		literal = func(b int64) string { return strconv.Quote(strconv.FormatInt(b, 10) + "gb") }
	case t.Size:
		n, _ = r.Node.Int()
		literal = func(b int64) string { return strconv.FormatInt(b, 10) }
	case strings.HasPrefix(t.Path, "checks.*."):
		d, err := time.ParseDuration(text)
		if i, isInt := r.Node.Int(); isInt {
			d, err = time.Duration(i)*time.Millisecond, nil
			if i > 0 && i <= 60 { // 15 for 15s: below the bound for its unit alone
				return unit(r.Node.Path(), i)
			}
		}
		if err != nil {
			return nil
		}
		n = int64(d)
		literal = func(b int64) string { return strconv.Quote(shortest(time.Duration(b))) }
	default:
		n, _ = r.Node.Int()
		literal = func(b int64) string { return strconv.FormatInt(b, 10) }
	}
	switch {
	case t.HasMin && n < t.Min:
		return likely(why, set(r.Node.Path(), literal(t.Min)))
	case t.HasMax && n > t.Max:
		return likely(why, set(r.Node.Path(), literal(t.Max)))
	}
	return nil
}
