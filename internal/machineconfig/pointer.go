package machineconfig

import (
	"errors"
	"fmt"
	"strings"
)

// Names gives the names that a JSON pointer goes through.
func Names(p string) ([]string, error) {
	if p == "" {
		return nil, errors.New("the pointer is empty")
	}
	if p[0] != '/' {
		return nil, errors.New("the pointer does not begin with a slash")
	}
	names := strings.Split(p[1:], "/")
	for i, n := range names {
		un, err := unescape(n)
		if err != nil {
			return nil, err
		}
		names[i] = un
	}
	return names, nil
}

func unescape(n string) (string, error) {
	for i := 0; i < len(n); i++ {
		if n[i] == '~' && (i+1 == len(n) || n[i+1] != '0' && n[i+1] != '1') {
			return "", errors.New("the pointer has a bad escape")
		}
	}
	return strings.ReplaceAll(strings.ReplaceAll(n, "~1", "/"), "~0", "~"), nil
}

// Pointer joins names to a JSON pointer: Pointer("env", "A/B") is "/env/A~1B".
func Pointer(names ...string) string {
	var b strings.Builder
	size := 0
	for _, n := range names {
		size += 1 + len(n)
	}
	b.Grow(size)
	for _, n := range names {
		b.WriteByte('/')
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(n, "~", "~0"), "/", "~1"))
	}
	return b.String()
}

// lookup walks from an object down names. A null counts as nothing there. An
// array or a scalar in the way is an error: array positions mean nothing here.
func lookup(root map[string]any, names []string) (any, bool, error) {
	var at any = root
	for i, n := range names {
		obj, isObject := at.(map[string]any)
		if !isObject {
			return nil, false, inTheWay(names[:i], at)
		}
		at = obj[n]
		if at == nil {
			return nil, false, nil
		}
	}
	return at, true, nil
}

// parent is the object that holds the last of names, made when it is missing.
func parent(root map[string]any, names []string) (map[string]any, error) {
	at := root
	for i, n := range names[:len(names)-1] {
		switch next := at[n].(type) {
		case map[string]any:
			at = next
		case nil:
			made := map[string]any{}
			at[n] = made
			at = made
		default:
			return nil, inTheWay(names[:i+1], next)
		}
	}
	return at, nil
}

func inTheWay(names []string, v any) error {
	kind := "a plain value"
	if _, ok := v.([]any); ok {
		kind = "an array"
	}
	return fmt.Errorf("%s is %s, not an object", Pointer(names...), kind)
}
