package fixers

import (
	"regexp"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

const (
	setupName = "superfly/flyctl-actions/setup-flyctl"
	setupSHA  = "ed8efb33836e8b2096c7fd3ba1c8afe303ebbff1"
	setupTag  = "1.6"
)

// usesLine is a line with nothing but one `uses` and perhaps a comment: in any
// other, what comes behind the action would become part of ours.
var usesLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\s*(?:-\s+)?uses:\s+)(["']?)([^\s"'#]+)(["']?)(\s+#.*|\s*)$`)
})

// pin is the edit of one step's line that names the action by the commit of its
// newest release. The old form of the action, which took the command as args,
// is another action; and a commit is pinned already.
func pin(t plan.Target, w plan.Workflow, s plan.WorkStep) []plan.LineEdit {
	name, ref, _ := strings.Cut(s.Uses.Text, "@")
	_, hasArgs := s.With["args"]
	foreign := strings.HasPrefix(name, "fly-apps/")
	if hasArgs || name != setupName && !foreign || fullSHA().MatchString(ref) || isOneOf(flyTags, ref) && ref != "1" && ref != "v1" && !foreign {
		return nil
	}
	lines := strings.Split(around(t).Texts[w.File], "\n")
	if s.Uses.Line < 1 || s.Uses.Line > len(lines) {
		return nil
	}
	old := strings.TrimSuffix(lines[s.Uses.Line-1], "\r")
	m := usesLine().FindStringSubmatch(old)
	if m == nil || m[3] != s.Uses.Text || m[2] != m[4] {
		return nil
	}
	comment := strings.TrimRight(m[5], " \t")
	if said := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(comment), "#")); said == "" || said == ref {
		comment = "" // it said the tag of before
	}
	return []plan.LineEdit{{
		File: w.File, Line: s.Uses.Line, Old: old,
		New: m[1] + m[2] + setupName + "@" + setupSHA + m[4] + " # " + setupTag + comment,
	}}
}
