package fixers

import (
	"fmt"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secretscan"
	"github.com/fly-standards/fly-standards/plan"
)

// failingCheck is a check of a machine that does not pass now.
type failingCheck struct{ live.FailingCheck }

// failingChecks are those of a started machine, unless it is still booting.
func failingChecks(t plan.Target, m live.Machine) []failingCheck {
	var out []failingCheck
	for _, c := range m.FailingFor(t.App.ReadAt) {
		out = append(out, failingCheck{c})
	}
	return out
}

// asks is "GET /healthz on port 8000", or the name of the result.
func (c failingCheck) asks() string {
	if !c.Known {
		return "check " + c.Row.Name
	}
	return c.Config.String()
}

// answer is what came back, in few words.
func (c failingCheck) answer() string {
	switch status := c.Row.HTTPStatus(); {
	case status != 0:
		return fmt.Sprintf("answers %d", status)
	case c.Row.Refused():
		return "is refused"
	case c.Row.TimedOut():
		return "times out"
	case c.Config.Type == "tcp":
		return "is not answered"
	}
	return "fails"
}

// like says whether both are about the same: a port that refuses one check
// refuses all of them.
func (c failingCheck) like(o failingCheck) bool {
	if c.Known != o.Known || c.Row.HTTPStatus() != o.Row.HTTPStatus() || c.Row.Refused() != o.Row.Refused() || c.Row.TimedOut() != o.Row.TimedOut() {
		return false
	}
	if !c.Known {
		return c.Row.Name == o.Row.Name
	}
	return c.Config.Asks(o.Config) || c.Row.Refused() && c.Config.Port == o.Config.Port && c.Service == o.Service
}

// stuckAfter is when a state that passes should have passed (Fly's guidance,
// platform docs of August 2026).
const stuckAfter = 5 * time.Minute

// maskSaid hides in words of the platform, or of the app, what looks like a
// secret.
func maskSaid(text string) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		bare := strings.Trim(w, `"'(),;:`)
		if secretscan.Classify("", bare).Verdict != secretscan.No || secretscan.InCommand(bare) {
			words[i] = "(hidden)"
		} else if path, _, ok := strings.Cut(w, "?"); ok && strings.Contains(path, "/") {
			words[i] = path + "?(hidden)"
		}
	}
	return strings.Join(words, " ")
}

// maskPath hides the query of a check's path: tokens are put there.
func maskPath(path string) string {
	if before, _, ok := strings.Cut(path, "?"); ok {
		return before + "?(hidden)"
	}
	return path
}

// utc is a time as findings say it.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// since is ", since ..." where the time is known.
func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ", since " + utc(t)
}
