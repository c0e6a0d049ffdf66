package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

func TestExitCode(t *testing.T) {
	cause := errors.New("cause")
	for name, tc := range map[string]struct {
		err  error
		want int
	}{
		"done":                              {nil, 0},
		"any error":                         {cause, 1},
		"usage":                             {&usageError{message: "no"}, 1},
		"declined":                          {declinedError{}, 1},
		"unknown rule":                      {&plan.UnknownRuleError{ID: "x"}, 1},
		"refused token":                     {&live.Error{Kind: live.Unauthorized, Status: 401}, 1},
		"a connection that broke":           {&live.Error{Err: syscall.EPIPE}, 1},
		"changes":                           {errChanges, 2},
		"no file":                           {&noFileError{"none"}, 3},
		"stale":                             {&apply.StaleError{}, 3},
		"stale, wrapped":                    {fmt.Errorf("apply: %w", &apply.StaleError{}), 3},
		"part-way":                          {&apply.PartialError{Err: cause}, 4},
		"part-way because of a cancel":      {&apply.PartialError{Err: context.Canceled}, 4},
		"interrupted":                       {&apply.InterruptedError{}, 130},
		"interrupted before anything began": {fmt.Errorf("read: %w", context.Canceled), 130},
		"deadline":                          {context.DeadlineExceeded, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exitCode(tc.err); got != tc.want {
				t.Errorf("exit code %d, want %d", got, tc.want)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"a reader that left is no error to tell": {fmt.Errorf("write: %w", syscall.EPIPE), ""},
		"a broken connection is one":             {&live.Error{Doing: "read app a", Err: syscall.EPIPE}, "read app a: broken pipe\n" + tryLater},
		"changes are no error":                   {errChanges, ""},
		"interrupted":                            {context.Canceled, "interrupted; nothing was changed"},
		"interrupted part-way says no such thing": {
			&apply.InterruptedError{Report: apply.Report{File: apply.FileResult{State: apply.Done}}}, "interrupted part-way",
		},
		"a lease that somebody takes in the middle": {
			&apply.PartialError{Err: &live.Error{Kind: live.LeaseHeld, Doing: "lease machine a", Message: "it is held by you@example.com"}},
			"stopped part-way: lease machine a: it is held by you@example.com\na deploy or another command holds the machine: run this again when it is done",
		},
		"stale part-way: something was changed": {
			&apply.PartialError{Err: &apply.StaleError{Moved: []apply.Moved{{Thing: "file", Name: "fly.toml", Why: "it was changed"}}}},
			"stopped part-way: the plan is stale: file fly.toml: it was changed",
		},
		"the request id is for Fly's support": {
			&live.Error{Doing: "read app a", Message: "boom", Status: 500, RequestID: "01F-iad"}, "read app a: boom (HTTP 500)\n" + tryLater + "; Fly's request id: 01F-iad",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(explain(tc.err), "\n"); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
