package fixers_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
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
		before, after := lossless(t, v.ID, v.TOML)
		if before > 0 {
			refused++
		}
		if before > 0 && after == 0 {
			mended++
		}
		if v.Flyctl != "refuses" && after > 0 {
			t.Errorf("%s: flyctl accepts the file, and refuses it afterwards", v.ID)
		}
	}
	if mended*100 < refused*50 {
		t.Errorf("%d of %d refused files are mended", mended, refused)
	}
}

// TestNothingLost does the same with the files of the fixtures, and with some
// faults in them.
func TestNothingLost(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 26))
	for _, f := range fixtures(t) {
		text, _ := f.file("fly.toml")
		lossless(t, f.name, string(text))
		if faulty := withFault(rng, string(text)); faulty != "" {
			lossless(t, f.name+" with a fault:\n"+faulty, faulty)
		}
	}
}

// withFault puts another value in the place of one, or changes the brackets of
// a heading.
func withFault(rng *rand.Rand, text string) string {
	values := strings.Fields(`"8080" -1 true "yes" [] {} [{}] {a="b"} ["a=b","c=d"] "a:b" "15" 1.5 1979-05-27 "" "data:/data" ["80:8080"] "80-90" 99999999999 "none" "25%" [[1]]`)
	lines := strings.Split(text, "\n")
	for range 20 {
		i := rng.IntN(len(lines))
		key, _, isKey := strings.Cut(lines[i], " = ")
		switch head, isHead := strings.CutPrefix(lines[i], "["); {
		case isKey && !strings.HasSuffix(lines[i], "[") && !strings.Contains(lines[i], `"""`) && !strings.HasPrefix(key, "#"):
			lines[i] = key + " = " + values[rng.IntN(len(values))]
		case isHead && strings.HasSuffix(head, "]]"):
			lines[i] = strings.TrimSuffix(head, "]")
		case isHead && strings.HasSuffix(head, "]"):
			lines[i] += "]"
			lines[i] = "[" + lines[i]
		default:
			continue
		}
		return strings.Join(lines, "\n")
	}
	return ""
}

// lossless plans the file with consent, wants every value of it afterwards or
// named, and says how many faults flyctl finds before and after; none before
// means none after.
func lossless(t *testing.T, id, text string) (before, after int) {
	t.Helper()
	file, err := flytoml.Parse("fly.toml", []byte(text))
	if err != nil {
		return 0, 0
	}
	p, err := plan.Build(plan.Target{File: file, Offline: plan.OfflineAsked}, fixers.All(), plan.Options{FilePath: "fly.toml", Allow: plan.Consent{Review: true}})
	if err != nil {
		t.Fatal(err)
	}
	then := applied(t, file, p)
	before, after = len(deployed.Read(file).Refusals()), len(deployed.Read(then).Refusals())
	switch {
	case before == 0 && after > 0:
		t.Errorf("%s: accepted, and refused afterwards", id)
	case before > 0 && (p.Refused == nil || len(p.Refused.After) != after):
		t.Errorf("%s: the plan says %+v, and %d faults are left", id, p.Refused, after)
	}
	noneLost(t, id, file, then, p)
	return before, after
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

// noneLost wants every single value of the file in what is left of it, or
// replaced by name, or what it stood in named in the plan.
func noneLost(t *testing.T, id string, before, after *flytoml.File, p *plan.Plan) {
	t.Helper()
	text := string(after.Bytes())
	var named strings.Builder
	var gone []string
	for _, f := range p.Findings {
		fmt.Fprintln(&named, f.Key, f.Message, f.Notes)
		if len(f.Edits) > 0 {
			gone = append(gone, f.Key)
		}
		for _, e := range f.Edits {
			if e.Op == flytoml.Set {
				gone = append(gone, e.Path)
			}
		}
	}
	before.Walk(func(n flytoml.Node) {
		switch n.Kind() {
		case flytoml.Table, flytoml.ArrayTables, flytoml.Array, flytoml.Invalid:
			return
		}
		within := func(path string) bool {
			rest, ok := strings.CutPrefix(n.Path(), path)
			return ok && path != "" && (rest == "" || strings.ContainsAny(rest[:1], ".["))
		}
		segments, _ := flytoml.ParsePath(n.Path())
		key := segments[len(segments)-1].Key
		if !strings.Contains(text, strings.Trim(n.Raw(), `"'`)) && !slices.ContainsFunc(gone, within) && (key == "" || !strings.Contains(named.String(), key)) {
			t.Errorf("%s: %s is gone, and the plan does not name it", id, n.Path())
		}
	})
}
