package fixers

import (
	"fmt"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/internal/secretscan"
	"github.com/fly-standards/fly-standards/plan"
)

// failingCheck is a check of a machine that does not pass now.
type failingCheck struct {
	row     live.Check
	config  machineconfig.Check
	known   bool // config is the one that the row is of
	service bool
}

// failingChecks are those of a started machine, unless it is still booting: a
// check that has had no time to run says nothing.
func failingChecks(t plan.Target, m live.Machine) []failingCheck {
	if m.State != "started" {
		return nil
	}
	var out []failingCheck
	for _, row := range m.Checks {
		c, service, known := m.Configured(row)
		if row.Status == live.CheckPassing || !known && !service || booting(t, m, c) {
			continue
		}
		out = append(out, failingCheck{row, c, known, service})
	}
	return out
}

// booting says whether the check may still be waiting for its first runs.
func booting(t plan.Target, m live.Machine, c machineconfig.Check) bool {
	if t.App.ReadAt.IsZero() {
		return false
	}
	wait := func(text string, otherwise time.Duration) time.Duration {
		d, err := time.ParseDuration(text)
		if err != nil {
			return otherwise
		}
		return d
	}
	// A first run after the grace period, and one that may have come too early.
	patience := wait(c.GracePeriod, 0) + 2*wait(c.Interval, 15*time.Second) + wait(c.Timeout, 5*time.Second)
	return t.App.ReadAt.Sub(m.LastStart()) < patience
}

// asks is "GET /healthz on port 8000", or the name of the result.
func (c failingCheck) asks() string {
	switch {
	case !c.known:
		return "check " + c.row.Name
	case c.config.Type == "http":
		return fmt.Sprintf("%s %s on port %d", c.config.Method, maskPath(c.config.Path), c.config.Port)
	}
	return fmt.Sprintf("the TCP check of port %d", c.config.Port)
}

// answer is what came back, in few words.
func (c failingCheck) answer() string {
	switch status := c.row.HTTPStatus(); {
	case status != 0:
		return fmt.Sprintf("answers %d", status)
	case c.config.Type == "tcp":
		return "is not answered"
	}
	return "fails"
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
