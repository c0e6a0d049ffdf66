package fixers

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fly-standards/fly-standards/plan"
)

func flyctlVersion() plan.Fixer {
	return plan.Fixer{
		ID:        "flyctl-version",
		Title:     "flyctl is not older than three months",
		Severity:  plan.Info,
		MoreAsked: true,
		Doc: `A pinned old flyctl ignores newer keys of fly.toml, still has bugs that were fixed since, and one day the platform stops supporting it.
Released versions count up (0.4.50 is from May 2026), others are dates (2026.8.12): the age of both needs no look-up.

With --rule flyctl-version, or enabled = true in the settings, the installed flyctl is checked too: its version is read from
its file, and nothing is run.

Manual fix: fly version upgrade; in a workflow raise the version, or leave it out, and pin the action instead.`,
		Check: checkFlyctlVersion,
	}
}

const maxFlyctlAge = 90 * 24 * time.Hour

var pinned = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)FLY(?:CTL|_CLI)?_?VERSION["']?\s*[:=]\s*["']?v?([0-9][\w.-]*)`)
})

func checkFlyctlVersion(t plan.Target) []plan.Finding {
	var out []plan.Finding
	if t.Flyctl != nil {
		if age := flyctlAge(t, t.Flyctl.Text); age != "" {
			out = append(out, plan.Finding{
				Message: "the installed flyctl " + t.Flyctl.Text + " is " + age, HowTo: "fly version upgrade",
				Evidence: plan.Saw(t.Flyctl.File),
			})
		}
	}
	for _, w := range around(t).Workflows {
		for line, text := range strings.Split(w.Text, "\n") {
			version := ""
			if m := pinned().FindStringSubmatch(text); m != nil {
				version = m[1]
			}
			if version != "" {
				out = append(out, oldFlyctl(t, w, plan.Word{Line: line + 1, Text: version})...)
			}
		}
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				if v, ok := s.With["version"]; ok && strings.HasPrefix(s.Uses.Text, "superfly/flyctl-actions") && len(out) == 0 {
					out = append(out, oldFlyctl(t, w, v)...)
				}
			}
		}
	}
	return out
}

// oldFlyctl judges one version that a workflow pins.
func oldFlyctl(t plan.Target, w plan.Workflow, pin plan.Word) []plan.Finding {
	version := strings.TrimPrefix(pin.Text, "v")
	age := flyctlAge(t, version)
	if age == "" {
		return nil
	}
	return []plan.Finding{{
		Message: "CI pins flyctl " + version + ", which is " + age, HowTo: "raise the version, or remove it",
		At: plan.At{File: w.File, Line: pin.Line, Column: columnOf(t, w, pin)},
	}}
}

// flyctlCounted are versions of flyctl that count up, with the days on which they
// were released (tags of superfly/flyctl, August 2026). What comes before one of
// them is not younger than it.
var flyctlCounted = [...]struct {
	minor, patch int
	year, month  int
}{
	{2, 0, 2024, 2}, {3, 0, 2024, 9}, {3, 50, 2024, 12}, {3, 100, 2025, 4}, {3, 150, 2025, 7}, {3, 200, 2025, 10}, {4, 0, 2025, 12},
	{4, 25, 2026, 3}, {4, 50, 2026, 5}, {4, 75, 2026, 7}, {4, 87, 2026, 8},
}

// countedAge says in which month, at the latest, a version that counts up was
// released. ok is false for those that are younger than all that are known.
func countedAge(version string) (month time.Time, ok bool) {
	var minor, patch int
	if n, _ := fmt.Sscanf(version, "0.%d.%d", &minor, &patch); n == 0 {
		return month, false
	}
	for _, c := range flyctlCounted {
		if minor < c.minor || minor == c.minor && patch <= c.patch {
			return time.Date(c.year, time.Month(c.month), 28, 0, 0, 0, 0, time.UTC), true
		}
	}
	return month, false
}

// flyctlAge says how old a version is, where it is too old. Versions count up;
// those of builds that were not released are dates.
func flyctlAge(t plan.Target, version string) string {
	parts := strings.SplitN(version, ".", 3)
	year, _ := strconv.Atoi(parts[0])
	switch {
	case parts[0] == "0" && len(parts) > 1:
		now := t.Today
		if now.IsZero() { // nobody knows the day: as old as it is at least
			last := flyctlCounted[len(flyctlCounted)-1]
			now = time.Date(last.year, time.Month(last.month), 1, 0, 0, 0, 0, time.UTC)
		}
		if month, ok := countedAge(version); ok && now.Sub(month) > maxFlyctlAge {
			return "from " + month.Format("January 2006") + " or earlier"
		}
	case year >= 2025 && year < 2100 && len(parts) == 3:
		month, _ := strconv.Atoi(parts[1])
		digits := parts[2][:len(parts[2])-len(strings.TrimLeft(parts[2], "0123456789"))]
		day, _ := strconv.Atoi(digits) // 0 for what is no day, which counts as the first
		made := time.Date(year, time.Month(month), max(day, 1), 0, 0, 0, 0, time.UTC)
		if !t.Today.IsZero() && t.Today.Sub(made) > maxFlyctlAge {
			return fmt.Sprintf("%d days old", int(t.Today.Sub(made).Hours()/24))
		}
	}
	return ""
}
