package onemachine

import (
	"errors"
	"fmt"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

// ErrInterrupted is why work stopped when its context ended.
var ErrInterrupted = errors.New("interrupted")

// UnhealthyError is a machine that is not healthy after its update.
type UnhealthyError struct {
	Machine string
	Why     string            // "its checks do not pass within 5m0s", "it crashes again and again"
	Checks  []live.CheckState // those that do not pass
}

func (e *UnhealthyError) Error() string {
	s := "machine " + e.Machine + ": " + e.Why
	for _, c := range e.Checks {
		s += fmt.Sprintf("; check %s is %s", c.Name, c.Status)
	}
	return s
}

// MovedError is a machine that somebody else changed while the plan was being
// carried out. It was left as it is.
type MovedError struct{ Machine, Why string }

func (e *MovedError) Error() string { return "machine " + e.Machine + ": " + e.Why }

// LostError is a machine of which nobody can tell how it is: the platform did
// not answer, or the run was told to leave at once.
type LostError struct {
	Machine string
	Err     error
}

func (e *LostError) Error() string {
	return "machine " + e.Machine + ": its state is not known: " + e.Err.Error()
}
func (e *LostError) Unwrap() error { return e.Err }

func within(d time.Duration) string { return " within " + d.String() }

func updatedSince(m live.Machine, wanted string) *MovedError {
	return &MovedError{m.ID, "somebody updated it: its version is " + m.Version + ", not " + wanted}
}

func updatedMeanwhile(m live.Machine) *MovedError {
	return &MovedError{m.ID, "somebody updated it meanwhile: its version is " + m.Version}
}
