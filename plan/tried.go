package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// Tried is a new check that an apply put on a machine, and that did not pass
// there. Apply writes it into the journal, and the next plan remembers it: what
// failed once is not called safe again.
type Tried struct {
	Machine string
	Group   string
	Image   string // that the machine ran, by digest; another one may answer otherwise
	At      time.Time
	Check   machineconfig.Check
	Status  int    // of the app's HTTP answer; 0: none is told
	Said    string // what the platform said of it, one line without secrets
	// Now: in the run that this plan is for, so that it is not tried once more.
	Now bool
}

// Answer is "answered 400", for people.
func (t Tried) Answer() string {
	switch {
	case t.Status != 0:
		return fmt.Sprintf("answered %d", t.Status)
	case t.Check.Type == "http":
		return "did not answer"
	}
	return "was not open"
}

// NamePath is how to go on where the app has another path for its health.
const NamePath = "name the path that it answers: path = \"/...\" below [rules.health-checks] in .fly-standards.toml"

// Logs is the command that shows why, where only the app's own words do: it
// failed, or nobody answered. "": the answer tells.
func (t Tried) Logs() string {
	if t.Status != 0 && t.Status < 500 {
		return ""
	}
	return "fly logs -i " + t.Machine
}

// remember looks whether the fix adds a check that was tried already.
func (f *Finding) remember(t Target) {
	if f.Fix == nil || t.App == nil {
		return
	}
	i := slices.IndexFunc(t.Tried, func(tried Tried) bool { return tried.counts(t) && tried.addedBy(t, f.Fix) })
	if i < 0 {
		return
	}
	tried := t.Tried[i]
	what := "the app"
	if tried.Check.Type != "http" {
		what = fmt.Sprintf("port %d", tried.Check.Port)
	}
	said := fmt.Sprintf("%s %s when it was tried: %s, machine %s", what, tried.Answer(), tried.At.UTC().Format("2006-01-02 15:04 UTC"), tried.Machine)
	if tried.Now {
		f.Held = said
		return
	}
	f.HowTo = NamePath
	if logs := tried.Logs(); logs != "" {
		f.HowTo = t.OnApp(logs)
	}
	fix := f.ownFix()
	f.Evidence = append(slices.Clone(f.Evidence), Saw(cmp.Or(tried.Said, said))...)
	if fix.Why != "" {
		said += "; " + fix.Why
	}
	fix.Safety, fix.Why = min(fix.Safety, Review), said
}

// counts says whether the memory is of what runs now: a deploy of another image
// may have brought what the check asks for.
func (tried Tried) counts(t Target) bool {
	if tried.Now || tried.Image == "" {
		return true
	}
	for _, m := range t.App.Machines {
		if m.Group() == tried.Group && m.Image == tried.Image {
			return true
		}
	}
	return false
}

// addedBy says whether a fix would add the very check to a machine of the group.
func (tried Tried) addedBy(t Target, fix *Fix) bool {
	return slices.ContainsFunc(fix.Changes, func(c Change) bool {
		if c.Machine == nil || !c.Machine.Proof {
			return false
		}
		m, ok := t.App.Machine(c.Machine.ID)
		return ok && m.Group() == tried.Group && tried.IsAdded(c.Machine.Op)
	})
}

// IsAdded says whether an op adds the check to a service.
func (tried Tried) IsAdded(op machineconfig.Op) bool {
	if op.Service == nil || op.Verb != machineconfig.VerbAppend {
		return false
	}
	check, ok := machineconfig.ParseCheck(op.Value, op.Service.InternalPort)
	return ok && check.Asks(tried.Check)
}
