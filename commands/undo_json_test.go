package commands_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// undoJSON runs a command whose stdout must be one JSON object.
func (s *shop) undoJSON(want int, args ...string) (doc struct {
	SchemaVersion int `json:"schema_version"`
	App           any
	Of            string
	Message       string
	Error         string
	GoesBack      []string `json:"goes_back"`
	Stays         []string
	Steps         []struct{ Kind string }
	Result        struct{ Outcome, Undo string }
	Runs          []struct {
		ID, Undo, Outcome string
		TakenBack         bool `json:"taken_back"`
	}
}) {
	s.t.Helper()
	code, out, errOut := s.run(append(args, "--json")...)
	if code != want {
		s.t.Fatalf("%v: exit %d, want %d\n%s\n%s", args, code, want, out, errOut)
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || doc.SchemaVersion == 0 {
		s.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return doc
}

// With JSON stdout has one object and the codes are the same.
func TestUndoAsJSON(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	if got := s.undoJSON(0, "undo", "--yes"); got.Result.Outcome != "nothing-to-do" || !strings.Contains(got.Message, "no apply of this app") {
		t.Errorf("without an apply: %+v", got)
	}
	if got := s.undoJSON(0, "undo", "--list"); got.Runs == nil || len(got.Runs) != 0 {
		t.Errorf("without an apply it lists %v", got.Runs)
	}
	s.must(0, "apply", "--yes")
	if code, out, _ := s.run("undo", "--json"); code != 1 || out != "" {
		t.Errorf("without a terminal: exit %d, %s", code, out)
	}
	got := s.undoJSON(0, "undo", "--yes")
	if diff := cmp.Diff([]string{"complete", "20261102T090000Z", "20261102T090000Z", ""}, []string{got.Result.Outcome, got.Result.Undo, got.Of, got.Error}); diff != "" {
		t.Error(diff)
	}
	if len(got.Steps) != 4 || len(got.GoesBack) != 2 || len(got.Stays) != 1 || !strings.Contains(got.Stays[0], "still secrets of the app") {
		t.Errorf("%+v", got)
	}
	s.isBack(before)
	if got := s.undoJSON(0, "undo", "--yes"); !strings.Contains(got.Message, "been undone already") {
		t.Errorf("twice: %+v", got)
	}
	list := s.undoJSON(0, "undo", "--list").Runs
	if len(list) != 2 || list[0].Undo != "20261102T090000Z" || !list[1].TakenBack || list[1].Outcome != "complete" {
		t.Errorf("%+v", list)
	}
}

// An undo that stops part-way says so in the object too.
func TestUndoAsJSONThatStops(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes")
	s.pass(time.Minute)
	s.refuseUpdates("148e000b")
	if got := s.undoJSON(4, "undo", "--yes"); got.Result.Outcome != "stopped" || got.Error == "" {
		t.Errorf("%+v", got)
	}
	s.noneSaid()
}
