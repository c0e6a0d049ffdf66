package lsp

import (
	"context"
	"time"

	"go.lsp.dev/protocol"
)

// maxText is the size above which a text is not kept. Long before that flytoml
// takes it for no fly.toml, and says so.
const maxText = 16 << 20

// pause is how long nobody types before the tree is looked at again.
const pause = 500 * time.Millisecond

// document is an open file. All of it is guarded by server.mu.
type document struct {
	uri, path string
	version   int32
	text      string
	tooLarge  bool // text was let go
	// round counts what makes a check of it old: each change, and each look at
	// what is around it.
	round   int
	look    bool // the next check looks at the tree
	running bool
	stop    context.CancelFunc // of the check that runs
	settled chan struct{}      // closed when checked is of this round, or it is closed
	checked *checked
	shown   map[string][]protocol.Diagnostic // what is found in it, by the URI it is about
}

// checked is a check that was done, and the text that it was about.
type checked struct {
	Report
	round   int
	version int32
	text    *text
	root    string
}

func (s *server) open(p documentParams) {
	uri := p.TextDocument.URI
	path := pathOf(uri)
	if path == "" || !s.Checker.Concerns(path) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.docs[uri]
	if d == nil { // else it is opened twice: the second one counts
		d = &document{uri: uri, path: path, settled: make(chan struct{})}
		s.docs[uri] = d
	}
	d.version, d.look = p.TextDocument.Version, true
	d.hold(p.TextDocument.Text)
	s.wake(d)
}

func (d *document) hold(text string) {
	if d.text, d.tooLarge = text, false; len(text) > maxText {
		d.text, d.tooLarge = "", true
	}
}

func (s *server) change(p documentParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.docs[p.TextDocument.URI]
	if d == nil {
		return
	}
	d.version = p.TextDocument.Version
	for _, c := range p.ContentChanges {
		if d.tooLarge && c.Range != nil {
			continue // a change of what was let go
		}
		d.hold(changed(d.text, c, s.encoding))
	}
	s.wake(d)
}

func (s *server) close(uri string) {
	s.mu.Lock()
	d := s.docs[uri]
	if d == nil {
		s.mu.Unlock()
		return
	}
	delete(s.docs, uri)
	if d.stop != nil {
		d.stop()
	}
	d.round++
	d.settle()
	shown := d.shown
	s.mu.Unlock()
	go s.tell(append(keys(shown), uri)...)
}

// lookAgain checks every document again, with a look at the tree: something on
// disk has changed.
func (s *server) lookAgain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.docs {
		d.look = true
		s.wake(d)
	}
}

// wake has the document checked as it is now. The newest change wins: a check
// that runs is stopped, and what it finds is dropped.
func (s *server) wake(d *document) {
	d.round++
	select {
	case <-d.settled:
		d.settled = make(chan struct{})
	default:
	}
	if d.stop != nil {
		d.stop()
	}
	if !d.running {
		d.running = true
		go s.work(d)
	}
}

func (d *document) settle() {
	select {
	case <-d.settled:
	default:
		close(d.settled)
	}
}

// work checks a document until it is checked as it is. There is one for a
// document at a time.
func (s *server) work(d *document) {
	for s.checkOnce(d) {
		continue
	}
}

// checkOnce says whether there is more to do.
func (s *server) checkOnce(d *document) (more bool) {
	s.mu.Lock()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	d.stop = cancel
	round, tooLarge := d.round, d.tooLarge
	c := &checked{round: round, version: d.version, root: s.rootOf(d.path)}
	ask := Document{Path: d.path, Root: c.root, Text: d.text, Look: d.look}
	s.mu.Unlock()

	c.text = newText(ask.Text)
	if tooLarge {
		c.Report = Report{Problem: &Problem{Message: "the file is too large to be a fly.toml"}}
	} else {
		c.Report = s.check(ctx, ask)
	}
	if s.keep(d, c, ask.Look) {
		s.tell(s.concerned(d, c)...)
		if c.Aged && s.Clock.Sleep(ctx, pause) == nil {
			return s.again(d, round)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.running = s.ctx.Err() == nil && s.docs[d.uri] == d && d.round != round
	return d.running
}

// again has the text checked once more with a look at the tree. What is shown
// of it stays until then.
func (s *server) again(d *document, round int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.docs[d.uri] != d {
		d.running = false
		return false
	}
	if d.round == round {
		d.look = true
	}
	return true
}

// keep takes what was found, unless the document has changed meanwhile.
func (s *server) keep(d *document, c *checked, looked bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil || s.docs[d.uri] != d || d.round != c.round {
		return false
	}
	if looked {
		d.look = false
	}
	d.checked = c
	d.settle()
	return true
}

// check is that of the Checker. One that panics is a fault of ours, and ends
// neither the server nor the session.
func (s *server) check(ctx context.Context, d Document) (r Report) {
	defer func() {
		if recover() != nil {
			r = Report{Problem: &Problem{Message: "fly-standards could not check this text: an internal error; please report this"}}
		}
	}()
	return s.Checker.Check(ctx, d)
}
