package fly_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/fly"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/live"
)

func TestSnapshot(t *testing.T) {
	w := newWorld(t, flysim.Options{CompatChecks: true})
	w.machine("148e2d9f0b6189")
	w.machine("0851e9a2f49d68")
	w.app.SetSecret("DATABASE_URL", canary)
	w.app.AddVolume(flysim.VolumeSpec{ID: "vol_a"})
	w.app.AddVolume(flysim.VolumeSpec{ID: "vol_b", State: "pending_destroy"})
	w.app.AddIP("fdaa:0:1::3", "global", false)
	w.app.AddIP("66.241.125.1", "global", true)

	app, err := w.fly.Snapshot(t.Context())
	fine(t, err)
	if app.Name != "web" || app.Org != "personal" || len(app.Unread) != 0 {
		t.Errorf("app %q of %q, unread %v", app.Name, app.Org, app.Unread)
	}
	if len(app.Machines) != 2 || app.Machines[0].ID != "0851e9a2f49d68" {
		t.Fatalf("machines %v, want two, sorted by id", app.Machines)
	}
	m := app.Machines[0]
	if !strings.HasPrefix(m.Image, "registry.fly.io/web:latest@sha256:") {
		t.Errorf("image %q is not pinned, or lost its tag", m.Image)
	}
	if m.Version == "" || m.Group() != "app" || m.State != "started" || m.HostStatus != "ok" || m.UpdatedAt.IsZero() || len(m.Events) == 0 {
		t.Errorf("machine %+v", m)
	}
	for _, c := range m.Checks {
		if strings.HasPrefix(c.Name, "bg_deployments_compat") {
			t.Errorf("check %s is made up by the API", c.Name)
		}
	}
	if got := string(m.Config.JSON()); !strings.Contains(got, `"a":1.50`) {
		t.Errorf("a field that nobody knows is gone: %s", got)
	}
	if _, ok := app.Secret("DATABASE_URL"); !ok || app.Secrets[0].Digest == "" {
		t.Errorf("secrets %v", app.Secrets)
	}
	if len(app.Volumes) != 1 || app.Volumes[0].ID != "vol_a" || !app.Volumes[0].AutoBackup {
		t.Errorf("volumes %v", app.Volumes)
	}
	wantIPs := []live.IP{{IP: "fdaa:0:1::3", Region: "global", Private: true}, {IP: "66.241.125.1", Region: "global", Shared: true}}
	if diff := cmp.Diff(wantIPs, app.IPs); diff != "" {
		t.Error(diff)
	}
	if len(app.Regions) < 10 || app.Regions[0].Latitude == 0 {
		t.Errorf("%d regions", len(app.Regions))
	}
	if len(w.Requests()) != 7 || len(w.Writes()) != 0 {
		t.Errorf("%d requests, %d of them writes; want 7 reads", len(w.Requests()), len(w.Writes()))
	}
	for _, r := range w.Requests() {
		if r.Authorization != "Bearer test" {
			t.Errorf("%s went with authorization %q", r.Line(), r.Authorization)
		}
	}
	if log := w.log.String(); strings.Contains(log, "Bearer") || strings.Contains(log, canary) || !strings.Contains(log, "/v1/apps/web/machines") {
		t.Errorf("log:\n%s", log)
	}
}

func TestSnapshotOfAHostThatIsDown(t *testing.T) {
	w := newWorld(t)
	w.machine("148e2d9f0b6189").HostDown("unreachable")
	app, err := w.fly.Snapshot(t.Context())
	fine(t, err)
	if m := app.Machines[0]; !m.Config.IsZero() || m.WhyUntouchable() != "its host is unreachable" {
		t.Errorf("config %v, untouchable %q", m.Config, m.WhyUntouchable())
	}
}

func TestSnapshotToleratesOptionalReads(t *testing.T) {
	w := newWorld(t)
	w.Fault(flysim.Fault{Path: "/volumes", Times: -1, Effect: flysim.Status(403, "not with this token")})
	w.Fault(flysim.Fault{Path: "/regions", Times: -1, Effect: flysim.HTML(200)})
	w.Fault(flysim.Fault{Path: "/ip_assignments", Times: -1, Effect: flysim.Status(500, "oops")})
	w.Fault(flysim.Fault{Path: "/certificates", Times: -1, Effect: flysim.Status(403, "not with this token")})
	app, err := w.fly.Snapshot(t.Context())
	fine(t, err)
	for _, name := range []string{"volumes", "regions", "ip addresses", "certificates"} {
		if app.Unread[name] == "" {
			t.Errorf("nothing says that the %s could not be read: %v", name, app.Unread)
		}
	}
}

func TestSnapshotNeedsTheRest(t *testing.T) {
	for path, effect := range map[string]struct {
		effect flysim.Effect
		want   live.Kind
	}{
		"/web$":      {flysim.Status(404, "app not found"), live.NotFound},
		"/machines$": {flysim.Status(401, "unauthorized"), live.Unauthorized},
		"/secrets$":  {flysim.Status(403, "forbidden"), live.Forbidden},
		"/volumes$":  {flysim.Status(500, "oops"), live.Unknown},
	} {
		t.Run(path, func(t *testing.T) {
			w := newWorld(t)
			w.Fault(flysim.Fault{Path: path, Times: -1, Effect: effect.effect})
			_, err := w.fly.Snapshot(t.Context())
			wantKind(t, err, effect.want)
		})
	}
}

func TestStrangeRepliesAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"secrets without the list":  `{}`,
		"a list of secrets of text": `{"secrets":"none"}`,
		"a secret without a name":   `{"secrets":[{"digest":"x"}]}`,
		"an array":                  `[]`,
		"nothing":                   ``,
		"two values":                `{"secrets":[]}{}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := answer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
			got, err := c.Secrets(t.Context())
			wantKind(t, err, live.BadReply)
			if got != nil {
				t.Errorf("got %v besides the error", got)
			}
		})
	}
	other := answer(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"name":"shop","nonce":"1"}`)) // of another app, and another lease
	})
	_, err := other.Snapshot(t.Context())
	if e := wantKind(t, err, live.BadReply); !strings.Contains(e.Message, "another app") {
		t.Errorf("snapshot: %v", err)
	}
	_, err = other.RefreshLease(t.Context(), "m1", "2", time.Second)
	wantKind(t, err, live.Conflict)
	if h, err := answer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) }).LeaseHolder(t.Context(), "m1"); h != nil {
		t.Errorf("held by %v", h)
	} else {
		wantKind(t, err, live.BadReply)
	}
	for name, body := range map[string]string{
		"no id":           `{"version":"01"}`,
		"no version":      `{"id":"m1"}`,
		"another machine": `{"id":"m2","version":"01"}`,
		"null":            `null`,
		"config no JSON":  `{"id":"m1","version":"01","config":7}`,
		"id with a slash": `{"id":"../m1","version":"01"}`,
	} {
		t.Run("machine: "+name, func(t *testing.T) {
			c := answer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
			_, err := c.Machine(t.Context(), "m1")
			wantKind(t, err, live.BadReply)
		})
	}
}

// An answer is no more than it says: of a wait that it is not there yet, of a lease or
// of the secrets' version nothing, of a page between here and Fly nothing at all.
func TestAnswersThatSayLess(t *testing.T) {
	says := func(body string) *fly.Client {
		return answer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
	}
	ctx := t.Context()
	wantKind(t, says(`{"ok":false}`).WaitMachine(ctx, "m1", "1", time.Second, "started"), live.Timeout)
	_, err := says(`{}`).SecretsVersion(ctx)
	wantKind(t, err, live.Unknown)
	_, err = says(`{"data":{"owner":"me"}}`).AcquireLease(ctx, "m1", time.Second)
	wantKind(t, err, live.Unknown)
	page := says(`<html>Log in to this network</html>`)
	for _, err := range []error{page.StartMachine(ctx, "m1", ""), page.DestroyMachine(ctx, "m1", ""), page.ReleaseLease(ctx, "m1", "n")} {
		wantKind(t, err, live.Unknown)
	}
	_, err = page.RefreshLease(ctx, "m1", "", time.Second) // without a nonce it would take another one
	wantKind(t, err, live.Invalid)
	wantKind(t, page.ReleaseLease(ctx, "m1", ""), live.Invalid)
	destroyed := `{"id":"m1","version":"1","state":"destroyed"}`
	_, err = says(destroyed).Machine(ctx, "m1")
	wantKind(t, err, live.NotFound)
	if all, err := says(`[` + destroyed + `]`).Machines(ctx); err != nil || len(all) != 0 {
		t.Errorf("a machine that was destroyed is listed: %v, %v", all, err)
	}
	_, err = newWorld(t, flysim.Options{}).fly.LeaseHolder(ctx, "m1") // nobody can hold what is not there
	wantKind(t, err, live.NotFound)
}

// A list that has a machine twice, as one put together of two pages may, has it once.
func TestMachineListedTwice(t *testing.T) {
	c := answer(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`[{"id":"m2","version":"1"},{"id":"m1","version":"1"},{"id":"m2","version":"1"}]`))
	})
	all, err := c.Machines(t.Context())
	fine(t, err)
	if len(all) != 2 || all[0].ID != "m1" || all[1].ID != "m2" {
		t.Errorf("got %v", all)
	}
}

func TestMachineDecode(t *testing.T) {
	c := answer(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"id":"m1","instance_id":"01OLD","state":"stopped","updated_at":"yesterday","created_at":"2026-09-01T10:00:00Z",
			"image_ref":{"registry":"registry.fly.io","repository":"web","tag":"x"},"cordoned":true,
			"config":{"env":{"API_KEY":"` + canary + `"}},"checks":[{"name":"x","status":"critical","output":"HTTP GET /: 500 Oops\nno login with ` + canary + `\nmore"}],
			"events":[
				{"type":"start","timestamp":1000,"request":"odd"},
				{"type":"exit","timestamp":2000,"request":{"restart_count":3,"exit_event":{"exit_code":137,"oom_killed":true,"restarting":true}}},
				{"type":"exit","timestamp":1500,"request":{"MonitorEvent":{"exit_event":{"exit_code":1,"requested_stop":true}}}}]}`))
	})
	m, err := c.Machine(t.Context(), "m1")
	fine(t, err)
	if m.Version != "01OLD" || m.Image != "" || !m.Cordoned || !m.UpdatedAt.IsZero() || m.CreatedAt.Hour() != 10 {
		t.Errorf("machine %+v", m)
	}
	if m.Events[0].ExitCode != 137 || !m.Events[0].OOMKilled || !m.Events[0].Restarting || m.Events[0].RestartCount != 3 {
		t.Errorf("newest event %+v", m.Events[0])
	}
	if got := m.Checks[0].Output; got != "HTTP GET /: 500 Oops: no login with (hidden)" {
		t.Errorf("the check says %q", got)
	}
	if m.Events[1].ExitCode != 1 || !m.Events[1].RequestedStop || m.Events[2].Type != "start" {
		t.Errorf("older events %+v", m.Events[1:])
	}
}
