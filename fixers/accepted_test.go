package fixers_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// TestAcceptedAfterwards plans every file of those whose verdict by flyctl is
// known, with consent, and reads what apply would leave: of the files that
// flyctl refuses a share becomes one that it accepts, of the others none becomes
// one that it refuses, and no value of the author is lost without a word.
func TestAcceptedAfterwards(t *testing.T) {
	f, err := os.Open("../../shared/flyctl-verdicts.jsonl")
	if err != nil {
		t.Log("no verdicts beside the project")
		return
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	var refused, mended int
	for in.Scan() {
		var v struct{ ID, TOML, Flyctl string }
		if err := json.Unmarshal(in.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		file, err := flytoml.Parse("fly.toml", []byte(v.TOML))
		if err != nil {
			continue
		}
		p, err := plan.Build(plan.Target{File: file, Offline: plan.OfflineAsked}, fixers.All(), plan.Options{FilePath: "fly.toml", Allow: plan.Consent{Review: true}})
		if err != nil {
			t.Fatal(err)
		}
		after := applied(t, file, p)
		left := len(deployed.Read(after).Refusals())
		switch {
		case v.Flyctl == "refuses":
			refused++
			if left == 0 {
				mended++
			}
			if p.Refused == nil || len(p.Refused.After) != left {
				t.Errorf("%s: the plan says %+v, and %d faults are left", v.ID, p.Refused, left)
			}
		case left > 0:
			t.Errorf("%s: flyctl accepts the file, and refuses it afterwards", v.ID)
		}
		noneLost(t, v.ID, file, after, p)
	}
	if mended*100 < refused*40 {
		t.Errorf("%d of %d refused files are mended", mended, refused)
	}
}

func applied(t *testing.T, file *flytoml.File, p *plan.Plan) *flytoml.File {
	t.Helper()
	for _, s := range p.Steps {
		if s.EditFile == nil {
			continue
		}
		after, err := file.Apply(s.EditFile.Edits...)
		if err != nil {
			t.Fatal(err)
		}
		return after
	}
	return file
}

// noneLost wants every single value of the file in what is left of it, or its
// key named in the plan.
func noneLost(t *testing.T, id string, before, after *flytoml.File, p *plan.Plan) {
	t.Helper()
	text := string(after.Bytes())
	var named strings.Builder
	for _, f := range p.Findings {
		fmt.Fprintln(&named, f.Key, f.Message)
	}
	before.Walk(func(n flytoml.Node) {
		switch n.Kind() {
		case flytoml.Table, flytoml.ArrayTables, flytoml.Array, flytoml.Invalid:
			return
		}
		value := strings.Trim(n.Raw(), `"'`)
		segments, _ := flytoml.ParsePath(n.Path())
		key := segments[len(segments)-1].Key
		if !strings.Contains(text, value) && !strings.Contains(named.String(), n.Path()) && !strings.Contains(named.String(), key) {
			t.Errorf("%s: %s is gone, and the plan does not name it", id, n.Path())
		}
	})
}
