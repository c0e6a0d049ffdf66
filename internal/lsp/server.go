package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// phase is how far a session is.
type phase int

const (
	fresh phase = iota
	ready       // initialize was answered
	down        // shutdown was
)

type server struct {
	Options
	ctx  context.Context
	conn jsonrpc2.Conn
	left chan struct{} // closed by exit

	// telling is held while diagnostics are sent, so that older ones never follow
	// newer ones; mu is never held while something is written.
	telling sync.Mutex

	mu       sync.Mutex
	phase    phase
	roots    []string
	client   clientWords
	encoding encoding
	docs     map[string]*document // open ones that are checked, by URI
	pending  map[jsonrpc2.ID]context.CancelFunc
}

func (s *server) state(p phase) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == p
}

// handle is asked for one message after the other. What changes documents is
// done at once, so that the order of the client is kept; what only asks is
// answered beside it. It gives no error: one would end the connection.
func (s *server) handle(ctx context.Context, reply jsonrpc2.Replier, req jsonrpc2.Request) error {
	answer := func(result any, err error) { _ = reply(ctx, result, err) }
	switch method := req.Method(); {
	case method == protocol.MethodInitialize:
		answer(s.initialize(req.Params()))
	case method == protocol.MethodExit:
		s.exit()
	case s.state(fresh):
		answer(nil, jsonrpc2.NewError(jsonrpc2.ServerNotInitialized, "the session was not initialized"))
	case method == protocol.MethodShutdown:
		s.mu.Lock()
		s.phase = down
		s.mu.Unlock()
		answer(nil, nil)
	case s.state(down):
		answer(nil, fmt.Errorf("the session is shut down: %w", jsonrpc2.ErrInvalidRequest))
	case isCall(req):
		s.ask(answer, req.(*jsonrpc2.Call))
	default:
		s.told(method, req.Params())
	}
	return nil
}

func isCall(req jsonrpc2.Request) bool {
	_, ok := req.(*jsonrpc2.Call)
	return ok
}

func (s *server) exit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.left:
	default:
		close(s.left)
	}
}

// ask answers a request in its own time, until it is cancelled.
func (s *server) ask(answer func(any, error), call *jsonrpc2.Call) {
	asked := map[string]func(context.Context, documentParams) (any, error){
		protocol.MethodTextDocumentCodeAction: s.codeActions,
		protocol.MethodTextDocumentHover:      s.hover,
	}[call.Method()]
	if asked == nil {
		answer(nil, fmt.Errorf("%q: %w", call.Method(), jsonrpc2.ErrMethodNotFound))
		return
	}
	var p documentParams
	if json.Unmarshal(call.Params(), &p) != nil {
		answer(nil, fmt.Errorf("%s: %w", call.Method(), jsonrpc2.ErrInvalidParams))
		return
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.mu.Lock()
	s.pending[call.ID()] = cancel
	s.mu.Unlock()
	go func() {
		defer cancel()
		result, err := guarded(func() (any, error) { return asked(ctx, p) })
		if ctx.Err() != nil {
			result, err = nil, protocol.ErrRequestCancelled
		}
		s.mu.Lock()
		delete(s.pending, call.ID())
		s.mu.Unlock()
		answer(result, err)
	}()
}

// guarded turns a panic into an error without its words, which may quote the
// text.
func guarded(do func() (any, error)) (result any, err error) {
	defer func() {
		if recover() != nil {
			result, err = nil, jsonrpc2.ErrInternal
		}
	}()
	return do()
}

// told takes a notification. What is not known, or can't be read, is passed
// over, as the protocol has it.
func (s *server) told(method string, raw json.RawMessage) {
	if method == protocol.MethodCancelRequest {
		s.cancelled(raw)
		return
	}
	var p documentParams
	switch method {
	case protocol.MethodTextDocumentDidOpen, protocol.MethodTextDocumentDidChange, protocol.MethodTextDocumentDidClose, protocol.MethodTextDocumentDidSave:
		if json.Unmarshal(raw, &p) != nil {
			return
		}
	}
	switch method {
	case protocol.MethodInitialized:
		s.watch()
	case protocol.MethodTextDocumentDidOpen:
		s.open(p)
	case protocol.MethodTextDocumentDidChange:
		s.change(p)
	case protocol.MethodTextDocumentDidClose:
		s.close(p.TextDocument.URI)
	case protocol.MethodTextDocumentDidSave, protocol.MethodWorkspaceDidChangeWatchedFiles:
		s.lookAgain() // one file says something about others
	case protocol.MethodWorkspaceDidChangeWorkspaceFolders:
		var f foldersParams
		if json.Unmarshal(raw, &f) == nil {
			s.folders(f)
		}
	}
}

func (s *server) cancelled(raw json.RawMessage) {
	var p cancelParams
	var id jsonrpc2.ID
	if json.Unmarshal(raw, &p) != nil || id.UnmarshalJSON(p.ID) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.pending[id]; cancel != nil {
		cancel()
	}
}
