package view

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// The part of SARIF 2.1.0 that GitHub code scanning and editors read.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
		Help  string    `json:"helpUri"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region sarifRegion `json:"region"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
)

// sarif writes all parts as one run: code scanning takes one of a tool.
func sarif(w io.Writer, tool string, parts []Part) error {
	name, version, _ := strings.Cut(tool, " ")
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: name, Version: version, InformationURI: "https://github.com/fly-standards/fly-standards", Rules: []sarifRule{},
		}},
		Results: []sarifResult{},
	}
	for _, part := range parts {
		for _, f := range part.Plan.Findings {
			rules := run.Tool.Driver.Rules
			i := slices.IndexFunc(rules, func(r sarifRule) bool { return r.ID == f.Rule })
			if i < 0 {
				i = len(rules)
				run.Tool.Driver.Rules = append(rules, sarifRule{f.Rule, sarifText{f.Title}, f.URL})
			}
			run.Results = append(run.Results, sarifFinding(f, i, part.Mask))
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	})
}

func sarifFinding(f plan.Outcome, rule int, m *Mask) sarifResult {
	levels := map[plan.Severity]string{plan.Error: "error", plan.Warning: "warning", plan.Info: "note"}
	r := sarifResult{
		RuleID: f.Rule, RuleIndex: rule, Level: levels[f.Severity], Message: sarifText{sentence(f, m)},
		Locations:    make([]sarifLocation, 1),
		Fingerprints: map[string]string{"flyStandards/v1": fingerprint(f, m)},
	}
	where := &r.Locations[0].Physical
	where.Artifact.URI = (&url.URL{Path: f.File}).EscapedPath()
	// What is missing has no line; code scanning wants one all the same.
	where.Region = sarifRegion{max(f.Line, 1), f.Column}
	if f.Outcome == plan.Ignored {
		kind := "external"
		if f.IgnoredBy != nil && f.IgnoredBy.Kind == plan.IgnoreComment {
			kind = "inSource"
		}
		r.Suppressions = []sarifSuppression{{kind, Clean(m.hide(reason(f)))}}
	}
	return r
}

// fingerprint names a finding by what it is about, so that it stays the same
// when lines move.
func fingerprint(f plan.Outcome, m *Mask) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Rule, f.File, f.Key, f.Machine, sentence(f, m)}, "\x00")))
	return hex.EncodeToString(sum[:16])
}
