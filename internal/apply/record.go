package apply

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/linepatch"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// What the journal holds of each step. An undo is made of these alone, so the
// JSON names must not change their meaning.
type (
	beginRecord struct {
		Tool     string      `json:"tool"`
		Undo     string      `json:"undo,omitempty"`   // journal of the apply that is taken back
		Partly   bool        `json:"partly,omitempty"` // an undo that leaves something alone which could go back later
		Batch    string      `json:"batch,omitempty"`  // of one `apply --all`
		App      string      `json:"app"`
		Path     string      `json:"path"`
		Where    string      `json:"where,omitempty"` // the path from the root
		SHA256   string      `json:"sha256"`          // of the file before
		Steps    []plan.Step `json:"steps"`
		Migrated []string    `json:"migrated,omitempty"` // env entries that are cut out everywhere below
	}
	secretsRecord struct {
		Names   []string `json:"names"`
		Version uint64   `json:"version,omitempty"`
		// Digests are those that the platform gave for our values, by name: what
		// has one of them is ours, and nothing else is.
		Digests map[string]string `json:"digests,omitempty"`
	}
	// fileRecord of a file step. Back leads to the file before without the
	// migrated entries. It holds no line but those that the step changed, since
	// any other may have a value that nobody wants in a record; nil when one of
	// those has.
	fileRecord struct {
		Path         string           `json:"path"`
		BeforeSHA256 string           `json:"before_sha256"`
		AfterSHA256  string           `json:"after_sha256"`
		Back         *linepatch.Patch `json:"back,omitempty"`
		Bare         *linepatch.Patch `json:"bare,omitempty"`     // as Back, without the comments of the entries
		Restored     bool             `json:"restored,omitempty"` // the original bytes are written again
	}
	// machineRecord of an update. Inverse takes back what is still ours, and is
	// all that is kept of the configuration before. It is Incomplete when a
	// value that must not be written down would be part of it.
	machineRecord struct {
		Machine string             `json:"machine"`
		Group   string             `json:"group,omitempty"`
		Region  string             `json:"region,omitempty"`
		State   string             `json:"state,omitempty"`  // before the run
		Before  string             `json:"before,omitempty"` // version that is replaced
		Version string             `json:"version,omitempty"`
		Image   string             `json:"image,omitempty"`
		Inverse []machineconfig.Op `json:"inverse,omitempty"`
		// Incomplete: some of what was done can't be taken back.
		Incomplete bool `json:"incomplete,omitempty"`
		Probe      bool `json:"probe,omitempty"`    // the first of two updates
		Repair     bool `json:"repair,omitempty"`   // it takes back what an earlier run left; nothing takes that back
		Back       bool `json:"rollback,omitempty"` // the old configuration is posted again
		// Unhealthy: that, because it was not healthy with the change itself; not
		// because another machine was not, or could not be updated.
		Unhealthy bool   `json:"unhealthy,omitempty"`
		Error     string `json:"error,omitempty"`
		// Unproven: done, but it went to rest before its new check was seen to pass,
		// on it or on another machine of its group.
		Unproven bool `json:"unproven,omitempty"`
		// Tried are the checks that the update brought and that did not pass.
		Tried []triedRecord `json:"tried,omitempty"`
	}
	triedRecord struct {
		Check  json.RawMessage `json:"check"` // as the op adds it
		Port   int             `json:"port"`  // of its service
		Status int             `json:"status,omitempty"`
		Said   string          `json:"said"`
	}
	// cloneRecord of a machine that is added; Inverse takes back what it has besides
	// its source.
	cloneRecord struct {
		Source string `json:"source"`
		Marker string `json:"marker"` // the machine's name, and in its metadata under CloneMarker
		machineRecord
	}
	endRecord struct {
		Report Report `json:"report"`
		Error  string `json:"error,omitempty"`
	}
)

// migrated are the env entries that leave fly.toml in this run: their names,
// and how to find their values without being able to print them.
type migrated struct {
	names []string
	finds []func(text string) bool
}

// minFind is the length of the values that are looked for.
const minFind = 6

// add notes an entry. Very short values ("1", "true") are found everywhere
// and are nobody's secret.
func (m *migrated) add(name, value string) {
	if !slices.Contains(m.names, name) {
		m.names = append(m.names, name)
	}
	if len(value) >= minFind {
		m.finds = append(m.finds, func(text string) bool { return strings.Contains(text, value) })
	}
}

func (m *migrated) in(text string) bool {
	return slices.ContainsFunc(m.finds, func(found func(string) bool) bool { return found(text) })
}

// inJSON looks at every string of a JSON value, names included.
func (m *migrated) inJSON(v any) bool {
	switch v := v.(type) {
	case string:
		return m.in(v)
	case []any:
		return slices.ContainsFunc(v, m.inJSON)
	case map[string]any:
		for k, e := range v {
			if m.in(k) || m.inJSON(e) {
				return true
			}
		}
	}
	return false
}

// clean is an error's text, or less when a migrated value is in it.
func (m *migrated) clean(err error) string {
	switch {
	case err == nil:
		return ""
	case m.in(err.Error()):
		return "(the message is left out: it repeats a secret value)"
	}
	return err.Error()
}

func (r *run) beginRecord() beginRecord {
	rec := beginRecord{
		Tool: r.p.Tool, Undo: r.d.undoOf, Partly: r.d.undoPartly, Batch: r.d.Batch, App: r.p.App.Name, Path: r.p.File.Path,
		SHA256: r.p.File.SHA256, Steps: r.p.Steps, Migrated: r.migrated.names,
	}
	if f, ok := r.d.File.(located); ok {
		rec.Where = f.Where()
	}
	return rec
}
