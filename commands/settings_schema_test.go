package commands

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/proof/jsonschema"
	"github.com/fly-standards/fly-standards/internal/settings"
)

// published compares a schema with its file in docs/schema, or writes that
// with -update, and gives the schema that readers of the file have.
func published(t *testing.T, path string, made map[string]any) *jsonschema.Checker {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(made); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("-update writes it: %v", err)
	}
	if diff := cmp.Diff(b.String(), string(have)); diff != "" {
		t.Errorf("%s is not what the code says (-code +file; -update writes it):\n%s", path, diff)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(have, &s); err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewChecker(s, true)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return schema
}

// What the reader takes the schema must take, and what it refuses the schema
// must refuse: an editor that says otherwise is worse than none.
func TestSettingsSchema(t *testing.T) {
	s := published(t, "../docs/schema/settings.json", settings.Schema(fixers.All()))
	ids := ruleIDs(fixers.All())
	samples := append(everyRule(ids),
		"", "extends = \"../team.toml\"\n", "extends = \"\"\n", "extends = 1\n", "rules = 3\n",
		"[rules.health-checks]\npath = \"/up\"\ninterval = \"30s\"\ntimeout = \"1.5s\"\ngrace_period = \"1m30s\"\n",
		"[rules.health-checks]\npath = \"up\"\n", "[rules.health-checks]\ninterval = 15\n", "[rules.health-checks]\npaht = \"/up\"\n",
		"[rules.health-check]\n", "[rules.env-secrets]\npath = \"/up\"\n", "[rules.env-secrets]\nenabled = \"no\"\n",
		"[rules.deploy-strategy]\nstrategy = \"canary\"\n", "[rules.deploy-strategy]\nstrategy = \"immediate\"\n",
		"[extra-regions]\nregions = [\"lhr\", \"syd\"]\nsuggested = []\n", "[extra-regions]\nregions = \"lhr\"\n", "[extra-regions]\nregions = [\"London\"]\n",
		"[apply]\nmax_unavailable = 2\n", "[apply]\nmax_unavailable = 0.5\n", "[apply]\nmax_unavailable = \"0.25\"\n", "[apply]\nmax_unavailable = 0\n",
		"[apply]\nmax_unavailable = 1.5\n", "[apply]\nmax_unavailable = \"all\"\n", "[apply]\nmax_unavailable = true\n", "[aply]\n",
		"[files.\"fly.staging.toml\".rules.health-checks]\npath = \"/up\"\n", "[files.\"web/fly.toml\".apply]\nmax_unavailable = 1\n",
		"[files.staging]\n", "[files.\"/fly.toml\"]\n", "[files.\"fly.toml\"]\nextends = \"x\"\n", "[files.\"fly.toml\".rules.nope]\n", "[files]\n\"fly.toml\" = 1\n",
	)
	base := func(string) ([]byte, error) { return nil, nil }
	accepted := 0
	for _, src := range samples {
		_, err := settings.Parse(settings.Name, []byte(src), settings.Options{Rules: ids, Dir: "/x", FlyToml: "/x/fly.toml", Read: base})
		file, parseErr := flytoml.Parse(settings.Name, []byte(src))
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		raw, jsonErr := json.Marshal(file.Root().Value())
		var value any
		if jsonErr != nil || json.Unmarshal(raw, &value) != nil {
			t.Fatal(jsonErr)
		}
		if err == nil {
			accepted++
		}
		if odd := s.Check(value); (err == nil) != (odd == nil) {
			t.Errorf("%q\nthe reader says %v, the schema %v", src, err, odd)
		}
	}
	if accepted < 10 || accepted > len(samples)-10 {
		t.Errorf("%d of %d samples are accepted: they prove little", accepted, len(samples))
	}
}

// everyRule is a file for each rule with the keys that all rules have.
func everyRule(ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, "[rules."+id+"]\nenabled = false\nseverity = \"info\"\n", "[rules."+id+"]\nseverity = \"fatal\"\n")
	}
	return out
}
