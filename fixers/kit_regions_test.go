package fixers_test

import (
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// TestLiveRegionsWin: the platform's own list is believed over the dated one,
// for a region that opened since and for one that closed since.
func TestLiveRegionsWin(t *testing.T) {
	for _, c := range []struct {
		code    string
		regions []live.Region // nil: offline
		want    string        // in the message; "" for no finding
	}{
		{"zzz", nil, `region "zzz" is not in the list of 2026-08`},
		{"zzz", []live.Region{{Code: "zzz"}}, ""},
		{"ams", nil, ""},
		{"ams", []live.Region{{Code: "fra"}}, `there is no region "ams"`},
		{"ams", []live.Region{{Code: "ams", Deprecated: true}}, `region "ams" no longer takes new machines`},
		{"waw", nil, `region "waw" is closed`},
	} {
		file, err := flytoml.Parse("fly.toml", []byte("app = \"a\"\nprimary_region = \""+c.code+"\"\n"))
		if err != nil {
			t.Fatal(err)
		}
		target := plan.Target{File: file, Offline: "test"}
		if c.regions != nil {
			target.Offline, target.App = "", &live.App{Name: "a", Regions: c.regions}
		}
		p, err := plan.Build(target, fixers.All(), plan.Options{FilePath: "fly.toml", Only: []string{"primary-region"}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range p.Findings {
			got += f.Message
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s with the platform's regions %v: %q, want %q", c.code, c.regions, got, c.want)
		}
	}
}
