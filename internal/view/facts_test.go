package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/fly-standards/fly-standards/plan"
)

// What ignored a finding is a field: the reason of a comment may quote anything.
func TestSuppressionsAreOfTheirKind(t *testing.T) {
	for _, tt := range []struct {
		by   plan.IgnoredBy
		want string
	}{
		{plan.IgnoredBy{Kind: plan.IgnoreComment, File: "fly.toml", Line: 4, Reason: `enabled = false in .fly-standards.toml, as "immediate" is meant`}, "inSource"},
		{plan.IgnoredBy{Kind: plan.IgnoreSettings, File: "fly.toml:4"}, "external"},
		{plan.IgnoredBy{Kind: plan.IgnoreBaseline, File: "fly.toml"}, "external"},
	} {
		p := sample()
		p.Findings = p.Findings[5:]
		p.Findings[0].IgnoredBy = &tt.by
		var buf bytes.Buffer
		if err := Write(&buf, "sarif", Document{Tool: p.Tool, Parts: []Part{{Plan: p}}}, Options{}); err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Runs []struct {
				Results []struct{ Suppressions []struct{ Kind string } }
			}
		}
		if err := json.Unmarshal(buf.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		if got := doc.Runs[0].Results[0].Suppressions; len(got) != 1 || got[0].Kind != tt.want {
			t.Errorf("%s: %+v, want %s", tt.by.Kind, got, tt.want)
		}
	}
}

// A check that is in the file and not on the app has no edits; its step says all
// the same that it is tested on one machine first.
func TestProofWithoutEdits(t *testing.T) {
	p := sample()
	f := p.Findings[1]
	f.Edits, f.Steps = nil, f.Steps[1:]
	p.Findings = []plan.Outcome{f}
	for i := range p.Steps {
		if p.Steps[i].Machine != nil {
			p.Steps[i].Machine.Proof = []int{0}
		}
	}
	var buf bytes.Buffer
	if err := Human(&buf, p, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := ansi.Strip(buf.String()); !strings.Contains(got, "1 machine first, then 2") {
		t.Errorf("the plan does not say that one machine tests it first:\n%s", got)
	}
}
