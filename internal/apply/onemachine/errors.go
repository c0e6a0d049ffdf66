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
	Why     string            // "its checks do not pass within 5m0s", "it keeps crashing"
	Checks  []live.CheckState // those that do not pass
}

func (e *UnhealthyError) Error() string { return "machine " + e.Machine + ": " + e.Reason() }

// Reason is the error where the machine is named already.
func (e *UnhealthyError) Reason() string {
	s := e.Why
	for _, c := range e.Checks {
		s += fmt.Sprintf("; check %s is %s", c.Name, c.Status)
	}
	return s
}

// MovedError is a machine that somebody else changed while the plan was being
// carried out. It was left as it is.
type MovedError struct{ Machine, Why string }

func (e *MovedError) Error() string { return "machine " + e.Machine + ": " + e.Why }

// Reason is the error where the machine is named already.
func (e *MovedError) Reason() string { return e.Why }

// LostError is a machine of which nobody can tell how it is: the platform did
// not answer, or the run was told to leave at once.
type LostError struct {
	Machine string
	Err     error
}

func (e *LostError) Error() string { return "machine " + e.Machine + ": " + e.Reason() }
func (e *LostError) Unwrap() error { return e.Err }

// Reason is the error where the machine is named already.
func (e *LostError) Reason() string { return "state unknown: " + Reason(e.Err) }

// Reason is an error's text without the machine that it is about, for where that
// is named already.
func Reason(err error) string {
	if r, ok := err.(interface{ Reason() string }); ok { //nolint:errorlint // what wraps it says more
		return r.Reason()
	}
	return err.Error()
}

func within(d time.Duration) string { return " within " + d.String() }

func updatedSince(m live.Machine, wanted string) *MovedError {
	return &MovedError{m.ID, "somebody updated it: its version is " + m.Version + ", not " + wanted}
}

func updatedMeanwhile(m live.Machine) *MovedError {
	return &MovedError{m.ID, "somebody updated it meanwhile: its version is " + m.Version}
}
