package onemachine

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// ErrInterrupted is why work stopped when its context ended.
var ErrInterrupted = errors.New("interrupted")

// UnhealthyError is a machine that is not healthy after its update.
type UnhealthyError struct {
	Machine string
	Why     string              // "its checks did not pass within 5m", "it keeps crashing"
	Checks  []live.CheckState   // those that do not pass
	Failing []live.FailingCheck // and what came back, where something did
	// Refused: it is up, and nothing fails but checks that its update brought.
	Refused bool
}

func (e *UnhealthyError) Error() string { return "machine " + e.Machine + ": " + e.Reason() }

// Reason is the error where the machine is named already.
func (e *UnhealthyError) Reason() string {
	s := e.Why
	for _, c := range e.Checks {
		i := slices.IndexFunc(e.Failing, func(f live.FailingCheck) bool { return f.Row.Name == c.Name && f.Known })
		if i < 0 {
			s += fmt.Sprintf("; check %s is %s", c.Name, c.Status)
		} else {
			s += "; " + Answer(e.Failing[i].Config, e.Failing[i].Row)
		}
	}
	return s
}

// Answer is what a check asked and what came back: "GET /healthz on port 8080
// answered 400 Bad Request".
func Answer(c machineconfig.Check, row live.Check) string {
	switch status := strconv.Itoa(row.HTTPStatus()); {
	case status != "0":
		_, after, _ := strings.Cut(row.Output, status)
		return c.String() + " answered " + status + after
	case row.Output != "":
		return c.String() + " failed: " + row.Output
	}
	return c.String() + " is " + row.Status
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

// within says " within 5m", " within 1m30s".
func within(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	return " within " + text
}

func updatedSince(m live.Machine, wanted string) *MovedError {
	return &MovedError{m.ID, "somebody updated it since (version " + m.Version + ", not " + wanted + ")"}
}

func updatedMeanwhile(m live.Machine) *MovedError {
	return &MovedError{m.ID, "somebody updated it meanwhile: its version is " + m.Version}
}
