package commands_test

import (
	"path/filepath"
	"testing"
	"time"
)

// How many machines may be away at one time holds for an undo as well.
func TestUndoKeepsToTheSettings(t *testing.T) {
	s := newShop(t, healthz)
	for _, id := range []string{"148e000d", "148e000e", "148e000f"} {
		s.app.AddMachine(shopMachine(id, "iad"))
	}
	s.write(".fly-standards.toml", "[apply]\nmax_unavailable = 1\n")
	s.must(0, "apply", "--yes")
	s.pass(time.Minute)
	s.platform.Mark()
	s.says(s.must(0, "undo", "--yes"), "6 machines restart one at a time, 5 always up")
	if got := s.app.MinHealthy("app"); got < 5 {
		t.Errorf("at some instant only %d machines were healthy", got)
	}
}

// Settings that can't be read stop it, unless the flag says what they would.
func TestUndoWithBrokenSettings(t *testing.T) {
	s := newShop(t, healthz)
	s.must(0, "apply", "--yes")
	s.pass(time.Minute)
	s.write(".fly-standards.toml", "[apply]\nmax_unavailible = 1\n")
	s.must(0, "undo", "--list")
	s.says(s.must(1, "undo", "--yes"), ".fly-standards.toml:2:1", "max_unavailible")
	s.says(s.must(0, "undo", "--yes", "--max-unavailable", "1"), "Undone.")
}

// A wait of nothing is no wait of the usual length.
func TestNoWaitIsRefused(t *testing.T) {
	s := newShop(t, healthz)
	for _, args := range [][]string{{"apply", "--yes", "--wait-timeout", "0s"}, {"undo", "--yes", "--wait-timeout", "-5s"}} {
		s.says(s.must(1, args...), "--wait-timeout", "must be at least 15s, such as 90s")
	}
	if len(s.platform.Writes()) != 0 {
		t.Error("something was written")
	}
}

// Where no record can be kept, nothing is changed, and the place is named.
func TestNoPlaceForTheRecord(t *testing.T) {
	s := newShop(t, healthz)
	s.write("state", "a file where the folder would be")
	file := s.read("fly.toml")
	for _, args := range [][]string{{"apply", "--yes"}, {"undo", "--yes"}} {
		s.says(s.must(1, args...), "nothing was changed", "what it does in "+filepath.Join(s.dir, "state", "fly-standards"), "XDG_STATE_HOME")
	}
	if len(s.platform.Writes()) != 0 || s.read("fly.toml") != file {
		t.Error("something was written")
	}
}
