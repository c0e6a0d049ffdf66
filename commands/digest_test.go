package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// onlyOurs is the rule of the secrets.
var onlyOurs = []string{"--rule", "env-secrets"}

// oneSecret leaves one in the file, so that nothing else restarts the machines.
func (s *shop) oneSecret() {
	s.t.Helper()
	var lines []string
	for line := range strings.Lines(s.read("fly.toml")) {
		if !strings.Contains(line, "SESSION_SECRET") {
			lines = append(lines, line)
		}
	}
	s.write("fly.toml", strings.Join(lines, ""))
}

// keepsTheValue: the entry is in the file still, and nobody was restarted onto
// somebody else's value.
func (s *shop) keepsTheValue(restarts int) {
	s.t.Helper()
	if !strings.Contains(s.read("fly.toml"), "postgres://shop:canary-url-5f1c@db.internal:5432/shop") {
		s.t.Error("the only copy of the value is gone from the file")
	}
	if got := s.restarts(); got != restarts {
		s.t.Errorf("%d restarts, want %d", got, restarts)
	}
}

func (s *shop) restarts() int {
	n := 0
	for _, m := range s.app.Machines() {
		n += m.Record().Restarts
	}
	return n
}

// The answer to storing it is lost, and the request too; at that moment
// somebody stores another value of the name. The first run stops. The second
// must not take the stranger's value for ours, as the name and the time are
// all that speaks for it.
func TestLostAnswerAndAnotherWriter(t *testing.T) {
	s := newShop(t)
	s.oneSecret()
	s.platform.Fault(flysim.Fault{Method: "POST", Path: `/secrets$`, Effect: flysim.Status(504, "gateway timeout")})
	s.platform.After(time.Second, func() { s.app.SetSecret("DATABASE_URL", "postgres://their-own-value") })
	before := s.restarts()
	s.says(s.must(4, append([]string{"apply", "--yes"}, onlyOurs...)...), "the value is still in the file")
	s.keepsTheValue(before)
	s.pass(time.Minute)
	s.must(0, append([]string{"apply", "--yes"}, onlyOurs...)...)
	s.keepsTheValue(before)
}

// What was stored without a restart is ours as long as it has our digest: a
// value that somebody stages minutes later is theirs.
func TestStagedOverOurs(t *testing.T) {
	for _, other := range []bool{false, true} {
		s := newShop(t)
		s.oneSecret()
		s.must(0, append([]string{"apply", "--yes", "--no-restart"}, onlyOurs...)...)
		s.pass(3 * time.Minute)
		if other {
			s.app.SetSecret("DATABASE_URL", "postgres://their-own-value")
		}
		before := s.restarts()
		s.must(0, append([]string{"apply", "--yes"}, onlyOurs...)...)
		if restarted := s.restarts() > before; restarted == other {
			t.Errorf("theirs %v: restarted %v", other, restarted)
		}
	}
}
