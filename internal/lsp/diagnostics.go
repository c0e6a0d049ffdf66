package lsp

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"go.lsp.dev/protocol"

	"github.com/fly-standards/fly-standards/plan"
)

func keys(m map[string][]protocol.Diagnostic) []string { return slices.Sorted(maps.Keys(m)) }

// concerned makes diagnostics of what was found, and gives the URIs that have
// some now, or had some before.
func (s *server) concerned(d *document, c *checked) []string {
	found := s.diagnostics(d.uri, c)
	s.mu.Lock()
	defer s.mu.Unlock()
	all := append(keys(d.shown), d.uri)
	if s.docs[d.uri] == d && d.checked == c {
		d.shown = found
	}
	all = append(all, keys(found)...)
	slices.Sort(all)
	return slices.Compact(all)
}

// tell sends the diagnostics of each URI as they are now, of all documents
// together: two may say something of one Dockerfile.
func (s *server) tell(uris ...string) {
	s.telling.Lock()
	defer s.telling.Unlock()
	for _, uri := range uris {
		_ = s.conn.Notify(s.ctx, protocol.MethodTextDocumentPublishDiagnostics, s.shown(uri))
	}
}

func (s *server) shown(uri string) publishParams {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := publishParams{URI: uri, Diagnostics: []protocol.Diagnostic{}}
	if d := s.docs[uri]; d != nil && d.checked != nil {
		version := d.checked.version
		p.Version = &version
	}
	for _, name := range slices.Sorted(maps.Keys(s.docs)) {
		p.Diagnostics = append(p.Diagnostics, s.docs[name].shown[uri]...)
	}
	return p
}

// diagnostics are the findings, each at its place, by URI.
func (s *server) diagnostics(uri string, c *checked) map[string][]protocol.Diagnostic {
	out := map[string][]protocol.Diagnostic{}
	if c.Problem != nil {
		out[uri] = []protocol.Diagnostic{s.problem(c)}
		return out
	}
	for _, f := range plan.Folded(c.Plan.Findings) { // as check lists them
		if f.Outcome == plan.Ignored {
			continue
		}
		where := uri
		if c.elsewhere(f) {
			where = uriOf(filepath.Join(c.root, filepath.FromSlash(f.File)))
		}
		out[where] = append(out[where], s.diagnostic(f, c))
	}
	return out
}

// shownAs is the finding that stands for one in the list: itself, or the one
// that it is a part of.
func (c *checked) shownAs(f plan.Outcome) plan.Outcome {
	if f.Default == "" {
		return f
	}
	for _, all := range plan.Folded(c.Plan.Findings) {
		for _, part := range all.Parts {
			if part.Rule == f.Rule && part.Key == f.Key && part.Message == f.Message {
				return all
			}
		}
	}
	return f
}

// elsewhere says whether a finding is about another file of the repository.
func (c *checked) elsewhere(f plan.Outcome) bool { return f.File != "" && f.File != c.Plan.File.Path }

// problem is the one diagnostic of a text that can't be checked.
func (s *server) problem(c *checked) protocol.Diagnostic {
	at := c.Problem.At
	r := protocol.Range{}
	if at.Line > 0 {
		end := at
		end.Column = max(at.Column, lineLength(c.text, at.Line)) + 1
		r = c.text.span(at, end, s.encoding)
	}
	return protocol.Diagnostic{Range: r, Severity: protocol.DiagnosticSeverityError, Source: "fly-standards", Message: c.Problem.Message}
}

func (s *server) diagnostic(f plan.Outcome, c *checked) protocol.Diagnostic {
	return protocol.Diagnostic{
		Range: s.rangeOf(f, c), Severity: severity(f.Severity), Source: "fly-standards", Message: f.Message,
		Code: f.Rule, CodeDescription: &protocol.CodeDescription{Href: protocol.URI(f.URL)},
	}
}

// rangeOf is where a finding is. What is about no line is shown at the top.
func (s *server) rangeOf(f plan.Outcome, c *checked) protocol.Range {
	switch {
	case f.Line == 0:
		return protocol.Range{}
	case c.elsewhere(f):
		return wholeLine(f.Line)
	}
	from, to := place(f.Line, f.Column), place(f.EndLine, f.EndColumn)
	if f.EndLine == 0 {
		to = place(f.Line, lineLength(c.text, f.Line)+1)
	}
	return c.text.span(from, to, s.encoding)
}

// settled is the newest check of a document, waited for while it is under way;
// nil where there is none.
func (s *server) settled(ctx context.Context, uri string) *checked {
	for {
		s.mu.Lock()
		d := s.docs[uri]
		if d == nil {
			s.mu.Unlock()
			return nil
		}
		c, round, wait := d.checked, d.round, d.settled
		s.mu.Unlock()
		if c != nil && c.round == round {
			return c
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil
		}
	}
}
