package apply

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// The journal must not hold a migrated value wherever it stands, nor any value
// of an env entry that stays.
func TestInverseHoldsNoEnvValue(t *testing.T) {
	const config = `{"env":{"TOKEN":"s3cr3t&value","KEPT":"another-secret"},"init":{"cmd":["run","--token=s3cr3t&value"]},
		"containers":[{"name":"x","env":{"TOKEN":"s3cr3t&value"}}],"restart":{"policy":"no"}}`
	drop := machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: "/env/TOKEN"}
	set := func(pointer, value string) machineconfig.Op {
		return machineconfig.Op{Verb: machineconfig.VerbSet, Pointer: pointer, Value: json.RawMessage(value)}
	}
	for _, c := range []struct {
		name       string
		ops        []machineconfig.Op
		kept       int
		incomplete bool
	}{
		{"migrated only", []machineconfig.Op{drop}, 0, false},
		{"and something else", []machineconfig.Op{drop, set("/restart/policy", `"always"`)}, 1, false},
		{"the value elsewhere", []machineconfig.Op{drop, set("/init/cmd", `["run"]`)}, 0, true},
		{"the value where there was none", []machineconfig.Op{set("/init/entrypoint", `["s3cr3t&value"]`)}, 0, true},
		{"the value as a name", []machineconfig.Op{set("/restart", `{"s3cr3t&value":"x"}`)}, 0, true},
		{"an entry that nobody migrates", []machineconfig.Op{set("/env/KEPT", `"public"`)}, 0, true},
		{"an entry that is new", []machineconfig.Op{set("/env/NEW", `"public"`)}, 1, false},
		{"all containers", []machineconfig.Op{set("/containers", `[]`)}, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m migrated
			m.add("TOKEN", "of-the-file")
			was, err := machineconfig.Parse([]byte(config))
			if err != nil {
				t.Fatal(err)
			}
			got, incomplete := m.inverse(was, c.ops)
			if len(got) != c.kept || incomplete != c.incomplete {
				t.Errorf("kept %v, incomplete %v", got, incomplete)
			}
			raw, err := json.Marshal(got)
			if err != nil || strings.Contains(string(raw), "s3cr3t") || strings.Contains(string(raw), "another-secret") {
				t.Errorf("%v %s", err, raw)
			}
		})
	}
}

func TestWayBackHoldsNoEnvValue(t *testing.T) {
	for _, c := range []struct {
		name, file string
		edits      []flytoml.Edit
		refused    bool
	}{
		{"beside it", "[env]\n  KEY = \"held-secret\"\n[http_service]\n  internal_port = 8080\n",
			[]flytoml.Edit{{Op: flytoml.Set, Path: "http_service.force_https", Value: "true"}}, false},
		{"migrated", "[env]\n  KEY = \"held-secret\"\n  TOKEN = \"gone-secret\"\n", []flytoml.Edit{{Op: flytoml.Remove, Path: "env.TOKEN"}}, false},
		{"in one line with it", "env = { KEY = \"held-secret\", PORT = \"8080\" }\n", []flytoml.Edit{{Op: flytoml.Set, Path: "env.PORT", Value: `"9090"`}}, true},
		{"the entry itself", "[env]\n  KEY = \"held-secret\"\n", []flytoml.Edit{{Op: flytoml.Set, Path: "env.KEY", Value: `"x"`}}, true},
		{"over several lines", "[env]\n  KEY = \"\"\"\nfirst\nheld-secret\n\"\"\"\n", []flytoml.Edit{{Op: flytoml.Set, Path: "env.KEY", Value: `"x"`}}, true},
		{"an array of tables", "[[env]]\n  KEY = \"held-secret\"\n", []flytoml.Edit{{Op: flytoml.Set, Path: "env[0].KEY", Value: `"x"`}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := flytoml.Parse("fly.toml", []byte("app = \"a\"\n"+c.file))
			if err != nil {
				t.Fatal(err)
			}
			after, err := f.Apply(c.edits...)
			if err != nil {
				t.Fatal(err)
			}
			var m migrated
			m.add("TOKEN", "gone-secret")
			p, _, err := m.wayBack(f, after.Bytes(), c.edits)
			if err != nil || (p == nil) != c.refused {
				t.Fatalf("%v, %+v", err, p)
			}
			raw, _ := json.Marshal(p)
			if strings.Contains(string(raw), "held-secret") || strings.Contains(string(raw), "gone-secret") {
				t.Errorf("a value is in it: %s", raw)
			}
		})
	}
}
