package fixers

import (
	"fmt"
	"path"

	"github.com/fly-standards/fly-standards/plan"
)

// whyShared says why the value might not belong to this app alone.
func whyShared(t plan.Target) []string {
	if t.Repo == nil {
		return nil
	}
	var why []string
	for _, s := range t.Repo.Siblings {
		if path.Dir(s.File) == "." {
			why = append(why, s.File+" stands beside it")
		}
	}
	for _, e := range t.Repo.ElseApps {
		why = append(why, fmt.Sprintf("%s:%d names an app or a config", e.File, e.Line))
	}
	if len(why) > 3 {
		why = append(why[:3], fmt.Sprintf("and %d more", len(why)-3))
	}
	return why
}

// whyOtherApps says why the entry may be another app's too: that one would lose
// the value at its next deploy, whatever secrets this one has.
func whyOtherApps(t plan.Target) []string {
	n, ok := t.File.Get("app")
	switch name, _ := n.Str(); {
	case !ok:
		return []string{"the file names no app, so it may serve several"}
	case name != t.AppName:
		return []string{"the file is of " + name + ", which would lose the value at its next deploy unless it has it as a secret too"}
	}
	return nil
}
