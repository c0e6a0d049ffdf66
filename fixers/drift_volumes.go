package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// mounts: a deploy replaces a machine whose volume the file doesn't have, and one
// that is to have a volume by one on a volume that is there. It makes no volume
// for a group that has machines, and exchanges none (flyctl, August 2026).
func (d *deploy) mounts() {
	group, want, have := d.have.Group(), d.want.Config.Mounts(), d.have.Config.Mounts()
	at := d.want.From("/mounts/0").Path()
	switch {
	case len(want) == 0 && len(have) == 0:
	case len(want) == 0:
		d.lose(dataGone, "mounts", "", fmt.Sprintf("[[mounts]] with source = %q and destination = %q", have[0].Name, have[0].Path),
			"replaces the machines of %s by ones without a volume: %s live, no mount in the file", group, have[0].Path)
	case len(have) == 0 && d.t.App.Unread["volumes"] == "" && d.freeVolumes(want[0].Name) < d.withoutVolume():
		d.lose(deployFails, at, "", "", "fails: the file mounts %q on %s, and too few volumes of that name are free in %s", want[0].Name, group, d.have.Region)
		d.out[len(d.out)-1].how = d.t.OnApp(fmt.Sprintf("fly volumes create %s --region %s --count %d", want[0].Name, d.have.Region, d.withoutVolume()-d.freeVolumes(want[0].Name)))
	case len(have) == 0:
		d.say(at, "a mount of %q in the file, no volume live; the machines are replaced", want[0].Name)
	case have[0].Name != "" && want[0].Name != have[0].Name:
		d.lose(deployFails, at+".source", at, fmt.Sprintf("source = %q", have[0].Name),
			"fails: flyctl can't exchange the volume of %s: mount source %q in the file, %q live", group, want[0].Name, have[0].Name)
	case want[0].Path != have[0].Path:
		d.lose(dataGone, at+".destination", at, fmt.Sprintf("destination = %q", have[0].Path),
			"mounts the volume of %s elsewhere: at %s in the file, %s live", group, want[0].Path, have[0].Path)
	}
}

// freeVolumes counts those that a machine in the region could have.
func (d *deploy) freeVolumes(name string) int {
	n := 0
	for _, v := range d.t.App.Volumes {
		if v.Name == name && v.Region == d.have.Region && v.AttachedMachine == "" && v.State == "created" {
			n++
		}
	}
	return n
}

// withoutVolume counts the machines of the group in the region that have none.
func (d *deploy) withoutVolume() int {
	n := 0
	for _, m := range machinesOf(d.t, []string{d.have.Group()}) {
		if m.Region == d.have.Region && len(m.Config.Mounts()) == 0 {
			n++
		}
	}
	return n
}

// stagedSecrets are those that started machines don't have yet: they read them
// when they start or are updated, and fly secrets set --stage does neither. What
// an apply stored is left out: until then the machines have it in their env.
func stagedSecrets(t plan.Target) []plan.Finding {
	f := plan.Finding{HowTo: t.OnApp("fly secrets deploy")}
	var names []string
	for _, m := range machinesOf(t, nil) {
		late := setSince(t, m)
		if !m.Started() || len(late) == 0 {
			continue
		}
		f.Machines = append(f.Machines, m.ID)
		for _, name := range late {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	f.Message = fmt.Sprintf("%s %s set after the machines started, which read secrets at their next start or deploy", strings.Join(atMost(3, names), ", "), wasWere(names))
	f.Evidence = plan.Saw(onMachines(f.Machines))
	return []plan.Finding{f}
}
