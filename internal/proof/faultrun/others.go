package faultrun

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// drawOthers is what other people, the proxy and the hosts do meanwhile.
func (w *world) drawOthers() (string, func(*world, string, *strike)) {
	d := time.Duration(1+w.rng.IntN(20)) * time.Second
	hurts := func(do func(m *flysim.Machine), why ...string) func(*world, string, *strike) {
		return func(w *world, id string, _ *strike) {
			w.harm(id, strings.Join(why, " "))
			do(w.app.Machine(id))
		}
	}
	switch w.rng.IntN(15) {
	case 0:
		return "lease stolen", func(w *world, id string, _ *strike) { w.app.Machine(id).HoldLease("mallory@example.com", 2*d) }
	case 1:
		return "lease dropped", func(w *world, id string, _ *strike) { w.app.Machine(id).DropLease() }
	case 2:
		return "host vanishes", hurts(func(m *flysim.Machine) { m.HostDown("unreachable") })
	case 3:
		return "checks flap", hurts(func(m *flysim.Machine) { m.Behave(flysim.NeverHealthy); w.p.After(3*d, func() { m.Behave(nil) }) })
	case 4:
		return "crash loop after update", hurts((*flysim.Machine).CrashLoopAfterUpdate)
	case 5:
		return byProxy, hurts(func(m *flysim.Machine) { m.StopByProxy(d / 4) }, byProxy)
	case 6:
		return byProxyStart, hurts(func(m *flysim.Machine) { m.StartByProxy(d / 4) }, byProxyStart)
	case 7:
		return "its next update fails", hurts((*flysim.Machine).FailNextUpdate)
	case 8:
		return "somebody destroys it", hurts((*flysim.Machine).Destroy)
	case 9:
		return "somebody replaces it", othersReplace
	case 10:
		return "somebody adds a machine", othersAdd
	case 11:
		return "somebody deploys", othersDeploy
	case 12:
		return "somebody edits fly.toml", func(w *world, _ string, _ *strike) { w.handEdit() }
	default:
		return "somebody updates it", othersUpdate
	}
}

// othersUpdate is another client's deploy of one machine. The request that it
// meets comes a few seconds later, when the machine runs again.
func othersUpdate(w *world, id string, _ *strike) {
	m := w.app.Machine(id)
	if m == nil || gone(m) || w.machineOf(id) == nil {
		return
	}
	w.harm(id, "others")
	w.outside[id]++
	// A second one like the first changes nothing, so nobody can tell it from ours.
	if w.proc.planned && !bytes.Contains(m.Config(), []byte(`"theirs":true`)) {
		w.theirs[id] = w.proc.run
	} else {
		w.theirs[id] = -1
	}
	m.Update(func(config map[string]any) { config["theirs"] = true })
	_ = w.clk.Sleep(context.Background(), 6*time.Second)
}

func (w *world) machineOf(id string) *machine {
	for i := range w.machines {
		if w.machines[i].id == id {
			return &w.machines[i]
		}
	}
	return nil
}

// othersSetSecret stores another value under a name that the file has, while
// the file has it still.
func othersSetSecret(w *world, _ string, _ *strike) {
	v, ok := w.values["DATABASE_URL"]
	if _, twice := w.othersSet["DATABASE_URL"]; twice || !ok || !containsText(w.file(), v) {
		return
	}
	w.othersSet["DATABASE_URL"], w.allowed["DATABASE_URL"] = w.proc.run, "theirs"
	if !w.proc.secretsRead { // a retry of the look that the plan is made of
		w.othersSet["DATABASE_URL"]--
	}
	w.app.SetSecret("DATABASE_URL", "theirs")
}

// othersChangeOurs sets another path for the checks that an apply has added to
// the service of a machine, as a later deploy does. It must stay, whatever is
// taken back.
func (w *world) othersChangeOurs() bool {
	for _, mine := range w.machines {
		m := w.app.Machine(mine.id)
		var config map[string]any
		w.must(json.Unmarshal(m.Config(), &config))
		if gone(m) || m.State() != "started" || !otherPath(config) {
			continue
		}
		w.theirs[mine.id], w.changed[mine.id] = -1, true
		w.outside[mine.id]++
		w.note("somebody sets another path for the check of %s", mine.id)
		m.Update(func(config map[string]any) { config["theirs"] = otherPath(config) })
		w.app.Serve(flysim.Respond{Path: "/healthz?theirs"})
		w.pass(60)
		return true
	}
	return false
}

// otherPath sets it, and says whether there was an HTTP check to set it on.
func otherPath(config map[string]any) (found bool) {
	services, _ := config["services"].([]any)
	for _, s := range services {
		checks, _ := s.(map[string]any)["checks"].([]any)
		for _, c := range checks {
			if check := c.(map[string]any); check["path"] == "/healthz" {
				check["path"], found = "/healthz?theirs", true
			}
		}
	}
	return found
}

func gone(m *flysim.Machine) bool { return m.State() == "destroyed" || m.State() == "destroying" }

// othersAdd makes one machine more, of the configuration of another.
func othersAdd(w *world, id string, _ *strike) {
	if m, mine := w.app.Machine(id), w.machineOf(id); m != nil && mine != nil && mine.touchable {
		w.copyMachine(m, mine.group, mine.region)
	}
}

// copyMachine is what fly scale count does: all of a configuration goes along,
// the mark of an apply too.
func (w *world) copyMachine(m *flysim.Machine, group, region string) {
	added := machine{id: fmt.Sprintf("feed%04x", len(w.machines)), group: group, region: region, state: "started", touchable: true}
	var cfg map[string]any
	w.must(json.Unmarshal(m.Config(), &cfg))
	delete(cfg, "mounts") // a volume is attached to one machine
	raw, err := json.Marshal(cfg)
	w.must(err)
	w.app.AddMachine(flysim.MachineSpec{ID: added.id, Region: added.region, Group: added.group, Config: raw, Age: time.Second})
	w.machines = append(w.machines, added)
	// What an apply had set already was copied with the rest: nobody can say
	// later whose it is.
	w.harm(added.id, "others")
	w.theirs[added.id] = copied
}

// copied marks a machine that others made of one of ours.
const copied = -2

// othersReplace is another machine for one that goes, as a deploy makes when a
// host is lost.
func othersReplace(w *world, id string, s *strike) {
	if m := w.machineOf(id); m == nil || !m.touchable {
		return
	}
	w.harm(id, "others")
	w.app.Machine(id).Destroy()
	othersAdd(w, id, s)
}

// othersDeploy is a fly deploy of somebody else: one machine after the other
// is leased, gets a new configuration, and is let go.
func othersDeploy(w *world, _ string, _ *strike) {
	at := time.Duration(0)
	for _, mine := range w.machines {
		m := w.app.Machine(mine.id)
		if !mine.touchable || m == nil {
			continue
		}
		w.harm(mine.id, "others")
		w.p.After(at, func() { m.HoldLease("mallory@example.com", 20*time.Second) })
		w.p.After(at+2*time.Second, func() {
			if m.State() != "started" && m.State() != "stopped" {
				return
			}
			w.outside[mine.id]++
			w.theirs[mine.id] = -1
			m.Update(func(config map[string]any) { config["theirs"] = true })
		})
		w.p.After(at+7*time.Second, m.DropLease)
		at += 7 * time.Second
	}
}
