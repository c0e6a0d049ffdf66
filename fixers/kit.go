package fixers

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// The kit is what the author of a rule works with; it stands in the files
// kit*.go, and a rule uses nothing of another rule's files. The core:
//
//	services(f), service      the services of the file, each with its ports, groups and checks
//	isPublic(s)               people reach it over HTTP or TLS
//	groupsServed(f, p)        the groups of a service (none named: all); t.Deployed().GroupsOf: of anything else (none named: the default one)
//	groupNames(f)             all groups; deployedTo(t, group) is the machine configuration that a deploy gives to one
//	machinesOf(t, processes)  the machines of those groups that may be changed; of all groups with nil
//	placeOf(f, key, table)    where a finding points
//	setKey(path, value)       the edit of one key; removal(path) takes one away
//	safeFix(edits...)         a fix that needs no consent; reviewFix(why, edits...) one that does
//	aboutMachines(ms, text)   a finding about machines
//	serviceChanges            the same setting on the machines; lagging is the finding about machines that lack it
//	machineSetting(m, p, v)   a value of a machine itself, by JSON pointer
//	notOnApp(what, at, c)     the finding about what the file has and the app has not yet
//	portOf(text), portAt(v)   a port number, 0 for anything else
//	textAt(t, path)           the text at a path of fly.toml
//	signsOf(t, s)             what says that a service's port is served, or that another is
//	fromLiveApp(t, &f)        the guard of a fix that writes what this app's machines have
//	plan.Saw("...")           evidence in words; plan.Evidence has a file and a line

// placeOf is the place of the key; when it is not there, that of the table it
// would stand in.
func placeOf(f *flytoml.File, key, table string) plan.At {
	a := plan.At{Key: key}
	n, ok := f.Get(key)
	if !ok && table != "" {
		n, ok = f.Get(table)
	}
	if ok {
		pos := n.Position()
		a.Line, a.Column = pos.Line, pos.Column
	}
	return a
}

// textAt is the text at a path of fly.toml, "" for none.
func textAt(t plan.Target, path string) string {
	s, _ := t.Deployed().Get(path).Str()
	return s
}

// setKey is the edit that makes the value at path what it is to be.
func setKey(path string, value any) flytoml.Edit {
	b, err := json.Marshal(value)
	if err != nil { // strings, numbers and booleans only
		panic("fixers: " + err.Error())
	}
	return flytoml.Edit{Op: flytoml.Set, Path: path, Value: string(b)}
}

// literalEdit sets the key at path to a TOML literal.
func literalEdit(path, literal string) flytoml.Edit {
	return flytoml.Edit{Op: flytoml.Set, Path: path, Value: literal}
}

// quote is s as a TOML basic string.
func quote(s string) string { return strconv.Quote(s) }

// asJSON encodes with sorted keys, so that equal values are equal bytes.
func asJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil { // maps, strings and numbers only
		panic("fixers: " + err.Error())
	}
	return b
}

// safeFix is a fix of edits alone that needs no consent.
func safeFix(edits ...flytoml.Edit) *plan.Fix { return &plan.Fix{Safety: plan.Safe, Edits: edits} }

// reviewFix is one that needs it, and why.
func reviewFix(why string, edits ...flytoml.Edit) *plan.Fix {
	return &plan.Fix{Safety: plan.Review, Why: why, Edits: edits}
}

// removal is the edit that takes the key or table at path away.
func removal(path string) flytoml.Edit { return flytoml.Edit{Op: flytoml.Remove, Path: path} }

// Keys, and a rule, of which more than one rule speaks.
const (
	strategyKey  = "deploy.strategy"
	rollbackKey  = "experimental.auto_rollback"
	rollbackLost = "deploy.auto_rollback"
	driftID      = "drift"
)

// noEffect is why a key that does nothing goes with consent only.
const noEffect = "it has no effect, but someone added it for a reason"

// takesEffect is why what flyctl did not read until now needs consent.
const takesEffect = "flyctl has ignored it so far; fixed, it takes effect at the next deploy"

// once is what many rules ask of one file, each service of it again: it is
// worked out for the first, and nobody may change it.
func once[T any](f *flytoml.File, what string, work func(*flytoml.File) []T) []T {
	type question string
	return slices.Clip(f.Derive(question(what), func() any { return work(f) }).([]T))
}

// count is "no check", "one check" or "3 checks".
func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "one " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
