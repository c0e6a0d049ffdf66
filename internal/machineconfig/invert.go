package machineconfig

import (
	"encoding/json"
)

// Invert gives the ops that take ops back from a configuration that they were
// applied to, before being the configuration as it was. Each takes back only
// what is still as ops left it: a value that somebody changed since stays.
// Ops that were no-ops on before, or that could not be applied, have no
// inverse. The result is in the order in which to apply it.
//
// The result holds the values that before had. To take a migration of env
// entries to secrets back without bringing the values back, which is also the
// only form that may be written down, give it WithoutEnv(before, names...).
func Invert(before Config, ops []Op) []Op {
	var out []Op
	now := before.Clone()
	for _, op := range ops {
		inverse := invertOne(now.root, op)
		if did, err := applyOne(now.root, op); err != nil || !did {
			continue
		}
		out = append(inverse, out...)
	}
	return out
}

// invertOne is the inverse of op, were it applied to root and changed it.
func invertOne(root map[string]any, op Op) []Op {
	names, err := Names(op.Pointer)
	if err != nil || root == nil {
		return nil
	}
	scope, err := scopeOf(root, op, names[0])
	if err != nil {
		return nil
	}
	old, found, err := lookup(scope, names)
	if err != nil {
		return nil
	}
	back := Op{Service: op.Service, Port: op.Port, Pointer: op.Pointer}
	switch op.Verb {
	case VerbSet:
		back.If = op.Value
		if found {
			back.Verb, back.Value = VerbSet, encode(old)
			return []Op{back}
		}
		back.Verb = VerbRemove
	case VerbRemove:
		back.Verb, back.Value, back.If = VerbSet, encode(old), json.RawMessage("null")
		return []Op{back}
	case VerbAppend:
		back.Verb, back.Value = VerbTake, op.Value
		if found {
			return []Op{back}
		}
	case VerbTake:
		back.Verb, back.Value = VerbAppend, op.Value
		return []Op{back}
	default:
		return nil
	}
	return append([]Op{back}, made(scope, names, op)...)
}

// made are the ops that remove the objects (and the array, for an append) that
// op had to make on its way, when nothing is in them any more.
func made(scope map[string]any, names []string, op Op) []Op {
	var out []Op
	emptied := json.RawMessage("{}")
	if op.Verb == VerbAppend {
		out = append(out, Op{Verb: VerbRemove, Service: op.Service, Port: op.Port, Pointer: op.Pointer, If: json.RawMessage("[]")})
	}
	for i := len(names) - 1; i > 0; i-- {
		if _, found, _ := lookup(scope, names[:i]); found {
			break
		}
		out = append(out, Op{Verb: VerbRemove, Service: op.Service, Port: op.Port, Pointer: Pointer(names[:i]...), If: emptied})
	}
	return out
}

func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil { // only values that Parse made or Apply took come here
		panic("machineconfig: " + err.Error())
	}
	return b
}

// WithoutEnv is c with the env entries of these names cut out, of the machine
// and of its containers and processes: the form of a configuration that a
// journal may keep after the entries became secrets.
func WithoutEnv(c Config, names ...string) Config {
	out := c.Clone()
	cutEnv(out.root, names)
	for _, key := range []string{"containers", "processes"} {
		for _, obj := range objects(out.root[key]) {
			cutEnv(obj, names)
		}
	}
	return out
}

func cutEnv(obj map[string]any, names []string) {
	env, _ := obj["env"].(map[string]any)
	for _, n := range names {
		delete(env, n)
	}
}
