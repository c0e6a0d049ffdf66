package deployed

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Config is what flyctl makes of one file. It is never changed.
type Config struct {
	Value // the whole file, with the names of the schema
	// Notes are the reasons for which flyctl refuses the file, and what it reads
	// otherwise than it looks, in the order of the file.
	Notes []Refusal
	file  *flytoml.File
}

// Read gives what flyctl makes of the file. It always gives a Config: what is
// mistyped is marked, and the rest is read all the same. A file is read once,
// however often it is asked for.
func Read(f *flytoml.File) *Config {
	type reading struct{}
	return f.Derive(reading{}, func() any { return read(f) }).(*Config)
}

func read(f *flytoml.File) *Config {
	r := &reader{file: f}
	root := lift(f.Root())
	patcher{r}.all(root)
	r.finite(root)
	c := &Config{Value: Value{r.table(root, flyschema.Root())}, file: f}
	r.validate(c)
	if bytes.HasPrefix(f.Bytes(), []byte("\ufeff")) {
		r.refuse(Refusal{Kind: ByteOrder, Takes: "UTF-8 without a byte order mark"})
	}
	for _, s := range f.Surplus() {
		r.refuse(Refusal{Kind: Twice, Node: s.Node, Problem: fmt.Sprintf("%s follows at line %d, and a name is defined once", s.Again, s.Line)})
	}
	sortRefusals(r.all)
	var moving []*Refusal
	for i := range r.all {
		r.all[i].Repair = repair(c, &r.all[i])
		if m := r.all[i].Repair; m != nil && len(m.Edits) > 1 { // a value that goes by another place may not fit where it is to go
			moving = append(moving, &r.all[i])
		}
	}
	tries := maxTries
	keepPossible(f, moving, &tries)
	c.Notes = r.all
	return c
}

// maxTries is how often a file is tried, so that many faults take no time that
// grows with their square.
const maxTries = 64

// keepPossible takes the repair from the refusals whose edits can't be made, and
// from those that were not tried.
func keepPossible(f *flytoml.File, all []*Refusal, tries *int) {
	if len(all) == 0 {
		return
	}
	*tries--
	if *tries >= 0 {
		var edits []flytoml.Edit
		for _, r := range all {
			edits = append(edits, r.Repair.Edits...)
		}
		if _, err := f.Apply(edits...); err == nil {
			return
		}
	}
	if len(all) == 1 {
		all[0].Repair = nil
		return
	}
	keepPossible(f, all[:len(all)/2], tries)
	keepPossible(f, all[len(all)/2:], tries)
}

// Refusals are the notes for which flyctl refuses the file; none: it accepts
// it.
func (c *Config) Refusals() []Refusal {
	var out []Refusal
	for _, n := range c.Notes {
		if n.Refuses() {
			out = append(out, n)
		}
	}
	return out
}

// finite refuses inf and nan, which flyctl can't carry over to JSON, wherever
// they stand.
func (r *reader) finite(n *node) {
	if f, ok := n.val.(float64); ok && (math.IsInf(f, 0) || math.IsNaN(f)) && !n.wrong {
		r.refuse(Refusal{Kind: WrongType, Node: n.src, Takes: "a finite number"})
		n.wrong = true
	}
	for _, k := range n.keys {
		r.finite(n.kids[k])
	}
	for _, it := range n.items {
		r.finite(it)
	}
}

// DefaultGroup is the process group of an app that names none, and the one to
// which things without processes belong there.
const DefaultGroup = "app"

// Groups are the process groups, sorted; without any in the file, "app" alone.
func (c *Config) Groups() []string {
	names := c.Get("processes").Keys()
	if len(names) == 0 {
		return []string{DefaultGroup}
	}
	slices.Sort(names)
	return names
}

// Default is the group that gets what names none: app, else the first by name.
func (c *Config) Default() string {
	names := c.Groups()
	if slices.Contains(names, DefaultGroup) {
		return DefaultGroup
	}
	return names[0]
}

// GroupsOf are the groups to which something with these processes is deployed,
// in the order that it says; known is false when they are mistyped.
func (c *Config) GroupsOf(processes Value) (names []string, known bool) {
	if processes.Mistyped() {
		return nil, false
	}
	if list, _ := processes.Strs(); len(list) > 0 {
		return list, true
	}
	return []string{c.Default()}, true
}

// In says whether something with these processes is deployed to the group.
func (c *Config) In(group string, processes Value) bool {
	names, _ := c.GroupsOf(processes)
	return slices.Contains(names, group)
}

// Service is one service: http_service, or an entry of [[services]].
type Service struct {
	Value
	HTTP      bool // http_service, which always means ports 80 and 443
	Processes Value
}

// Services are all of them in flyctl's order: http_service first.
func (c *Config) Services() []Service {
	var out []Service
	if v := c.Get("http_service"); v.Said() && v.n.kind == kTable {
		out = append(out, Service{Value: v, HTTP: true, Processes: v.Key("processes")})
	}
	for _, v := range c.Get("services").Items() {
		out = append(out, Service{Value: v, Processes: v.Key("processes")})
	}
	return out
}

// Checks are the service's checks of its own, those that flyctl refuses as a
// single table too.
func (s Service) Checks() []Value {
	if s.HTTP {
		return s.Key("checks").Items()
	}
	return append(s.Key("tcp_checks").Items(), s.Key("http_checks").Items()...)
}

// File is the file that was read.
func (c *Config) File() *flytoml.File { return c.file }
