package plan

import "fmt"

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
