package plan

import (
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// failsAlready is why apply leaves a machine alone for now: a check of it fails,
// so that an update would prove nothing, and might hide what is wrong; "" when
// none does. What an earlier run left on it is taken back all the same.
func failsAlready(t Target, m live.Machine) string {
	if _, left := t.Left[m.ID]; left || t.App == nil {
		return ""
	}
	var asked []string
	for _, c := range m.FailingFor(t.App.ReadAt) {
		name := "check " + c.Row.Name
		if c.Known {
			name = c.Config.String()
		}
		if !slices.Contains(asked, name) {
			asked = append(asked, name)
		}
	}
	if len(asked) == 0 {
		return ""
	}
	return "its health check fails already (" + strings.Join(asked, ", ") + ")"
}

// leaveFailing takes the machines out of a fix whose checks fail already. A fix
// that is about them alone is held.
func (f *Finding) leaveFailing(t Target) {
	why := ""
	dropped, empty := f.dropChanges(t, func(m live.Machine, _ machineconfig.Op) bool {
		reason := failsAlready(t, m)
		if reason != "" {
			why = "machine " + m.ID + ": " + reason
		}
		return reason != ""
	})
	if dropped && empty && f.Held == "" {
		f.Held = why + "; apply leaves it alone until it passes"
	}
}

// dropDone takes the changes out of a fix that a machine has already: apply
// would find nothing to do there, and restart nothing. done: nothing else was in
// the fix.
func (f *Finding) dropDone(t Target) (done bool) {
	dropped, empty := f.dropChanges(t, func(m live.Machine, op machineconfig.Op) bool {
		_, changed, err := machineconfig.Apply(m.Config, []machineconfig.Op{op})
		return err == nil && !changed
	})
	return dropped && empty
}

// dropChanges takes changes of machines out of the fix, and says whether any was
// there to take, and whether nothing is left.
func (f *Finding) dropChanges(t Target, drop func(live.Machine, machineconfig.Op) bool) (dropped, empty bool) {
	if f.Fix == nil || t.App == nil {
		return false, false
	}
	left := slices.DeleteFunc(slices.Clone(f.Fix.Changes), func(c Change) bool {
		if c.Machine == nil {
			return false
		}
		m, ok := t.App.Machine(c.Machine.ID)
		return ok && drop(m, c.Machine.Op)
	})
	if len(left) == len(f.Fix.Changes) {
		return false, false
	}
	f.ownFix().Changes = left
	return true, len(left)+len(f.Fix.Edits) == 0
}
