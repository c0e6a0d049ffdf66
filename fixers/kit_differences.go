package fixers

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// How bad a difference is, worst first.
const (
	deployFails = iota
	groupGone
	dataGone
	serviceGone
	commandGone
	smaller
	envGone
	checkGone
	weaker
	groupIdle // it has no machine
	other     // nothing shrinks
)

// difference is one thing that the next deploy changes on one machine, or on
// a group when there is no machine.
type difference struct {
	rank    int
	key     string // place in fly.toml; may be missing there
	table   string // where key would stand
	text    string // says file and live; the same for every machine it is true of
	keep    string // how the file would keep what runs
	how     string // what to do else
	machine string
}

// field is one value that a deploy writes. D is the document that has it: the
// configuration of a machine, or one service of it.
type field[D any] struct {
	name   string         // in messages
	at     string         // JSON pointer to it in the machine's configuration
	key    string         // where fly.toml would say it; ".KEY" stands in the table that says what is around it
	text   func(D) string // the value, with the platform's where none is said; "" for none at all
	secret bool           // compared and never shown
	// What makes the difference one for the worse; none: nothing does.
	worse func(want, have D) bool
	rank  int
	does  string // what the deploy does then: "makes the swap of %s smaller"
	keep  func(have D) string
}

// compare is the difference of the two documents in the field, without its
// place; ok is false when there is none. subject is whose it is, unsaid that
// the file does not say the value itself.
func (f field[D]) compare(subject string, want, have D, unsaid bool) (d difference, ok bool) {
	a, b := f.text(want), f.text(have)
	if a == b {
		return difference{}, false
	}
	d.rank = other
	said := f.sides(a, b, unsaid)
	if f.worse == nil || !f.worse(want, have) {
		d.text = subject + ": " + said
		return d, true
	}
	d.rank, d.text = f.rank, "the next deploy "+fmt.Sprintf(f.does, subject)+": "+said
	if f.keep != nil {
		d.keep = f.keep(have)
	}
	return d, true
}

// sides says what both documents have.
func (f field[D]) sides(want, have string, unsaid bool) string {
	if f.secret && want != "" && have != "" {
		return "the " + f.name + " in the file is not the one that is running"
	}
	shown := func(value string) string {
		if f.secret {
			return f.name
		}
		return f.name + " " + value
	}
	switch {
	case want == "":
		return shown(have) + " live, none in the file"
	case have == "":
		return shown(want) + " in the file, none live"
	case unsaid:
		want = "not set (" + want + ")"
	}
	between := ", "
	if strings.Contains(want+have, between) {
		between = "; "
	}
	return shown(want) + " in the file" + between + have + " live"
}

// sided is what the file and a machine have under one name.
type sided[T any] struct {
	want, have T
	said, live bool // it is in the file, on the machine
}

// both goes through the names of two documents, sorted.
func both[T any](want, have map[string]T) iter.Seq2[string, sided[T]] {
	names := slices.Concat(slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(have)))
	slices.Sort(names)
	return func(yield func(string, sided[T]) bool) {
		for _, name := range slices.Compact(names) {
			var s sided[T]
			s.want, s.said = want[name]
			s.have, s.live = have[name]
			if !yield(name, s) {
				return
			}
		}
	}
}
