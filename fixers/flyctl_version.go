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
Versions since 2025 are dates (2026.8.12), so their age needs no look-up; earlier ones count up (0.3.57 is from December 2024).

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

// flyctlAge says how old a version is, where it is too old: versions are dates
// since 2025.
func flyctlAge(t plan.Target, version string) string {
	parts := strings.SplitN(version, ".", 3)
	year, _ := strconv.Atoi(parts[0])
	switch {
	case parts[0] == "0" && len(parts) > 1:
		return "from 2024 or earlier"
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
