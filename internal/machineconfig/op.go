package machineconfig

import "encoding/json"

// Verb is what an Op does.
type Verb string

// The verbs. Each is a no-op where what it asks for is already so, which is
// what makes a second apply find nothing to do.
const (
	VerbSet    Verb = "set"    // the value at Pointer becomes Value
	VerbRemove Verb = "remove" // what is at Pointer goes
	VerbAppend Verb = "append" // Value becomes the last element of the array at Pointer, unless an element equal in meaning is there
)

// An Op changes one thing in a machine configuration, found by meaning.
type Op struct {
	Verb Verb `json:"verb"`
	// Service, when given, makes Pointer relative to the one service that
	// matches it. None or several matches: the op is refused, never guessed.
	Service *ServiceKey `json:"service,omitempty"`
	// Pointer is a JSON pointer (RFC 6901), never with an array index.
	Pointer string          `json:"pointer"`
	Value   json.RawMessage `json:"value,omitempty"`
}

// ServiceKey says which service of a machine is meant: fly.toml's services
// have no name, and their order on a machine is nobody's promise.
type ServiceKey struct {
	Protocol     string   `json:"protocol"` // tcp or udp
	InternalPort int      `json:"internal_port"`
	Ports        []string `json:"ports"` // "80", "443", "1000-2000"; sorted
}
