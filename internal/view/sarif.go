package view

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fly-standards/fly-standards/plan"
)

// sarif writes all parts as one run: code scanning takes one of a tool.
func sarif(w io.Writer, d Document, rules []plan.Fixer) error {
	name, version, _ := strings.Cut(d.Tool, " ")
	category := "all" // whatever their number: an alert stays in its category
	if !d.Several {
		category = Clean(d.Parts[0].Plan.File.Path)
	}
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: name, Version: version, InformationURI: "https://github.com/fly-standards/fly-standards", Rules: sarifRules(d, rules),
		}},
		Automation: sarifAutomation{ID: name + "/" + category + "/"},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	seen := map[string]int{} // how often a line was told of
	for _, part := range d.Parts {
		for _, f := range part.Plan.Findings {
			rule := slices.IndexFunc(run.Tool.Driver.Rules, func(r sarifRule) bool { return r.ID == f.Rule })
			run.Results = append(run.Results, part.sarifResult(f, rule, seen))
		}
	}
	return encode(w, sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	})
}

// securityRules are those that GitHub lists by their score, 0 to 10, as CVSS.
func securityRules() map[string]string {
	return map[string]string{
		"env-secrets": "8.0", "env-file": "8.0", "dockerfile-secrets": "8.0", "private-ports": "7.5", "dockerignore": "6.0",
		"gitignore": "5.0", "force-https": "5.0", "dockerfile-user": "5.0", "certificates": "4.0",
	}
}

// sarifRules describes all rules, and those of a saved plan that are not known.
func sarifRules(d Document, known []plan.Fixer) []sarifRule {
	rules := []sarifRule{}
	for _, f := range known {
		rules = append(rules, describeRule(f))
	}
	for _, part := range d.Parts {
		for _, f := range part.Plan.Findings {
			if !slices.ContainsFunc(rules, func(r sarifRule) bool { return r.ID == f.Rule }) {
				rules = append(rules, describeRule(plan.Fixer{ID: f.Rule, Title: f.Title, Severity: f.Severity, Doc: f.Title}))
			}
		}
	}
	return rules
}

func describeRule(f plan.Fixer) sarifRule {
	help := f.Doc + "\n\nMore: " + plan.RuleURL(f.ID)
	r := sarifRule{
		ID: f.ID, Short: sarifText{Text: f.Heading()}, Full: sarifText{Text: firstParagraph(f)},
		Help: sarifHelp{Text: help, Markdown: help}, URI: plan.RuleURL(f.ID), Default: sarifLevel{level(f.Severity)},
		Properties: sarifProperties{Tags: []string{"fly.io", "configuration"}, Precision: "high", Problem: problem(f.Severity)},
	}
	if score, ok := securityRules()[f.ID]; ok {
		r.Properties.Tags = append(r.Properties.Tags, "security")
		r.Properties.Security = score
	}
	return r
}

func firstParagraph(f plan.Fixer) string {
	first, _, _ := strings.Cut(strings.TrimSpace(f.Doc), "\n\n")
	if first == "" {
		return f.Heading()
	}
	return strings.Join(strings.Fields(first), " ")
}

func level(s plan.Severity) string {
	return map[plan.Severity]string{plan.Error: "error", plan.Warning: "warning", plan.Info: "note"}[s]
}

func problem(s plan.Severity) string {
	if s == plan.Info {
		return "recommendation"
	}
	return string(s)
}

