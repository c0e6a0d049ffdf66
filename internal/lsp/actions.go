package lsp

import (
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// maxWhy is how much of a fix's reason stands in a menu.
const maxWhy = 80

// codeActions are the fixes of the findings in a range, one each, and all safe
// ones of the file together.
func (s *server) codeActions(ctx context.Context, p documentParams) (any, error) {
	out := []codeAction{}
	c := s.settled(ctx, p.TextDocument.URI)
	if c == nil || c.Problem != nil {
		return out, nil
	}
	if wanted(p.Context.Only, protocol.QuickFix) {
		for _, f := range c.Plan.Findings {
			if !fixable(f) || c.elsewhere(f) {
				continue
			}
			shown := s.diagnostic(c.shownAs(f), c)
			if !meet(s.rangeOf(f, c), p.Range) && !meet(shown.Range, p.Range) {
				continue
			}
			if edits := c.Edits(f); len(edits) > 0 {
				out = append(out, codeAction{
					Title: title(f), Kind: protocol.QuickFix, IsPreferred: f.Safety == plan.Safe && !f.Costs,
					Diagnostics: []protocol.Diagnostic{shown}, Edit: s.edit(p.TextDocument.URI, c, edits),
				})
			}
		}
	}
	if wanted(p.Context.Only, fixAll) {
		if edits := c.FixAll(); len(edits) > 0 {
			out = append(out, codeAction{Title: "Apply all safe fixes of fly-standards", Kind: fixAll, Edit: s.edit(p.TextDocument.URI, c, edits)})
		}
	}
	return out, nil
}

// meet says whether two ranges have a line in common.
func meet(a, b protocol.Range) bool { return a.Start.Line <= b.End.Line && b.Start.Line <= a.End.Line }

// wanted says whether a client asks for a kind: for all, for it, or for one of
// those that it is of.
func wanted(only []string, kind protocol.CodeActionKind) bool {
	for _, o := range only {
		if o == "" || string(kind) == o || strings.HasPrefix(string(kind), o+".") {
			return true
		}
	}
	return len(only) == 0
}

// fixable says whether an edit of the file is the whole fix, which apply would
// make as well, if need be with consent: a click is that. What is held is not:
// an entry that a secret has to replace would be lost.
func fixable(f plan.Outcome) bool {
	return f.Safety > plan.Manual && (f.Outcome == plan.Planned || f.Outcome == plan.NeedsConsent)
}

// title is the fix in a menu: its rule and place, and what to know first.
func title(f plan.Outcome) string {
	t := "Fix " + f.Rule
	if f.Key != "" {
		t += ": " + f.Key
	}
	var facts []string
	switch {
	case f.Safety == plan.Safe:
		facts = append(facts, "safe")
	case f.Reason != "":
		facts = append(facts, "needs review: "+short(f.Reason))
	default:
		facts = append(facts, "needs review")
	}
	switch {
	case f.CostKnown:
		facts = append(facts, fmt.Sprintf("about $%.2f a month", f.CostMonthly))
	case f.Costs:
		facts = append(facts, "adds cost")
	}
	return t + " (" + strings.Join(facts, "; ") + ")"
}

func short(text string) string {
	if r := []rune(text); len(r) > maxWhy {
		return strings.TrimRight(string(r[:maxWhy]), " ,;:") + " …"
	}
	return text
}

// edit is a change of the document as it was checked. Clients that know
// versions refuse it when the text has moved on.
func (s *server) edit(uri string, c *checked, edits []flytoml.TextEdit) workspaceEdit {
	out := make([]protocol.TextEdit, len(edits))
	for i, e := range edits {
		start, end := e.Offsets()
		out[i] = protocol.TextEdit{Range: protocol.Range{Start: c.text.position(start, s.encoding), End: c.text.position(end, s.encoding)}, NewText: e.Text}
	}
	s.mu.Lock()
	versions := s.client.Workspace.WorkspaceEdit.DocumentChanges
	s.mu.Unlock()
	if !versions {
		return workspaceEdit{Changes: map[string][]protocol.TextEdit{uri: out}}
	}
	change := documentEdit{Edits: out}
	change.TextDocument.URI, change.TextDocument.Version = uri, c.version
	return workspaceEdit{DocumentChanges: []documentEdit{change}}
}
