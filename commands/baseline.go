package commands

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/plan"
)

// baselineName is the file beside fly.toml with the findings that were there
// when the project began to check: `check` ignores them, and no others.
const baselineName = ".fly-standards-baseline.json"

type baseline struct {
	SchemaVersion int        `json:"schema_version"`
	Findings      []accepted `json:"findings"`
}

// accepted is one finding. It has no line: lines move.
type accepted struct {
	File    string `json:"file"` // its name, fly.staging.toml
	Rule    string `json:"rule"`
	Key     string `json:"key,omitempty"`
	Machine string `json:"machine,omitempty"`
	Message string `json:"message"`
	// Live: it was found with a look at the app, so that not finding it
	// without one says nothing.
	Live bool `json:"live,omitempty"`
}

func (a accepted) is(file string, f plan.Finding) bool {
	return a.File == file && a.Rule == f.Rule && a.Key == f.At.Key && a.Machine == f.At.Machine && a.Message == f.Message
}

func (s *source) baselinePath() string { return filepath.Join(filepath.Dir(s.path), baselineName) }

// readBaseline gives an empty one when there is none.
func (s *source) readBaseline() (*baseline, error) {
	src, err := atomicfile.ReadRegular(s.baselinePath(), maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return &baseline{SchemaVersion: 1}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", baselineName, err)
	}
	b := &baseline{}
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.DisallowUnknownFields()
	if err := dec.Decode(b); err != nil {
		return nil, fmt.Errorf("read %s: %w", baselineName, err)
	}
	if b.SchemaVersion != 1 {
		return nil, fmt.Errorf("read %s: it has version %d; this program supports 1", baselineName, b.SchemaVersion)
	}
	return b, nil
}

// accepts says whether a finding about the file is in the baseline.
func (b *baseline) accepts(file string) func(plan.Finding) bool {
	return func(f plan.Finding) bool {
		return slices.ContainsFunc(b.Findings, func(a accepted) bool { return a.is(file, f) })
	}
}

// write makes the baseline what p finds in this file, and keeps what it says
// of others. With prune, nothing is added.
func (s *source) writeBaseline(old *baseline, p *plan.Plan, prune bool) (int, error) {
	file := filepath.Base(s.path)
	b := &baseline{SchemaVersion: 1, Findings: []accepted{}}
	for _, a := range old.Findings {
		if a.File != file || prune && a.Live && s.target.App == nil {
			b.Findings = append(b.Findings, a)
		}
	}
	for _, f := range p.Findings {
		a := accepted{File: file, Rule: f.Rule, Key: f.Key, Machine: f.Machine, Message: f.Message, Live: s.target.App != nil}
		known := slices.ContainsFunc(old.Findings, func(o accepted) bool { o.Live = a.Live; return o == a })
		twice := slices.ContainsFunc(b.Findings, func(o accepted) bool { o.Live = a.Live; return o == a })
		if twice || prune && !known || !prune && f.Outcome == plan.Ignored {
			continue
		}
		b.Findings = append(b.Findings, a)
	}
	out, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return 0, fmt.Errorf("write %s: %w", baselineName, err)
	}
	if s.mask.Holds(string(out)) {
		return 0, errors.New("the baseline would hold a secret value of fly.toml, so it is not written; please report this")
	}
	if err := writeShown(s.baselinePath(), "write "+baselineName, append(out, '\n'), 0o644); err != nil {
		return 0, err
	}
	return len(b.Findings), nil
}
