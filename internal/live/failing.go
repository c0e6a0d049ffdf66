package live

import (
	"time"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// FailingCheck is a health check whose last result is no success.
type FailingCheck struct {
	Row     Check
	Config  machineconfig.Check
	Known   bool // Config is the check that Row is of
	Service bool // it decides about routing
}

// Interval is how often the check runs: Fly's default where that is not known.
func (c FailingCheck) Interval() time.Duration { return durationOr(c.Config.Interval, 15*time.Second) }

// Hopeless says whether the app answered something that time alone does not
// change: a refusal or a redirect. A server error may be a database that is not
// there yet.
func (c FailingCheck) Hopeless() bool {
	switch status := c.Row.HTTPStatus(); status {
	case 408, 425, 429: // too slow, too early, too many
		return false
	default:
		return status >= 300 && status < 500
	}
}

// Failing are the checks of a started machine that do not pass, by results of
// after since. Rows of checks that Fly adds by itself do not count.
func (m Machine) Failing(since time.Time) []FailingCheck {
	if m.State != "started" {
		return nil
	}
	var out []FailingCheck
	for _, row := range m.Checks {
		c, service, known := m.Configured(row)
		if row.Status == CheckPassing || !known && !service || !row.UpdatedAt.After(since) && !since.IsZero() {
			continue
		}
		out = append(out, FailingCheck{row, c, known, service})
	}
	return out
}

// FailingFor are the failing checks that had the time to pass since the machine
// started: while it boots they say nothing.
func (m Machine) FailingFor(now time.Time) []FailingCheck {
	var out []FailingCheck
	for _, c := range m.Failing(time.Time{}) {
		// A first run after the grace period, and one that may have come too early.
		patience := durationOr(c.Config.GracePeriod, 0) + 2*c.Interval() + durationOr(c.Config.Timeout, 5*time.Second)
		up := now.Sub(m.LastStart())
		if now.IsZero() || up >= patience || up < -clocksDiffer {
			out = append(out, c)
		}
	}
	return out
}

// clocksDiffer: a start that lies this far in the future was not just now; the
// clock of this computer is behind, and does not say that the machine still boots.
const clocksDiffer = time.Minute

func durationOr(text string, otherwise time.Duration) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		return otherwise
	}
	return d
}
