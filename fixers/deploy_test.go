package fixers_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/fly-standards/fly-standards/internal/flysim/shortform"
	"github.com/fly-standards/fly-standards/internal/live"
)

// TestDeployAfterApply: wherever a deploy of the file passes before an apply,
// one of the file that the apply leaves passes after it. A deploy waits for
// every check, those at the top level too, so a check that can't pass there
// would stop every deploy to come.
func TestDeployAfterApply(t *testing.T) {
	tried := 0
	for _, f := range fixtures(t) {
		src, _ := f.file("fly.toml")
		if !f.live() {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			before := f.world(t, src)
			if why := before.deploy(t, src); why != "" {
				t.Logf("not before either: %s", why)
				return
			}
			tried++
			w := f.world(t, src)
			p, _ := w.plan(t)
			if err := w.apply(t, p); err != nil {
				t.Logf("apply: %v", err) // others look at that; what it leaves must deploy
			}
			w.settle()
			if why := w.deploy(t, w.read(t)); why != "" {
				t.Errorf("a deploy of the file fails after the apply, and passed before: %s\n%s", why, w.read(t))
			}
		})
	}
	if tried < 40 && !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		t.Errorf("only %d fixtures have an app that a deploy passes on", tried)
	}
}

// deploy does on the machines what `fly deploy --image` of the file does, as a
// client of the Machines API that shares no code with the rules: services and
// checks become the file's, and every check of a started machine must pass. It
// says why it fails.
func (w *world) deploy(t *testing.T, src []byte) string {
	t.Helper()
	app, err := w.client.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := toml.Unmarshal(bytes.TrimPrefix(src, []byte("\ufeff")), &file); err != nil {
		return err.Error()
	}
	var waited []string
	for _, m := range app.Machines {
		if m.WhyUntouchable() != "" || !slices.Contains(groupsIn(file), m.Group()) {
			continue
		}
		if why := w.deployTo(t, m, src, file); why != "" {
			return why
		}
		if m.Started() {
			waited = append(waited, m.ID)
		}
	}
	w.settle()
	if err := w.clk.Sleep(t.Context(), 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, id := range waited {
		if m := w.app.Machine(id); m.State() == "started" && !m.Healthy() {
			return "timeout waiting for health checks of machine " + id
		}
	}
	return ""
}

func (w *world) deployTo(t *testing.T, m live.Machine, src []byte, file map[string]any) string {
	t.Helper()
	made, err := shortform.Parse([]byte("machines: 1x "+m.Group()+" in iad\n"), src)
	if err != nil {
		return err.Error()
	}
	var have, want map[string]any
	if json.Unmarshal(m.Config.JSON(), &have) != nil || json.Unmarshal(made.Machines[0].Config, &want) != nil {
		t.Fatal("a config is no object")
	}
	delete(have, "services")
	delete(have, "checks")
	if want["services"] != nil {
		have["services"] = want["services"]
	}
	if checks := topLevel(file, m.Group()); len(checks) > 0 {
		have["checks"] = checks
	}
	have["image"] = m.Image
	body, err := json.Marshal(map[string]any{"config": have, "region": m.Region, "skip_launch": !m.Started()})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/v1/apps/"+w.app.Name()+"/machines/"+m.ID, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer test")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Sprintf("machine %s refuses the config of the deploy: %d", m.ID, resp.StatusCode)
	}
	return ""
}

func groupsIn(file map[string]any) []string {
	processes, _ := file["processes"].(map[string]any)
	if len(processes) == 0 {
		return []string{"app"}
	}
	var names []string
	for name := range processes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// topLevel are the checks of [checks.NAME] that a deploy gives to the group.
func topLevel(file map[string]any, group string) map[string]any {
	out := map[string]any{}
	all, _ := file["checks"].(map[string]any)
	for name, v := range all {
		check, ok := v.(map[string]any)
		if !ok {
			continue
		}
		of := groupsIn(file)
		if slices.Contains(of, "app") {
			of = []string{"app"}
		} else {
			of = of[:1]
		}
		if named, ok := check["processes"].([]any); ok && len(named) > 0 {
			of = nil
			for _, n := range named {
				of = append(of, fmt.Sprint(n))
			}
		}
		if !slices.Contains(of, group) {
			continue
		}
		wire := map[string]any{}
		for k, v := range check {
			if k != "processes" && k != "headers" && k != "restart_limit" {
				wire[k] = v
			}
		}
		if wire["port"] == nil {
			if s, ok := file["http_service"].(map[string]any); ok {
				wire["port"] = s["internal_port"]
			}
		}
		out[name] = wire
	}
	return out
}
