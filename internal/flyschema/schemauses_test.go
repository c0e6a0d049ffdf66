package flyschema_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/proof/jsonschema"
)

func flyJSON(t *testing.T) *jsonschema.Checker {
	t.Helper()
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	c, err := jsonschema.NewChecker(s, false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// accepts says whether the schema accepts a text.
func accepts(t *testing.T, c *jsonschema.Checker, text []byte) error {
	t.Helper()
	var v any
	if err := toml.Unmarshal(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), &v); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return c.Check(v)
}

func TestSchemaSamples(t *testing.T) {
	c := flyJSON(t)
	for kind, want := range map[string]bool{"accepted": true, "refused": false} {
		paths, err := filepath.Glob("../../docs/schema/samples/" + kind + "/*.toml")
		if err != nil || len(paths) < 2 {
			t.Fatalf("%d samples, %v", len(paths), err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := accepts(t, c, text); (err == nil) != want {
				t.Errorf("%s: %v", path, err)
			}
			file, err := flytoml.Parse("fly.toml", text)
			if err != nil {
				t.Fatal(err)
			}
			if refused := deployed.Read(file).Refusals(); (len(refused) == 0) != want {
				t.Errorf("%s: flyctl would say otherwise: %v", path, refused)
			}
		}
	}
}

// TestSchemaAgrees: of the fly.toml of every fixture, the schema refuses none
// that flyctl accepts, and most that it refuses.
func TestSchemaAgrees(t *testing.T) {
	c := flyJSON(t)
	paths, err := filepath.Glob("../../testdata/fixers/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	refused, caught := 0, 0
	for _, path := range paths {
		arc, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range arc.Files {
			if f.Name != "fly.toml" {
				continue
			}
			file, err := flytoml.Parse("fly.toml", f.Data)
			if err != nil || len(file.Surplus()) > 0 { // no TOML, to those who read it with the schema
				continue
			}
			bad := len(deployed.Read(file).Refusals()) > 0
			err = accepts(t, c, f.Data)
			switch {
			case bad && err != nil:
				refused, caught = refused+1, caught+1
			case bad:
				refused++
			case err != nil:
				t.Errorf("%s: flyctl accepts it, and the schema does not: %v", filepath.Base(path), err)
			}
		}
	}
	if caught*2 < refused || refused < 10 { // several fixtures are about names that don't meet
		t.Errorf("the schema catches %d of %d refusals", caught, refused)
	}
}
