package flytoml

import "strings"

// Op is what an Edit does.
type Op string

// The operations. Each refuses (with a *RefusedError) what it can't do
// exactly, and each is refused or a no-op, never a guess, when the file is not
// as the edit expects.
const (
	// Set makes the value at Path Value. An existing value is replaced where
	// it stands, its same-line comment stays. A missing key is inserted into
	// its table, which is made when there is none, each where flyctl would
	// write it. With Comment, a comment line goes above a newly inserted key.
	Set Op = "set"
	// Append adds an entry with Entries to the array of tables at Path, in
	// the author's style, beside its kin. An empty inline array is replaced.
	Append Op = "append"
	// AddTable adds a table at Path with Entries. Present already: refused.
	AddTable Op = "table"
	// Remove takes the key, table or array entry at Path away, with its own
	// comment.
	Remove Op = "remove"
	// Cut is Remove of a key alone: what stands above it stays, whoever's it is.
	Cut Op = "cut"
	// Move takes the key or table at Path to To, with its comments and its
	// value's exact text. Something at To already: refused.
	Move Op = "move"
	// ArrayOf turns the single table [Path] into the one entry of [[Path]]
	// (and an inline table into an array of it).
	ArrayOf Op = "array"
	// TableOf is the way back: the one entry of [[Path]] becomes [Path].
	// Several entries: refused.
	TableOf Op = "table-of"
	// Quote makes a string of a number, boolean or date, of the very text that
	// stands there.
	Quote Op = "quote"
	// InArray makes the value at Path the last element of an array, behind those
	// of Value, if any: `"sh", "-c"`.
	InArray Op = "in-array"
	// Under makes an inline table of the value at Path, under the key Value.
	Under Op = "under"
	// Pairs makes an inline table of "NAME=value" or "Name: value", of an array
	// of such strings, or of one of tables with a name and a value.
	Pairs Op = "pairs"
	// Only puts the one element of the array at Path in the array's place.
	Only Op = "only"
	// Words makes one command line of an array of words, quoted where a shell
	// needs it.
	Words Op = "words"
	// Nameless makes [[Path]] of each table [Path.NAME] and drops the names.
	Nameless Op = "nameless"
	// CutMark takes the byte order mark away; Path is empty.
	CutMark Op = "cut-mark"
	// CutSurplus takes the empty array at Path away, above the tables of that name.
	CutSurplus Op = "cut-surplus"
)

// Edit is one change to a file, said symbolically: it names keys, never bytes.
type Edit struct {
	Op      Op      `json:"op"`
	Path    string  `json:"path"`
	To      string  `json:"to,omitempty"`      // Move
	Value   string  `json:"value,omitempty"`   // Set: a TOML literal, strings in double quotes; also of InArray and Under
	Entries []Entry `json:"entries,omitempty"` // Append, AddTable
	Comment string  `json:"comment,omitempty"` // without the "#"
}

// Identity is the same for two edits that do the same, and only for those. It
// holds the values, so it is never to be shown.
func (e Edit) Identity() string {
	parts := []string{string(e.Op), e.Path, e.To, e.Value, e.Comment}
	for _, n := range e.Entries {
		parts = append(parts, n.Key, n.Value)
	}
	return strings.Join(parts, "\x00")
}

// Entry is one key of a new table, in the order in which it is written.
type Entry struct {
	Key   string `json:"key"`
	Value string `json:"value"` // a TOML literal; strings in double quotes, inline tables as { a = "b" }
}

// RefusedError says why an edit can't be made exactly. Nothing was changed.
type RefusedError struct {
	Edit   Edit
	Reason string
	Line   int // 1-based; 0 when it is about no line
}

// Error implements error. It never quotes a value.
func (e *RefusedError) Error() string {
	return string(e.Edit.Op) + " " + e.Edit.Path + ": " + e.Reason
}
