package plan

import "fmt"

// Severity is how much a finding matters.
type Severity string

// The severities, gravest first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Safety is how much a fix may change of what the app does. The order counts,
// and the zero value is the careful one: a forgotten field applies nothing.
type Safety int

// The levels.
const (
	Manual Safety = iota // a person must decide
	Review               // behaviour changes, or the evidence is not conclusive
	Safe                 // a working app means the same afterwards, and the evidence is in hand
)

var safetyNames = [...]string{Manual: "manual", Review: "review", Safe: "safe"}

// String implements fmt.Stringer.
func (s Safety) String() string { return safetyNames[s] }

// MarshalText implements encoding.TextMarshaler.
func (s Safety) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Safety) UnmarshalText(b []byte) error {
	for i, name := range safetyNames {
		if name == string(b) {
			*s = Safety(i)
			return nil
		}
	}
	return fmt.Errorf("unknown safety %q", b)
}
