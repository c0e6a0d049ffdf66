package fixers

import (
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// keepDays is Fly's own default of snapshot_retention, and the least that
// leaves a working week to notice a loss.
const keepDays = 5

func volumeSnapshots() plan.Fixer {
	return plan.Fixer{
		ID:       "volume-snapshots",
		Title:    "volumes have daily snapshots, kept five days",
		Severity: plan.Warning,
		Doc: `A volume is on one disk in one server. Fly takes a snapshot every day and keeps it for five days: the only way back from a lost disk, a
bad migration or a deleted table, unless the app copies its data elsewhere.

scheduled_snapshots = false ends that. With a retention of a day or two, what breaks on a Friday can't be restored on Monday.

Both keys in fly.toml apply to volumes created later: existing ones keep the settings they were created with. So the fix also
changes the live volumes, through the volumes API and without a restart. It never makes a volume keep less: where a live volume keeps
its snapshots for longer than the file says, that is a finding, and nothing is changed. A volume that is not attached is left alone.

Snapshots cost storage: how much is known only once they exist. And a volume that is only a cache needs none. So the fix needs
--allow review,paid.

Manual fix: snapshot_retention = 5 in [mounts], and fly volumes update ID --snapshot-retention 5 --scheduled-snapshots=true.`,
		Check: checkVolumeSnapshots,
	}
}

// mount is one entry of mounts, and the volumes of the app that it stands for.
type mount struct {
	path, source string
	days         int // as written; 0: not said
	said         bool
	off          bool // scheduled_snapshots = false
	volumes      []live.Volume
}

func checkVolumeSnapshots(t plan.Target) []plan.Finding {
	var out []plan.Finding
	for _, m := range mounts(t) {
		out = append(out, m.scheduled(t)...)
		out = append(out, m.retention(t)...)
	}
	return out
}

// mounts are those of the file; a single table counts as one, as in flyctl.
func mounts(t plan.Target) []mount {
	var out []mount
	for _, v := range t.Deployed().Get("mounts").Items() {
		m := mount{path: v.Path()}
		m.source, _ = v.Key("source").Str()
		if m.days, m.said = v.Key("snapshot_retention").Int(); !m.said && v.Key("snapshot_retention").Said() {
			continue // flyctl refuses the file
		}
		on, said := v.Key("scheduled_snapshots").Bool()
		m.off = said && !on
		processes, _ := v.Key("processes").Strs()
		m.volumes = liveVolumes(t, m.source, processes)
		out = append(out, m)
	}
	return out
}

// liveVolumes are the volumes of that name on machines that this tool may look
// after. Those whose settings the API did not tell are left out.
func liveVolumes(t plan.Target, source string, processes []string) []live.Volume {
	if t.App == nil {
		return nil
	}
	machines := machinesOf(t, processes)
	var out []live.Volume
	for _, v := range t.App.Volumes {
		attached := slices.ContainsFunc(machines, func(m live.Machine) bool { return m.ID == v.AttachedMachine })
		if v.Name == source && attached && v.SnapshotRetention > 0 {
			out = append(out, v)
		}
	}
	return out
}

// scheduled finds volumes without daily snapshots.
func (m mount) scheduled(t plan.Target) []plan.Finding {
	f := plan.Finding{Fix: &plan.Fix{Safety: plan.Review, Costs: true}, At: placeOf(t.File, m.path+".scheduled_snapshots", m.path), Notes: []string{snapshotPrice}}
	yes := true
	for _, v := range m.volumes {
		if !v.AutoBackup {
			f.Evidence = append(f.Evidence, plan.Saw(describeVolume(v))...)
			f.Fix.Changes = append(f.Fix.Changes, plan.Change{Volume: &plan.VolumeChange{ID: v.ID, AutoBackup: &yes}})
		}
	}
	switch {
	case m.off:
		f.Message = "no daily snapshots of " + m.what() + ": a failed disk loses everything on it"
		f.Fix.Why = "a volume that is only a cache needs none"
		f.Fix.Edits = []flytoml.Edit{setKey(m.path+".scheduled_snapshots", true)}
	case len(f.Fix.Changes) > 0:
		f.Message = fmt.Sprintf("daily snapshots of %s are off on the app, and not in the file, which counts for new volumes only", m.what())
		f.Fix.Why = "a volume that is only a cache needs none"
	default:
		return nil
	}
	return []plan.Finding{f}
}

// retention finds snapshots that are kept too short, in the file and live, and
// live volumes that are not as the file says.
func (m mount) retention(t plan.Target) []plan.Finding {
	want := keepDays
	if m.said {
		want = max(m.days, keepDays)
	}
	f := plan.Finding{Fix: &plan.Fix{Safety: plan.Review, Costs: true}, At: placeOf(t.File, m.path+".snapshot_retention", m.path), Notes: []string{snapshotPrice}}
	var longer []string
	for _, v := range m.volumes {
		switch {
		case v.SnapshotRetention < want:
			f.Evidence = append(f.Evidence, plan.Saw(describeVolume(v))...)
			f.Fix.Changes = append(f.Fix.Changes, plan.Change{Volume: &plan.VolumeChange{ID: v.ID, Retention: &want}})
		case m.said && v.SnapshotRetention > want:
			longer = append(longer, describeVolume(v))
		}
	}
	var out []plan.Finding
	switch {
	case m.said && m.days < keepDays:
		f.Message = fmt.Sprintf("snapshots of %s are kept for %s: too short to notice a loss after a long weekend", m.what(), days(m.days))
		f.Fix.Why = "keeping them longer costs storage"
		f.Fix.Edits = []flytoml.Edit{setKey(m.path+".snapshot_retention", keepDays)}
		out = append(out, f)
	case len(f.Fix.Changes) > 0:
		says := "the file, which counts for new volumes only, says " + days(want)
		if !m.said {
			says = "Fly's default is " + days(want)
		}
		f.Message = fmt.Sprintf("snapshots of %s are kept for less time on the app; %s", m.what(), says)
		f.Fix.Why = "keeping them longer costs storage"
		out = append(out, f)
	}
	if len(longer) > 0 && m.days >= keepDays {
		out = append(out, plan.Finding{
			Severity: plan.Info,
			Message:  fmt.Sprintf("the app keeps snapshots of %s longer than the file says: a new volume gets only %s", m.what(), days(m.days)),
			At:       f.At, Evidence: plan.Saw(longer...),
			Notes: []string{"nothing is shortened for you; write the longer time into the file if it is meant"},
		})
	}
	return out
}

func (m mount) what() string {
	if m.source == "" {
		return m.path
	}
	return "volume " + m.source
}

func describeVolume(v live.Volume) string {
	return fmt.Sprintf("%s in %s: %s", v.ID, v.Region, v.Settings())
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
