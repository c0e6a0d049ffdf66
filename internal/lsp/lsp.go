// Package lsp is the language server: findings of open fly.toml files as
// diagnostics, their fixes as code actions, the rules on hover.
//
// It has no opinion of its own. What it shows is what the check command finds
// in the same text, asked through Checker; it only turns places into the
// protocol's positions. It writes no file: fixes are edits that the editor
// makes in its own buffer.
package lsp

import (
	"context"
	"errors"
	"io"

	"go.lsp.dev/jsonrpc2"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Document is one text to check.
type Document struct {
	Path string // absolute
	Root string // absolute: the workspace folder that it is in
	Text string
	// Look: at the source tree and the settings as they are now, whatever is
	// remembered of them.
	Look bool
}

// Report is what a check found.
type Report struct {
	Problem *Problem // why there is no plan; the rest is empty then
	File    *flytoml.File
	Plan    *plan.Plan
	// Edits are what the fix of a finding alone makes of the text; none where it
	// has no fix of the file.
	Edits func(plan.Outcome) []flytoml.TextEdit
	// FixAll is what apply makes of the text without any consent.
	FixAll func() []flytoml.TextEdit
	// Aged: the source tree was not looked at for a while, so that the document
	// should be checked again when there is time.
	Aged bool
}

// Problem is why a text can't be checked: no TOML, an ignore comment or
// settings that can't be meant.
type Problem struct {
	At      flytoml.Position // in the text; zero: nowhere in it
	Message string           // for people; quotes no value
}

// Checker checks a text as the check command does. It is asked by several
// goroutines at once, but never twice for one document.
type Checker interface {
	Check(ctx context.Context, d Document) Report
	// Concerns says whether a file is one that is checked.
	Concerns(path string) bool
}

// Options are what a server needs besides its streams.
type Options struct {
	Checker Checker
	Rules   []plan.Fixer
	Version string
	Clock   clock.Clock
}

// ErrNoShutdown: the client went without a shutdown request, which the
// protocol has as a failure.
var ErrNoShutdown = errors.New("the client left without asking for a shutdown")

// Serve speaks the protocol until the client leaves or ctx ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn := jsonrpc2.NewConn(newStream(in, out))
	s := &server{Options: o, ctx: ctx, conn: conn, left: make(chan struct{}), docs: map[string]*document{}, encoding: utf16Units, pending: map[jsonrpc2.ID]context.CancelFunc{}}
	conn.Go(ctx, s.handle)
	select {
	case <-ctx.Done():
	case <-conn.Done(): // its input ended
	case <-s.left:
		if !s.state(down) {
			return ErrNoShutdown
		}
	}
	return nil
}
