package commands

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// The exit codes. Scripts depend on them; they are the same for every format.
const (
	exitOK          = 0
	exitError       = 1 // also a usage error, and declined at the prompt: nothing was changed
	exitChanges     = 2 // plan --detailed-exitcode: apply would change something
	exitNotPlanned  = 3 // no fly.toml, or the plan is stale: nothing was changed
	exitPartly      = 4 // stopped part-way or put back
	exitInterrupted = 130
)

// errChanges is the outcome of plan --detailed-exitcode, not a failure.
var errChanges = errors.New("there are changes to apply")

// usageError is a command line that can't be meant.
type usageError struct {
	message string
	hint    string
}

func (e *usageError) Error() string { return e.message }

// noFileError says that there is no fly.toml to work on.
type noFileError struct{ message string }

func (e *noFileError) Error() string { return e.message }

// declinedError: the user said no.
type declinedError struct{}

func (declinedError) Error() string { return "declined; nothing was changed" }

// exitCodeOf is the exit code of a command. A check has its own: 1 says that
// it found something, so an error is 2.
func exitCodeOf(cmd *cobra.Command, err error) int {
	code := exitCode(err)
	if cmd != nil && cmd.Name() == "check" && code == exitError && !errors.Is(err, errFindings) {
		return 2
	}
	return code
}

// exitCode maps what a command returned to the code of the process, here and
// nowhere else.
func exitCode(err error) int {
	var (
		noFile      *noFileError
		stale       *apply.StaleError
		other       *otherPlanError
		partial     *apply.PartialError
		interrupted *apply.InterruptedError
	)
	switch {
	case err == nil, isClosedPipe(err): // whoever read our output has had enough
		return exitOK
	case errors.Is(err, errChanges):
		return exitChanges
	case errors.As(err, &interrupted):
		return exitInterrupted
	case errors.As(err, &partial):
		return exitPartly
	case errors.As(err, &noFile), errors.As(err, &stale), errors.As(err, &other):
		return exitNotPlanned
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitError
	}
}

// aboutError is an error about one file and its app: on completes the commands
// that are the advice about it.
type aboutError struct {
	error
	on view.Commands
}

func (e *aboutError) Unwrap() error { return e.error }

// about makes an error one about a file and its app.
func about(on view.Commands, err error) error {
	if err == nil {
		return nil
	}
	return &aboutError{err, on}
}

// explain gives the lines that tell a person what went wrong and what to do:
// the error first, then hints.
func explain(err error) []string {
	out := advice(err)
	var about *aboutError
	if errors.As(err, &about) {
		for i := range out {
			out[i] = about.on.Complete(out[i])
		}
	}
	return out
}

func advice(err error) []string {
	var (
		parse *flytoml.ParseError
		usage *usageError
		rule  *plan.UnknownRuleError
		stale *apply.StaleError
		other *otherPlanError

		refused *atomicfile.RefusedError
	)
	switch {
	case err == nil, errors.Is(err, errChanges), errors.Is(err, errFindings), isClosedPipe(err):
		return nil
	case errors.As(err, &parse):
		out := []string{parse.Error()}
		if strings.TrimSpace(parse.Text) != "" {
			out = append(out, fmt.Sprintf("%6d | %s", parse.Line, parse.Text))
		}
		return out
	case errors.As(err, &usage) && usage.hint != "":
		return []string{usage.message, usage.hint}
	case errors.As(err, &stale) && exitCode(err) == exitNotPlanned: // part-way, the report says how to go on
		return []string{err.Error(), "nothing was changed; `fly-standards plan` makes a new plan"}
	case errors.As(err, &other):
		return []string{err.Error(), "someone edited the plan file, or what it was made from has changed; nothing was changed; `fly-standards plan` makes a new plan"}
	case errors.As(err, &refused) && exitCode(err) == exitError:
		if errors.Is(err, fs.ErrPermission) {
			return []string{err.Error(), "nothing was changed; make it writable, then run it again"}
		}
		return []string{err.Error(), "nothing was changed"}
	case errors.As(err, &rule) && rule.Near != "":
		return []string{rule.Error(), "`fly-standards rules` lists them"}
	case errors.Is(err, context.Canceled) && exitCode(err) == exitInterrupted && !carried(err):
		return []string{"interrupted; nothing was changed"}
	}
	out := []string{err.Error()}
	var unhealthy *apply.UnhealthyError
	var leftOut *apply.LeftOutError
	switch {
	case errors.As(err, &leftOut):
		out = append(out, afterRefusal(leftOut.Tried[0]))
	case errors.As(err, &unhealthy):
		out = append(out, "`fly logs -i "+unhealthy.Machine+"` shows what the app says")
	}
	var floor *apply.FloorError
	if errors.As(err, &floor) {
		out = append(out, waysPastFloor(floor))
	}
	if hint := liveHint(err); hint != "" {
		out = append(out, hint)
	}
	return out
}

// isClosedPipe says that whoever read our output has had enough. A connection
// to Fly that broke has the same errno, and is something else.
func isClosedPipe(err error) bool {
	var e *live.Error
	return errors.Is(err, syscall.EPIPE) && !errors.As(err, &e)
}

// carried says whether err comes from an apply that had begun, which tells
// its own state.
func carried(err error) bool {
	var interrupted *apply.InterruptedError
	return errors.As(err, &interrupted)
}

// report prints an error on stderr.
func (e *Env) report(err error, painter view.Style) {
	for i, l := range explain(err) {
		if i == 0 {
			l = painter.Fail("Error:") + strings.TrimPrefix(e.told("Error: "+l), "Error:")
		} else {
			l = e.told(l)
		}
		_, _ = fmt.Fprintln(e.Stderr, l)
	}
}
