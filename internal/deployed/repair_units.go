package deployed

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

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
