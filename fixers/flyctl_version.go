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
		ID:       "flyctl-version",
		Title:    "CI deploys with a flyctl of this year",
		Severity: plan.Info,
		Doc: `A flyctl that a workflow pins deploys with what it knew then: new keys of fly.toml are ignored, faults that were repaired are still there,
and the platform drops support for old clients. Versions since 2025 are dates (2026.8.12), so their age can be told without asking
anybody; those before are numbers that count up (0.3.57 is of December 2024).

Manual fix: raise the version in the workflow, or leave it out, and pin the action instead.`,
		Check: checkFlyctlVersion,
	}
}

const flyctlAge = 90 * 24 * time.Hour

var pinned = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)FLY(?:CTL|_CLI)?_?VERSION["']?\s*[:=]\s*["']?v?([0-9][\w.-]*)`)
})

func checkFlyctlVersion(t plan.Target) []plan.Finding {
	var out []plan.Finding
	for _, w := range around(t).Workflows {
		for line, text := range strings.Split(w.Text, "\n") {
			version := ""
			if m := pinned().FindStringSubmatch(text); m != nil {
				version = m[1]
			}
			if version != "" {
				out = append(out, oldFlyctl(t, w.File, line+1, version)...)
			}
		}
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				if v, ok := s.With["version"]; ok && strings.HasPrefix(s.Uses.Text, "superfly/flyctl-actions") && len(out) == 0 {
					out = append(out, oldFlyctl(t, w.File, v.Line, strings.TrimPrefix(v.Text, "v"))...)
				}
			}
		}
	}
	return out
}

// oldFlyctl judges one version by its date.
func oldFlyctl(t plan.Target, file string, line int, version string) []plan.Finding {
	f := plan.Finding{At: plan.At{File: file, Line: line}, HowTo: "raise it, or leave it out"}
	parts := strings.SplitN(version, ".", 3)
	year, _ := strconv.Atoi(parts[0])
	switch {
	case parts[0] == "0" && len(parts) > 1:
		f.Message = fmt.Sprintf("CI pins flyctl %s, of 2024 or earlier", version)
	case year >= 2025 && year < 2100 && len(parts) == 3:
		month, _ := strconv.Atoi(parts[1])
		day, _ := strconv.Atoi(strings.FieldsFunc(parts[2]+"-", func(r rune) bool { return r < '0' || r > '9' })[0])
		made := time.Date(year, time.Month(month), max(day, 1), 0, 0, 0, 0, time.UTC)
		if t.Today.IsZero() || t.Today.Sub(made) <= flyctlAge {
			return nil
		}
		f.Message = fmt.Sprintf("CI pins flyctl %s, which is %d days old", version, int(t.Today.Sub(made).Hours()/24))
	default:
		return nil
	}
	return []plan.Finding{f}
}
