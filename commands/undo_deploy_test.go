package commands_test

import (
	"strings"
	"testing"
	"time"
)

// checks changes the checks of each machine's service.
func (s *shop) checks(change func(check map[string]any)) {
	s.t.Helper()
	for _, m := range s.app.Machines() {
		s.edit(m.ID(), func(c map[string]any) {
			for _, service := range c["services"].([]any) {
				list, _ := service.(map[string]any)["checks"].([]any)
				for _, check := range list {
					change(check.(map[string]any))
				}
			}
		})
	}
}

func (s *shop) withCheck() (n int) {
	for _, m := range s.app.Machines() {
		if strings.Contains(string(m.Config()), "/healthz") {
			n++
		}
	}
	return n
}

// A deploy of the same file sends the same checks, spelled in its own way: they
// are still those of the apply, and an undo takes them away.
func TestUndoSurvivesADeploy(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes", "--rule", "health-checks")
	if n := s.withCheck(); n != 3 {
		t.Fatalf("%d machines have the check", n)
	}
	for _, m := range s.app.Machines() {
		if strings.Contains(string(m.Config()), `"port":8080,"timeout"`) {
			t.Errorf("the check names a port, which fly deploy would not: %s", m.Config())
		}
	}
	s.checks(func(check map[string]any) {
		check["port"], check["protocol"], check["tls_skip_verify"], check["headers"] = 8080, "http", false, []any{}
		check["method"], check["interval"] = "get", int64(15*time.Second)
	})
	s.pass(time.Minute)
	s.says(s.must(0, "undo", "--yes"), "Undone")
	if n := s.withCheck(); n != 0 {
		t.Errorf("%d machines have the check still", n)
	}
}

// A check that somebody gave other times is theirs: it stays, and that is said.
func TestUndoTellsOfACheckThatChanged(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes", "--rule", "health-checks")
	s.checks(func(check map[string]any) { check["interval"] = "29s" })
	s.pass(time.Minute)
	s.says(s.must(0, "undo", "--yes"), "1 value that the apply set was changed since, and stays")
	if n := s.withCheck(); n != 3 {
		t.Errorf("%d machines have the check still, want all", n)
	}
}
