package machineconfig

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Same says whether two configurations mean the same to the platform, however
// they spell durations, numbers and autostop.
func Same(a, b Config) bool { return same("", a.root, b.root) }

// same says whether two values mean the same to the platform under the name
// key. Durations come as "15s" or as nanoseconds, autostop as words or as
// booleans (platform reference, section 3), a null is as good as no entry.
func same(key string, a, b any) bool {
	switch key {
	case "interval", "timeout", "grace_period":
		da, oka := duration(a)
		db, okb := duration(b)
		if oka && okb {
			return da == db
		}
	case "autostop":
		wa, oka := autostopWord(a)
		wb, okb := autostopWord(b)
		if oka && okb {
			return wa == wb
		}
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && covers(a, b) && covers(b, a)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same("", a[i], b[i]) {
				return false
			}
		}
		return true
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(a, b)
	}
	switch b.(type) {
	case map[string]any, []any, json.Number:
		return false
	}
	return a == b
}

// covers says whether everything in a is in b and the same there.
func covers(a, b map[string]any) bool {
	for k, v := range a {
		if !same(k, v, b[k]) {
			return false
		}
	}
	return true
}

// sameNumber compares by value, "2" and "2.0" alike. Absurdly long numbers
// are compared as they are spelled: working one out could take all memory.
func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	if !plain(a) || !plain(b) {
		return false
	}
	ra, oka := new(big.Rat).SetString(string(a))
	rb, okb := new(big.Rat).SetString(string(b))
	return oka && okb && ra.Cmp(rb) == 0
}

func plain(n json.Number) bool {
	_, exp, has := strings.Cut(strings.ToLower(string(n)), "e")
	return len(n) <= 40 && (!has || len(strings.TrimLeft(exp, "+-0")) <= 2)
}

// duration reads "15s" or a number of nanoseconds.
func duration(v any) (time.Duration, bool) {
	switch v := v.(type) {
	case string:
		d, err := time.ParseDuration(v)
		return d, err == nil
	case json.Number:
		n, err := v.Int64()
		return time.Duration(n), err == nil
	}
	return 0, false
}

// autostopWord is off, stop or suspend for any way to write it.
func autostopWord(v any) (string, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return "stop", true
		}
		return "off", true
	case string:
		return v, true
	}
	return "", false
}

// sameCheck says whether two checks of a service ask the same question: type,
// port, path, method and protocol. How often they ask is not part of it.
func sameCheck(a, b any, internalPort int) bool {
	ma, oka := a.(map[string]any)
	mb, okb := b.(map[string]any)
	if !oka || !okb {
		return same("", a, b)
	}
	ca, cb := readCheck(ma, internalPort), readCheck(mb, internalPort)
	if ca.Type != cb.Type || ca.Port != cb.Port {
		return false
	}
	if ca.Type != "http" {
		return true
	}
	return ca.Path == cb.Path && ca.Method == cb.Method && ca.Protocol == cb.Protocol
}

// plainCheck is a check of a service without what says nothing: the service's
// own port, which fly deploy leaves out, GET, http, and what is false or empty.
// fly deploy sends headers in any order.
func plainCheck(v any, internalPort int) any {
	check, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := map[string]any{}
	for key, value := range check {
		text, _ := value.(string)
		list, isList := value.([]any)
		switch {
		case key == "port" && (intOf(value) == internalPort || intOf(value) == 0),
			key == "method" && (text == "" || strings.EqualFold(text, "GET")),
			key == "protocol" && (text == "" || text == "http"),
			value == false, value == nil, isList && len(list) == 0, key == "tls_server_name" && text == "":
		case key == "headers" && isList:
			out[key] = sortedHeaders(list)
		default:
			out[key] = value
		}
	}
	return out
}

func sortedHeaders(list []any) []any {
	name := func(v any) string {
		header, _ := v.(map[string]any)
		text, _ := header["name"].(string)
		return strings.ToLower(text)
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b any) int { return strings.Compare(name(a), name(b)) })
	return list
}
