package deployed

import (
	"cmp"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// Kind is why flyctl refuses something, or what it does with it instead.
type Kind string

// The kinds. Those from Nanoseconds on are no refusals: flyctl accepts the
// file, and what stands there has no effect or another one than it seems to.
const (
	WrongType   Kind = "type"        // "8080" for a number
	WrongForm   Kind = "form"        // a table for an array of tables, and the like
	BadWord     Kind = "word"        // no word of the enumeration
	BadDuration Kind = "duration"    // a duration that can't be read
	BadSize     Kind = "size"        // a size that can't be read
	OutOfBounds Kind = "bound"       // a number, size or duration outside of what is allowed
	BadCommand  Kind = "command"     // a command that can't be split into words
	NoSuchGroup Kind = "group"       // a process group that the file doesn't have
	NoGroup     Kind = "no-group"    // a service of an app with process groups names none
	NoName      Kind = "no-name"     // a top-level check without a name
	Combination Kind = "combination" // values that can't stand together
	ByteOrder   Kind = "bom"         // a byte order mark
	Twice       Kind = "twice"       // an empty array above the tables of its name
	Nanoseconds Kind = "nanoseconds" // a number without a unit where it means nanoseconds
	NoEffect    Kind = "no-effect"   // read and dropped without a word
)

// Refusal is one reason why flyctl refuses the file (flyctl itself stops at
// the first, or tells the last). It holds no value: Node is where the value
// stands.
type Refusal struct {
	Kind Kind
	Node flytoml.Node    // the zero Node: the file itself
	Type *flyschema.Type // of the key; nil when it is about no key of the schema
	// Takes is what flyctl takes there, as a noun: "a whole number",
	// `"off", "stop" or "suspend"`.
	Takes string
	// Problem says what is wrong where Takes alone doesn't: "no process group is
	// called webb".
	Problem string
	// Predicate: Problem goes on from the place: "names no process group".
	Predicate bool
	// Groups are the process groups that the repair gives to a service with none.
	Groups []string
	// Repair is how it may be mended; nil when nobody but the author knows.
	Repair *Repair
}

// Repair makes flyctl accept a place.
type Repair struct {
	Edits []flytoml.Edit
	// Sure: what stands there has one reading. Otherwise it is a likely one,
	// and Why says what it rests on.
	Sure bool
	Why  string
}

// Refuses says whether flyctl refuses the file for it.
func (r Refusal) Refuses() bool { return r.Kind != Nanoseconds && r.Kind != NoEffect }

// sortRefusals puts them into the order of the file.
func sortRefusals(all []Refusal) {
	slices.SortStableFunc(all, func(a, b Refusal) int {
		x, y := a.Node.Position(), b.Node.Position()
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
}
