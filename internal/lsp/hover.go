package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// hover says what a key means, and explains the rules of the findings there.
func (s *server) hover(ctx context.Context, p documentParams) (any, error) {
	c := s.settled(ctx, p.TextDocument.URI)
	if c == nil || c.Problem != nil {
		return nil, nil
	}
	at := c.text.place(p.Position, s.encoding)
	var parts []string
	if n, ok := nodeAt(c.File.Root(), at); ok {
		if about := flyschema.Describe(n.Path()); about != "" {
			parts = append(parts, "**"+n.Path()+"**: "+about)
		}
	}
	var r *protocol.Range
	var told []string
	for _, f := range c.Plan.Findings {
		where := s.rangeOf(f, c)
		if f.Outcome == plan.Ignored || c.elsewhere(f) || f.Line == 0 || !contains(where, p.Position) {
			continue
		}
		parts = append(parts, s.explain(f, !slices.Contains(told, f.Rule)))
		told, r = append(told, f.Rule), &where
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return protocol.Hover{Contents: protocol.MarkupContent{Kind: s.markup(), Value: strings.Join(parts, "\n\n---\n\n")}, Range: r}, nil
}

// markup is Markdown unless the client says that it can't show it.
func (s *server) markup() protocol.MarkupKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	if formats := s.client.TextDocument.Hover.ContentFormat; len(formats) > 0 && !slices.Contains(formats, string(protocol.Markdown)) {
		return protocol.PlainText
	}
	return protocol.Markdown
}

func contains(r protocol.Range, p protocol.Position) bool {
	after := p.Line > r.Start.Line || p.Line == r.Start.Line && p.Character >= r.Start.Character
	before := p.Line < r.End.Line || p.Line == r.End.Line && p.Character <= r.End.Character
	return after && before
}

// explain is a finding, and with doc what its rule is about.
func (s *server) explain(f plan.Outcome, doc bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** (%s): %s", f.Rule, f.Severity, f.Message)
	if fate := fateOf(f); fate != "" {
		fmt.Fprintf(&b, "\n\n%s", fate)
	}
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "\n- seen: %s", e)
	}
	if i := slices.IndexFunc(s.Rules, func(r plan.Fixer) bool { return r.ID == f.Rule }); doc && i >= 0 {
		fmt.Fprintf(&b, "\n\n%s", s.Rules[i].Doc)
	}
	fmt.Fprintf(&b, "\n\n[%s](%s)", f.Rule, f.URL)
	return b.String()
}

// fateOf is what can be done about a finding.
func fateOf(f plan.Outcome) string {
	text := ""
	switch {
	case f.Outcome == plan.Planned:
		text = "Its fix is safe."
	case f.Outcome == plan.NeedsConsent:
		text = "Its fix needs consent"
	case f.HeldFor == plan.HeldOffline:
		return "`fly-standards apply` fixes it when it can read the app."
	case f.Outcome == plan.ByHand:
		text = "A person must decide"
	default:
		text = "It can't be fixed now"
	}
	why := f.Reason
	if why == "" {
		why = f.HowTo
	}
	if f.Outcome == plan.Planned || why == "" {
		return strings.TrimSuffix(text, ".") + "."
	}
	return text + ": " + strings.TrimSuffix(why, ".") + "."
}

// nodeAt is the innermost node whose key or heading is at a place.
func nodeAt(n flytoml.Node, at flytoml.Position) (flytoml.Node, bool) {
	var kids []flytoml.Node
	switch n.Kind() {
	case flytoml.Table:
		for _, key := range n.Keys() {
			if kid, ok := n.Key(key); ok {
				kids = append(kids, kid)
			}
		}
	case flytoml.ArrayTables, flytoml.Array:
		kids = n.Items()
	}
	for _, kid := range kids {
		if found, ok := nodeAt(kid, at); ok {
			return found, true
		}
	}
	from, to := n.Position(), n.End()
	inside := n.Path() != "" && !before(at, from) && before(at, to)
	return n, inside
}

func before(a, b flytoml.Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}