func (p Part) sarifResult(f plan.Outcome, rule int, seen map[string]int) sarifResult {
	text := sentence(f, p.Mask)
	r := sarifResult{
		RuleID: f.Rule, RuleIndex: rule, Level: level(f.Severity), Message: sarifText{text + " (" + fate(f) + ")"},
		Locations: make([]sarifLocation, 1),
		Fingerprints: map[string]string{
			"flyStandards/v1": digest(f.Rule, f.File, f.Key, f.Machine, text), "primaryLocationLineHash": p.lineHash(f, seen),
		},
	}
	where := &r.Locations[0].Physical
	where.Artifact = sarifArtifact{uri(f.File), "%SRCROOT%"}
	// What is missing has no place; code scanning requires one all the same.
	where.Region = sarifRegion{max(f.Line, 1), max(f.Column, 1), max(f.EndLine, f.Line, 1), max(f.EndColumn, 1)}
	if by := f.IgnoredBy; by != nil {
		kind := "external"
		if by.Kind == plan.IgnoreComment {
			kind = "inSource"
		}
		r.Suppressions = []sarifSuppression{{kind, Clean(p.Mask.Hide(reason(f)))}}
	}
	r.Fixes = p.sarifFixes(f)
	return r
}

// sarifFixes is the one fix of a finding, with all its edits. One that makes a
// file is none here: a fix is of files that are there.
func (p Part) sarifFixes(f plan.Outcome) []sarifFix {
	edits := p.TextEdits(f)
	if len(f.Edits) > 0 && len(edits) == 0 || len(edits)+len(f.Lines) == 0 {
		return nil
	}
	var changes []sarifChange
	add := func(file string, region sarifRegion, text string) {
		artifact := sarifArtifact{uri(file), "%SRCROOT%"}
		i := slices.IndexFunc(changes, func(c sarifChange) bool { return c.Artifact == artifact })
		if i < 0 {
			i, changes = len(changes), append(changes, sarifChange{Artifact: artifact})
		}
		changes[i].Replacements = append(changes[i].Replacements, sarifReplacement{region, sarifText{text}})
	}
	for _, e := range edits {
		add(p.Plan.File.Path, sarifRegion{e.Start.Line, e.Start.Column, e.End.Line, e.End.Column}, e.Text)
	}
	for i, e := range f.Lines {
		where, text, known := sarifRegion{e.Line, 1, e.Line, utf8.RuneCountInString(e.Old) + 1}, e.New, true
		if e.Line == 0 {
			if slices.ContainsFunc(f.Lines[:i], func(b plan.LineEdit) bool { return b.File == e.File && b.Line == 0 }) {
				continue // it went with the first
			}
			where, text, known = p.atEnd(e.File, f.Lines)
		}
		if !known || p.Mask.Holds(text) {
			return nil
		}
		add(path.Join(path.Dir(p.Plan.File.Path), e.File), where, text)
	}
	return []sarifFix{{sarifText{fate(f)}, changes}}
}

// atEnd is the end of another file, and what edits add there, with its line ends;
// known is false where the file is not there.
func (p Part) atEnd(file string, edits []plan.LineEdit) (where sarifRegion, text string, known bool) {
	if p.Other == nil {
		return where, "", false
	}
	before, there, err := p.Other(file)
	edits = slices.DeleteFunc(slices.Clone(edits), func(e plan.LineEdit) bool { return e.File != file || e.Line != 0 })
	after, wrong := plan.EditLines(before, edits)
	if !there || err != nil || wrong != nil {
		return where, "", false
	}
	lines := strings.SplitAfter(string(before), "\n") // the last is empty where the file ends with a line end
	line, column := len(lines), utf8.RuneCountInString(lines[len(lines)-1])+1
	return sarifRegion{line, column, line, column}, string(after[len(before):]), true
}

// lineHash names a finding by its rule, the text of its line in fly.toml, and how
// often that rule told of it, much as GitHub does where a tool gives none: it stays
// when lines move and when other findings go. Of the masked text: a hash of a
// secret would give it away to whoever guesses.
func (p Part) lineHash(f plan.Outcome, seen map[string]int) string {
	line := ""
	if p.File != nil && f.Line > 0 && f.File == p.Plan.File.Path {
		line = strings.TrimSpace(at(lines(p.Mask.file(p.File)), f.Line))
	}
	sum := digest(f.Rule, f.File, line)[:16]
	seen[sum]++
	return fmt.Sprintf("%s:%d", sum, seen[sum])
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func uri(path string) string { return (&url.URL{Path: path}).EscapedPath() }
