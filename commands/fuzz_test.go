package commands

import (
	"bytes"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/view"
)

// Whatever a plan file holds: it is refused with one line, or it can be shown
// without a word for the terminal in it, and written again as the same plan.
func FuzzPlanFile(f *testing.F) {
	f.Add([]byte(`{"schema_version": 2, "file": {"path": "fly.toml"}, "steps": [{"id": "file", "kind": "file", "edit_file": {"edits": [{"op": "set", "path": "deploy.strategy", "value": "\"rolling\""}]}}]}`))
	f.Add([]byte(`{"schema_version": 2, "file": {"path": "fly.toml"}, "findings": [{"rule": "r\u001b[2J", "outcome": "planned", "severity": "info", "message": "\u202e", "edits": [{"op": "append", "path": "a.b"}]}], "rollouts": [{"gap": true, "restarts": 2}]}`))
	f.Add([]byte(`{"schema_version": 2, "file": {"path": "f"}, "steps": [{"id": "m", "kind": "machine", "machine": {"id": "a", "ops": [{"verb": "set", "pointer": "/env/A", "value": 1}]}}, {"kind": "clone", "clone": {"region": "lhr"}}]}`))
	f.Add([]byte(`{"schema_version": 2, "file": {"path": "f"}, "left_alone": [{"machine": "x"}], "app": {"regions": {"iad": -1}}, "steps": [{"kind": "secrets", "secrets": {"set": [{"name": "A", "key": "env.A"}]}}]}`))
	f.Add([]byte(`{"schema_version": 2, "file": {"path": "f"}, "findings": [{"rule": "r", "outcome": "\u202e", "severity": "info"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := parsePlan(raw, "plan.json")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "read plan plan.json: ") {
				t.Errorf("the error does not say which file: %v", err)
			}
			return
		}
		var human, first, second bytes.Buffer
		if err := view.Human(&human, p, view.Options{Width: 40, Verbose: true, Next: "x"}); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(human.String(), "\x1b\u202e\r") {
			t.Errorf("shown, it speaks to the terminal: %q", human.String())
		}
		if err := view.JSON(&first, p); err != nil {
			t.Fatal(err)
		}
		again, err := parsePlan(first.Bytes(), "plan.json")
		if err != nil {
			t.Fatalf("written again it is refused: %v\n%s", err, first.Bytes())
		}
		if err := view.JSON(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("written again it is another plan: %v\n%s\n%s", err, first.Bytes(), second.Bytes())
		}
	})
}
