package deployed

import (
	"math"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/flyschema"
)

// scalar reads a single value as encoding/json and fly-go's own decoders do.
func (r *reader) scalar(n *node, t *flyschema.Type) (*node, bool) {
	var out *node
	switch t.Kind {
	case flyschema.String:
		switch n.kind {
		case kText:
			out = n
		case kDate:
			out = n.as(kText, dateText(n.val))
		}
	case flyschema.Int, flyschema.Seconds:
		if i, ok := wholeNumber(n); ok && (t.Kind == flyschema.Int || i >= 0 && i <= math.MaxUint32) {
			out = n.as(kInt, i)
		}
	case flyschema.Float:
		switch v := n.val.(type) {
		case int64:
			out = n.as(kFloat, float64(v))
		case float64:
			out = n.as(kFloat, v)
		}
	case flyschema.Bool:
		if n.kind == kBool {
			out = n
		}
	case flyschema.Duration:
		return r.duration(n, t)
	case flyschema.Autostop:
		out = autostop(n)
	case flyschema.Persist:
		out = persist(n)
	}
	if out == nil {
		if (t.Kind == flyschema.Autostop || t.Kind == flyschema.Persist) && n.kind == kText {
			r.refuse(Refusal{Kind: BadWord, Node: n.src, Type: t, Takes: takes(t)})
		} else {
			r.mistyped(n, t)
		}
		return nil, false
	}
	return out, true
}

func dateText(v any) string {
	if at, ok := v.(time.Time); ok {
		return at.Format(time.RFC3339Nano)
	}
	return printed(&node{kind: kText, val: toText(v)})
}

func toText(v any) string {
	if m, ok := v.(interface{ MarshalText() ([]byte, error) }); ok {
		b, _ := m.MarshalText()
		return string(b)
	}
	return ""
}

// wholeNumber is true also for 8080.0, which JSON writes as 8080.
func wholeNumber(n *node) (int64, bool) {
	switch v := n.val.(type) {
	case int64:
		return v, true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), true
		}
	}
	return 0, false
}

// duration reads one where flyctl patches nothing: a number is nanoseconds.
func (r *reader) duration(n *node, t *flyschema.Type) (*node, bool) {
	switch v := n.val.(type) {
	case time.Duration:
		return n, true
	case string:
		d, err := time.ParseDuration(v)
		if err != nil {
			r.refuse(Refusal{Kind: BadDuration, Node: n.src, Type: t, Takes: takesDuration})
			return nil, false
		}
		return n.as(kSpan, d), true
	case int64:
		r.unitless(n, t, v)
		return n.as(kSpan, time.Duration(v)), true
	case float64:
		r.unitless(n, t, int64(v))
		return n.as(kSpan, time.Duration(int64(v))), true
	}
	if n.kind == kNull {
		return n, true
	}
	r.mistyped(n, t)
	return nil, false
}

// unitless tells of a number that means nanoseconds, where nobody can have
// meant them.
func (r *reader) unitless(n *node, t *flyschema.Type, v int64) {
	if v > 0 && v < int64(time.Second) {
		r.refuse(Refusal{Kind: Nanoseconds, Node: n.src, Type: t, Takes: takesDuration})
	}
}

func autostop(n *node) *node {
	switch v := n.val.(type) {
	case bool:
		if v {
			return n.as(kText, "stop")
		}
		return n.as(kText, "off")
	case string:
		if v == "off" || v == "stop" || v == "suspend" {
			return n
		}
	}
	return nil
}

// persist has numbers besides words, from the platform's older API.
func persist(n *node) *node {
	words := []string{"none", "never", "restart", "always"}
	switch v := n.val.(type) {
	case string:
		if v == "" || slices.Contains(words, v) {
			return n
		}
	default:
		if i, ok := wholeNumber(n); ok && i >= 0 && i < int64(len(words)) {
			return n.as(kText, words[i])
		}
	}
	return nil
}
