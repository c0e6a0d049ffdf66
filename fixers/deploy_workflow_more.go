package fixers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

var (
	// testCommand finds commands that run tests.
	testCommand = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:(?:npm|pnpm|yarn|bun|deno|cargo|go|mix|dotnet|swift|sbt|gleam|make|just|task|composer|turbo|bazel|rake|rails|artisan|playwright|nx|zig build|moon|earthly|gradlew?|mvnw?)\b[^\n;&|]*\b(?:test|tests|check|verify|spec|nextest|ci)\b|npm\s+t\b|pytest|tox|nox|rspec|phpunit|pest|vitest|jest|mocha|cypress\s+run|ctest|crystal\s+spec|unittest|precommit|pre-commit)`)
	})
	// testName finds the names of jobs, actions and workflows that test.
	testName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(?:^|[^a-z])(?:tests?|ci|checks?|verify|specs?|quality|validate|e2e)(?:$|[^a-z])`)
	})
	personalToken = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bfly(?:ctl)?\s+auth\s+token\b`) })
	orgToken      = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\bfly(?:ctl)?\s+tokens?\s+create\s+org\b`)
	})
	appFlag = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:^|\s)(?:-a|--app)[ =]["']?([a-z0-9][a-z0-9-]*)(?:["'\s]|$)`)
	})
	secretRef = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\$\{\{\s*secrets\.(\w+)\s*\}\}$`) })
)

// untested is the deploy of a job before which nothing tests, in a repository
// that has tests. A workflow that a person starts, or that others start, is
// theirs to gate.
func untested(t plan.Target, w plan.Workflow) (plan.Word, bool) {
	if around(t).Tests == nil || !slices.Contains(w.Triggers, "push") {
		return plan.Word{}, false
	}
	for _, j := range w.Jobs {
		at, deploys := firstDeploy(j)
		if !deploys || strings.Contains(j.Condition, "workflow_dispatch") || testsBefore(w, j, 0) {
			continue
		}
		return at, true
	}
	return plan.Word{}, false
}

// firstDeploy is the place of the first deploy of a job.
func firstDeploy(j plan.Job) (plan.Word, bool) {
	for _, s := range j.Steps {
		if at := flyDeploys().FindStringIndex(s.Run.Text); at != nil {
			return lineOf(s.Run, at[0]), true
		}
	}
	return plan.Word{}, false
}

// testsBefore says whether a job, or one that it waits for, tests.
func testsBefore(w plan.Workflow, j plan.Job, depth int) bool {
	if depth > 0 && testName().MatchString(j.ID) || testName().MatchString(j.Uses.Text) {
		return true
	}
	for _, s := range j.Steps {
		if testCommand().MatchString(s.Run.Text) || testName().MatchString(s.Uses.Text) {
			return true
		}
	}
	return depth < 20 && slices.ContainsFunc(w.Jobs, func(other plan.Job) bool {
		return slices.Contains(j.Needs, other.ID) && testsBefore(w, other, depth+1)
	})
}

// sharedToken is a secret that deploys several apps: a deploy token is for one,
// so this one is an organisation's or a person's. Jobs of an environment may each
// have a secret of that name.
func sharedToken(w plan.Workflow) (at plan.Word, message string) {
	apps := map[string][]string{} // by the name of the secret
	for _, j := range w.Jobs {
		if j.Environment {
			continue
		}
		for _, s := range j.Steps {
			place := flyDeploys().FindStringIndex(s.Run.Text)
			if place == nil {
				continue
			}
			for _, e := range j.Env {
				m := secretRef().FindStringSubmatch(e.Text)
				if m == nil || e.Name != "FLY_API_TOKEN" && e.Name != "FLY_ACCESS_TOKEN" {
					continue
				}
				for _, app := range appFlag().FindAllStringSubmatch(s.Run.Text, -1) {
					if !slices.Contains(apps[m[1]], app[1]) {
						apps[m[1]] = append(apps[m[1]], app[1])
					}
				}
				if n := len(apps[m[1]]); n > 1 {
					return e, fmt.Sprintf("secrets.%s deploys %s: a deploy token is for one app, so it is an organization's or a person's", m[1], strings.Join(apps[m[1]], " and "))
				}
			}
		}
	}
	return plan.Word{}, ""
}
