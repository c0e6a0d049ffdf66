package fixers

import (
	"fmt"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// A whole rule, and what a plan makes of it. docs/working-here.md shows its
// check as it stands here.
func Example() {
	check := func(t plan.Target) []plan.Finding {
		var out []plan.Finding
		for _, s := range services(t.File) { // [http_service] and each of [[services]]
			floor := s.Key("min_machines_running")
			if !isPublic(s) || floor.Said() {
				continue
			}
			f := plan.Finding{
				Message: s.Path + " has no min_machines_running",
				At:      placeOf(t.File, s.Path+".min_machines_running", s.Path),
				Fix:     safeFix(setKey(s.Path+".min_machines_running", 1)),
			}
			f.Fix.Changes, f.Machines = serviceChanges(t, s, serviceSetting{pointer: "/min_machines_running", value: 1})
			out = append(out, f)
		}
		return out
	}

	rule := plan.Fixer{ID: "floor", Title: "a public service says its floor", Severity: plan.Info, Check: check}
	file, err := flytoml.Parse("fly.toml", []byte("app = \"shop\"\n\n[http_service]\n  internal_port = 8080\n"))
	if err != nil {
		panic(err)
	}
	p, err := plan.Build(plan.Target{File: file, AppName: "shop"}, []plan.Fixer{rule}, plan.Options{FilePath: "fly.toml"})
	if err != nil {
		panic(err)
	}
	for _, f := range p.Findings {
		fmt.Printf("%s:%d: %s [%s]\n", f.File, f.Line, f.Message, f.Outcome)
	}
	for _, s := range p.Steps {
		fmt.Println(s.Kind, s.EditFile.Edits[0].Path, "=", s.EditFile.Edits[0].Value)
	}
	// Output:
	// fly.toml:3: http_service has no min_machines_running [planned]
	// file http_service.min_machines_running = 1
}
