package settings

import (
	"fmt"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/plan"
)

// folder is settings files by their absolute paths.
type folder map[string]string

func (f folder) read(path string) ([]byte, error) {
	src, ok := f[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(src), nil
}

// parse reads app/.fly-standards.toml below /home for the fly.toml there.
func (f folder) parse(flyToml string) (*File, error) {
	return Parse("app/"+Name, []byte(f["/home/app/"+Name]), Options{
		Rules: ruleIDs, Dir: "/home", FlyToml: "/home/app/" + flyToml, Read: f.read,
	})
}

func TestExtends(t *testing.T) {
	f := folder{
		"/home/app/" + Name: `
extends = "../team/base.toml"
[rules.health-checks]
path = "/own"
[rules.env-secrets]
enabled = true
`,
		"/home/team/base.toml": `
extends = "all.toml"
[rules.health-checks]
path = "/team"
interval = "30s"
[rules.deploy-strategy]
enabled = false
[extra-regions]
regions = ["lhr"]
`,
		"/home/team/all.toml": `
[rules.env-secrets]
enabled = false
[rules.health-checks]
timeout = "9s"
[extra-regions]
regions = ["syd", "ams"]
[apply]
max_unavailable = 2
`,
	}
	got, err := f.parse("fly.toml")
	if err != nil {
		t.Fatal(err)
	}
	want := &File{
		Settings: plan.Settings{
			HealthPath: "/own", CheckInterval: "30s", CheckTimeout: "9s", MaxUnavailable: "2",
			Regions: []string{"lhr"}, RegionsFrom: "team/base.toml",
		},
		Disabled: map[string]string{"deploy-strategy": "team/base.toml"},
		Enabled:  map[string]bool{"env-secrets": true},
		Severity: map[string]plan.Severity{},
		RegionAt: map[string]string{"ams": "team/all.toml:7:19", "lhr": "team/base.toml:9:12", "syd": "team/all.toml:7:12"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExtendsRefuses(t *testing.T) {
	long := folder{}
	for i := range 12 {
		long[fmt.Sprintf("/home/app/%d.toml", i)] = fmt.Sprintf("extends = \"%d.toml\"\n", i+1)
	}
	long["/home/app/"+Name] = "extends = \"0.toml\"\n"
	for name, tc := range map[string]struct {
		files folder
		want  string
	}{
		"missing": {folder{"/home/app/" + Name: "\nextends = \"../gone.toml\"\n"},
			`app/.fly-standards.toml:2:1: extends "../gone.toml": there is no such file (the path is from the folder of this one)`},
		"itself": {folder{"/home/app/" + Name: "extends = \"../app/.fly-standards.toml\"\n"},
			`app/.fly-standards.toml:1:1: extends "../app/.fly-standards.toml", which leads back to itself`},
		"circle": {folder{"/home/app/" + Name: "extends = \"b.toml\"\n", "/home/app/b.toml": "\n\nextends = \".fly-standards.toml\"\n"},
			`app/b.toml:3:1: extends ".fly-standards.toml", which leads back to itself`},
		"too long":    {long, `app/6.toml:1:1: extends "7.toml": that would be more than 8 files, each extending the next`},
		"no path":     {folder{"/home/app/" + Name: "extends = 1\n"}, `app/.fly-standards.toml:1:1: extends = 1: must be the path of a settings file, such as "../team/.fly-standards.toml"`},
		"from afar":   {folder{"/home/app/" + Name: "extends = \"https://example.com/x.toml\"\n"}, `app/.fly-standards.toml:1:1: extends "https://example.com/x.toml": must be the path of a file; nothing is fetched`},
		"their fault": {folder{"/home/app/" + Name: "extends = \"b.toml\"\n", "/home/app/b.toml": "[rules.health-check]\n"}, `app/b.toml:1:1: there is no rule "health-check"; did you mean "health-checks"?`},
		"in a table":  {folder{"/home/app/" + Name: "[files.\"fly.toml\"]\nextends = \"b.toml\"\n"}, `app/.fly-standards.toml:2:1: unknown key "extends"; known here: apply, extra-regions, rules`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tc.files.parse("fly.toml")
			if err == nil || err.Error() != tc.want {
				t.Errorf("got  %v\nwant %s", err, tc.want)
			}
		})
	}
}

func TestFilesOverride(t *testing.T) {
	f := folder{
		"/home/app/" + Name: `
extends = "../base.toml"
[files."web/fly.staging.toml".rules.health-checks]
path = "/by-path"
[files."fly.staging.toml".rules.health-checks]
path = "/by-name"
interval = "1m"
[files."fly.staging.toml".rules.env-secrets]
enabled = false
[rules.health-checks]
path = "/all"
`,
		"/home/base.toml": "[files.\"fly.other.toml\".rules.health-checks]\npath = \"/theirs\"\ntimeout = \"4s\"\n",
	}
	for flyToml, want := range map[string]plan.Settings{
		"fly.toml":             {HealthPath: "/all"},
		"fly.staging.toml":     {HealthPath: "/by-name", CheckInterval: "1m"},
		"web/fly.staging.toml": {HealthPath: "/by-path", CheckInterval: "1m"},
		"api/fly.staging.toml": {HealthPath: "/by-name", CheckInterval: "1m"},
		"fly.other.toml":       {HealthPath: "/all", CheckTimeout: "4s"}, // what extends wins
	} {
		got, err := f.parse(flyToml)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Settings); diff != "" {
			t.Errorf("%s:\n%s", flyToml, diff)
		}
		if _, off := got.Disabled["env-secrets"]; off != (want.CheckInterval != "") {
			t.Errorf("%s: env-secrets is disabled: %v", flyToml, off)
		}
	}
}

// A mistake in what is said of one file is an error for all.
func TestFilesRefuses(t *testing.T) {
	for src, want := range map[string]string{
		"[files.\"fly.staging.toml\".rules.health-checks]\npaht = \"/up\"\n": `app/.fly-standards.toml:2:1: unknown key "paht"; did you mean "path"?`,
		"[files.staging.apply]\n":                         `app/.fly-standards.toml:1:8: files: "staging": must be the name of a fly.toml, such as "fly.staging.toml", or its path from here, such as "web/fly.toml"`,
		"[files]\n\"fly.toml\" = 3\n":                     `app/.fly-standards.toml:2:1: files."fly.toml" must be a table`,
		"[[files]]\n":                                     `app/.fly-standards.toml:1:1: files must be a table`,
		"[files.\"x.toml\".rules.health-check]\n":         `app/.fly-standards.toml:1:1: there is no rule "health-check"; did you mean "health-checks"?`,
		"[files.\"x.toml\".rules]\nhealth-checks = 1\n":   `app/.fly-standards.toml:2:1: files."x.toml".rules.health-checks must be a table`,
		"[files.\"x.toml\".extra]\nregions = [\"lhr\"]\n": `app/.fly-standards.toml:1:1: unknown key "extra"; did you mean "extra-regions"?`,
	} {
		_, err := folder{"/home/app/" + Name: src}.parse("fly.toml")
		if err == nil || err.Error() != want {
			t.Errorf("%q\ngot  %v\nwant %s", src, err, want)
		}
	}
}
