package machineconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Apply carries ops out, in order, on a copy. It gives the new configuration
// and whether anything in it changed. When one op can't be carried out exactly
// the error is an *OpError and nothing is changed: the Config is c itself.
//
// Apply is also how to ask whether a configuration already has what ops ask
// for, whatever the platform did to the spelling: nothing changes then.
func Apply(c Config, ops []Op) (Config, bool, error) {
	out := c.Clone()
	changed := false
	for _, op := range ops {
		did, err := applyOne(out.root, op)
		if err != nil {
			return c, false, &OpError{Op: op, Reason: err.Error()}
		}
		changed = changed || did
	}
	if !changed {
		return c, false, nil
	}
	return out, true, nil
}

func applyOne(root map[string]any, op Op) (bool, error) {
	if root == nil {
		return false, errors.New("the machine has no configuration")
	}
	names, err := Names(op.Pointer)
	if err != nil {
		return false, err
	}
	scope, err := scopeOf(root, op, names[0])
	if err != nil {
		return false, err
	}
	switch op.Verb {
	case VerbSet:
		return applySet(scope, names, op)
	case VerbRemove:
		return applyRemove(scope, names, op)
	case VerbAppend:
		return applyAppend(scope, names, op)
	case VerbTake:
		return applyTake(scope, names, op)
	}
	return false, fmt.Errorf("unknown verb %q", op.Verb)
}

// guarded says whether op's If holds for what is there now.
func guarded(op Op, key string, now any) (bool, error) {
	if len(op.If) == 0 {
		return true, nil
	}
	want, err := decode(op.If)
	if err != nil {
		return false, err
	}
	return same(key, want, now), nil
}

func applySet(scope map[string]any, names []string, op Op) (bool, error) {
	value, err := decode(op.Value)
	if err != nil {
		return false, err
	}
	key := names[len(names)-1]
	now, found, err := lookup(scope, names)
	if err != nil {
		return false, err
	}
	if found && same(key, now, value) || !found && value == nil {
		return false, nil
	}
	if ok, err := guarded(op, key, now); !ok || err != nil {
		return false, err
	}
	in, err := parent(scope, names)
	if err != nil {
		return false, err
	}
	in[key] = value
	return true, nil
}

func applyRemove(scope map[string]any, names []string, op Op) (bool, error) {
	in, found, err := lookup(scope, names[:len(names)-1])
	if err != nil || !found {
		return false, err
	}
	obj, isObject := in.(map[string]any)
	if !isObject {
		return false, inTheWay(names[:len(names)-1], in)
	}
	key := names[len(names)-1]
	now, there := obj[key]
	if !there {
		return false, nil
	}
	if ok, err := guarded(op, key, now); !ok || err != nil {
		return false, err
	}
	delete(obj, key)
	return true, nil
}

func applyAppend(scope map[string]any, names []string, op Op) (bool, error) {
	value, err := decode(op.Value)
	if err != nil {
		return false, err
	}
	list, err := arrayAt(scope, names)
	if err != nil {
		return false, err
	}
	for _, have := range list {
		if sameElement(op, scope, names, have, value) {
			return false, nil
		}
	}
	in, err := parent(scope, names)
	if err != nil {
		return false, err
	}
	// A new array, so that nothing else that holds the old one sees it grow.
	in[names[len(names)-1]] = append(slices.Clone(list), value)
	return true, nil
}

func sameElement(op Op, scope map[string]any, names []string, a, b any) bool {
	if isServiceChecks(op, names) {
		return sameCheck(a, b, intOf(scope["internal_port"]))
	}
	return same("", a, b)
}

func isServiceChecks(op Op, names []string) bool {
	return op.Service != nil && op.Port == "" && len(names) == 1 && names[0] == "checks"
}

// CheckChanged says whether an op that takes a service check finds none of its
// spelling or meaning, but one that asks the same question in another way: other
// times, other headers. Somebody changed it since.
func CheckChanged(c Config, op Op) bool {
	names, err := Names(op.Pointer)
	if err != nil || op.Verb != VerbTake || !isServiceChecks(op, names) {
		return false
	}
	scope, err := scopeOf(c.root, op, names[0])
	if err != nil {
		return false
	}
	value, err := decode(op.Value)
	list, listErr := arrayAt(scope, names)
	port := intOf(scope["internal_port"])
	return err == nil && listErr == nil && slices.ContainsFunc(list, func(have any) bool {
		return sameCheck(have, value, port) && !same("", plainCheck(have, port), plainCheck(value, port))
	})
}

func applyTake(scope map[string]any, names []string, op Op) (bool, error) {
	value, err := decode(op.Value)
	if err != nil {
		return false, err
	}
	list, err := arrayAt(scope, names)
	if err != nil {
		return false, err
	}
	is := func(have any) bool { return same("", have, value) }
	if isServiceChecks(op, names) {
		port := intOf(scope["internal_port"])
		is = func(have any) bool { return same("", plainCheck(have, port), plainCheck(value, port)) }
	}
	kept := slices.DeleteFunc(slices.Clone(list), is)
	if len(kept) == len(list) {
		return false, nil
	}
	in, err := parent(scope, names)
	if err != nil {
		return false, err
	}
	in[names[len(names)-1]] = kept
	return true, nil
}

// arrayAt is the array that names lead to, nil when there is none.
func arrayAt(scope map[string]any, names []string) ([]any, error) {
	v, found, err := lookup(scope, names)
	if err != nil || !found {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s is not an array", Pointer(names...))
	}
	return list, nil
}

func decode(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, errors.New("the op has no value")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, errors.New("the op's value is not JSON") // the cause could quote it
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the op's value is more than one JSON value")
	}
	return v, nil
}
