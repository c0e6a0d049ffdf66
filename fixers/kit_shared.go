package fixers

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// whyElseShared says, besides whyOtherApps, why a value that stands in the file
// might not belong to this app alone.
func whyElseShared(t plan.Target) []string {
	if t.Repo == nil {
		return nil
	}
	var why []string
	for _, s := range t.Repo.Siblings {
		if path.Dir(s.File) == "." {
			why = append(why, s.File+" is next to it")
		}
	}
	for _, e := range t.Repo.ElseApps {
		told := slices.ContainsFunc(t.Repo.Uses, func(u plan.Use) bool { return u.File == e.File && u.Line == e.Line && t.DeploysOther(u) })
		if !told {
			why = append(why, e.Place()+" names an app or a config")
		}
	}
	return atMost(3, why)
}

// What another app would have of a change to the file.
const (
	losing = "lose the value"
	taking = "take the value"
)

func atMost(n int, list []string) []string {
	if len(list) <= n {
		return list
	}
	return append(slices.Clip(list[:n]), fmt.Sprintf("and %d more", len(list)-n))
}

// whyOtherApps says which other apps are deployed with the file, as far as it
// can be told from the file and from the workflows and scripts of the
// repository. happens is what the file's own app would have of the change.
func whyOtherApps(t plan.Target, happens string) []string {
	var why []string
	own := textAt(t, "app")
	switch {
	case own == "":
		why = append(why, "the file names no app, so it may serve several")
	case own != t.AppName:
		why = append(why, "the file is of "+own+", which would "+happens+" at its next deploy")
	}
	if t.Repo == nil {
		return why
	}
	for _, u := range t.Repo.Uses {
		if t.DeploysOther(u) {
			why = append(why, fmt.Sprintf("%s:%d deploys this file to %s", u.File, u.Line, u.App))
		}
	}
	return atMost(3, why)
}

// fromLiveApp is the guard of every fix that writes into the file what this
// app's machines have: region, size, floor, check. Such a value belongs there
// only when the file is this app's alone. A file that names no app has no
// machines of its own, so that a person decides; else the fix needs consent.
func fromLiveApp(t plan.Target, f *plan.Finding) {
	why := whyOtherApps(t, taking)
	if len(why) == 0 || f.Fix == nil {
		return
	}
	if textAt(t, "app") == "" {
		f.Fix = nil
		if len(why) > 1 { // those that deploy it are the better reason
			why = why[1:]
		}
		f.Notes = append(f.Notes, "this app's value may be wrong for the others: "+strings.Join(why, "; "))
		return
	}
	doubt(f.Fix, why...)
}

// doubt makes a fix need consent, for these reasons besides those that it has.
func doubt(fix *plan.Fix, why ...string) {
	if len(why) == 0 {
		return
	}
	reasons := slices.Clone(why)
	if fix.Why != "" {
		reasons = append([]string{fix.Why}, why...)
	}
	fix.Safety, fix.Why = min(fix.Safety, plan.Review), strings.Join(reasons, "; ")
}
