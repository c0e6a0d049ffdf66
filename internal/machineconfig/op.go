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
	VerbTake   Verb = "take"   // the elements of the array at Pointer that are Value go: takes back an append
)

// An Op changes one thing in a machine configuration, found by meaning.
type Op struct {
	Verb Verb `json:"verb"`
	// Service, when given, makes Pointer relative to the one service that
	// matches it. None or several matches: the op is refused, never guessed.
	Service *ServiceKey `json:"service,omitempty"`
	// Port, when given, makes Pointer relative to the one entry of the
	// service's ports with this name: "80", "1000-2000". Needs Service.
	Port string `json:"port,omitempty"`
	// Pointer is a JSON pointer (RFC 6901), never with an array index.
	Pointer string          `json:"pointer"`
	Value   json.RawMessage `json:"value,omitempty"`
	// If, when given, makes a set or a remove a no-op unless the present value
	// is equal to it in meaning; null stands for nothing there. Taking a
	// change back uses it, so as not to undo somebody else's later change.
	If json.RawMessage `json:"if,omitempty"`
}

// ServiceKey says which service of a machine is meant: fly.toml's services
// have no name, and their order on a machine is nobody's promise.
type ServiceKey struct {
	Protocol     string   `json:"protocol"` // tcp or udp
	InternalPort int      `json:"internal_port"`
	Ports        []string `json:"ports"` // "80", "443", "1000-2000"; sorted by number
}

// OpError says why an op can't be carried out exactly. It never holds the
// op's value.
type OpError struct {
	Op     Op
	Reason string // "no service matches", "2 services match", ...
}

// Error implements error.
func (e *OpError) Error() string {
	at := e.Op.Pointer
	if e.Op.Port != "" {
		at += " of port " + e.Op.Port
	}
	if e.Op.Service != nil {
		at += " of service " + e.Op.Service.String()
	}
	return string(e.Op.Verb) + " " + at + ": " + e.Reason
}
