package faultrun

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

func (w *world) drawApp() {
	w.route = !w.chance(4)
	w.answers = w.route && !w.chance(5)
	spec := flysim.AppSpec{Name: "shop", Listening: []int{8080}}
	if w.answers {
		spec.Serves = []flysim.Respond{{Path: "/healthz", After: time.Duration(w.rng.IntN(4)) * time.Second}}
	}
	w.app = w.p.AddApp(spec)
	n := pick(w, 1, 1, 2, 2, 3, 3, 3, 4, 5)
	if w.chance(60) { // they cost ten times as much
		n = 1 + w.rng.IntN(30)
	}
	if w.lone {
		n = 1
	}
	regions := []string{"iad"}
	if w.chance(3) {
		regions = append(regions, "ams")
	}
	states := []string{"started"}
	if w.chance(3) {
		states = []string{"started", "started", "stopped", "suspended"}
	} else if w.chance(10) {
		states = []string{"stopped"}
	}
	volumes := w.chance(6) && !w.lone
	sick := -1
	if n > 1 && w.chance(10) {
		sick = w.rng.IntN(n)
	}
	for i := range n {
		m := machine{
			id: fmt.Sprintf("148e%04x", i*7+1), group: "app", region: pick(w, regions...), state: pick(w, states...), touchable: true,
		}
		if strings.Contains(w.kind, "groups") && i%3 == 2 {
			m.group = "worker"
		}
		w.addMachine(m, volumes, i > 0 && w.chance(12))
		if last := w.machines[i]; i == sick && last.touchable && last.state == "started" {
			w.sick = m.id
			w.app.Machine(m.id).Behave(flysim.NeverHealthy)
			w.pass(60)
		}
	}
	if w.seed%4 == 0 { // since they were deployed
		w.p.PushImage("registry.fly.io/shop:deployment-1", "sha256:"+strings.Repeat("5e", 32))
	}
}

// addMachine makes a machine as fly deploy would have made it of the file;
// odd makes it one that this tool must not touch.
func (w *world) addMachine(m machine, volume, odd bool) {
	env := map[string]string{"PORT": "8080"}
	for name, v := range w.values {
		env[name] = v
	}
	cfg := map[string]any{
		"env": env, "guest": map[string]any{"cpu_kind": "shared", "cpus": 1, "memory_mb": 256, "required_host_features": []string{"kept"}},
		"a_field_of_next_year": map[string]any{"deep": []any{1, 2.5}},
		"checks":               map[string]any{"alive": map[string]any{"type": "tcp", "port": 8080, "interval": "15s", "timeout": "2s"}},
	}
	spec := flysim.MachineSpec{ID: m.id, Region: m.region, Group: m.group, State: m.state}
	if m.group == "app" {
		cfg["services"] = []any{w.service.config()}
	}
	switch {
	case odd && w.chance(2):
		m.touchable, spec.Unmanaged = false, true
	case odd:
		m.touchable, m.state, spec.State = false, "stopped", "stopped"
		delete(cfg, "services")
		cfg["standbys"] = []string{w.machines[0].id}
	case volume:
		id := "vol_" + m.id
		w.app.AddVolume(flysim.VolumeSpec{ID: id, Region: m.region, Retention: 2, NoBackup: w.seed%2 == 0})
		cfg["mounts"] = []any{map[string]any{"volume": id, "path": "/data", "name": "data"}}
	}
	raw, err := json.Marshal(cfg)
	if err != nil {
		panic(err) // of our own making
	}
	spec.Config = raw
	w.app.AddMachine(spec)
	w.first[m.id] = w.app.Machine(m.id).Config()
	w.machines = append(w.machines, m)
}
