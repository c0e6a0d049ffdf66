package flysim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	fly "github.com/superfly/fly-go"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// send makes a raw request and gives status and body.
func send(t *testing.T, s *sim, method, path, body string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	fine(t, err)
	r.Header.Set("Authorization", "Bearer test")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	fine(t, err)
	defer func() { _ = res.Body.Close() }()
	if res.Header.Get("fly-request-id") == "" {
		t.Errorf("%s %s: no fly-request-id", method, path)
	}
	b, err := io.ReadAll(res.Body)
	fine(t, err)
	return res.StatusCode, string(b)
}

func TestMachineOfBeforeTheTest(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{Group: "web"})
	got := s.get(t, m.ID())
	if got.State != "started" || got.InstanceID != got.Version || len(got.Version) != 26 || got.LeaseNonce != "" {
		t.Errorf("machine = %+v", got)
	}
	if !got.IsAppsV2() || got.ProcessGroup() != "web" {
		t.Errorf("metadata = %v", got.Config.Metadata)
	}
	if len(got.Checks) != 1 || got.Checks[0].Name != "servicecheck-00-http-8080" || got.Checks[0].Status != fly.Passing {
		t.Errorf("checks = %+v", got.Checks)
	}
	if up, err := got.MostRecentStartTimeAfterLaunch(); err != nil || up.After(epoch.Add(-time.Minute)) {
		t.Errorf("started at %v, %v; want an hour ago", up, err)
	}
}

func TestListFilters(t *testing.T) {
	s := newSim(t)
	s.machine(flysim.MachineSpec{ID: "a1", Region: "iad"})
	s.machine(flysim.MachineSpec{ID: "b2", Region: "ams", State: "stopped"})
	s.machine(flysim.MachineSpec{ID: "c3", Region: "ams", Group: "worker"})
	for query, want := range map[string]string{
		"":                                    "a1 b2 c3",
		"?region=ams":                         "b2 c3",
		"?state=stopped,suspended":            "b2",
		"?metadata.fly_process_group=worker":  "c3",
		"?metadata.fly_process_group=nothing": "",
		"?limit=2":                            "a1 b2",
		"?limit=2&cursor=2":                   "c3",
	} {
		_, body := send(t, s, "GET", "/v1/apps/web/machines"+query, "")
		var rows []struct {
			ID string `json:"id"`
		}
		fine(t, json.Unmarshal([]byte(body), &rows))
		var ids []string
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("list%s = %q, want %q", query, got, want)
		}
	}
	_, summary := send(t, s, "GET", "/v1/apps/web/machines?summary=true", "")
	if strings.Contains(summary, `"config"`) || strings.Contains(summary, `"events"`) {
		t.Errorf("summary holds more than it should: %s", summary)
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	s := newSim(t, flysim.Options{Token: "right"})
	s.AddApp(flysim.AppSpec{Name: "theirs", Foreign: true})
	ours := client(t, s.url, "right")
	if app, err := ours.GetApp(t.Context(), "web"); err != nil || app.Name != "web" || app.Organization.Slug != "personal" {
		t.Errorf("app = %+v, %v", app, err)
	}
	_, err := ours.GetApp(t.Context(), "theirs")
	wantStatus(t, err, 403)
	_, err = ours.GetApp(t.Context(), "nobodys")
	wantStatus(t, err, 404)
	_, err = client(t, s.url, "wrong").GetApp(t.Context(), "web")
	wantStatus(t, err, 401)
	_, err = ours.Get(t.Context(), "web", "e1234")
	wantStatus(t, err, 404)
}

// An update keeps every field that was sent, known or not.
func TestUpdateKeepsTheConfigWordForWord(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	config := strings.Replace(string(m.Config()), `"from-env"`, `"changed"`, 1)
	code, body := send(t, s, "POST", "/v1/apps/web/machines/"+m.ID(), `{"config":`+config+`,"current_version":"`+m.Version()+`"}`)
	if code != 200 {
		t.Fatalf("update: %d %s", code, body)
	}
	if diff := cmp.Diff(config, string(m.Config())); diff != "" {
		t.Errorf("config (-sent +kept):\n%s", diff)
	}
	_, body = send(t, s, "GET", "/v1/apps/web/machines/"+m.ID(), "")
	if !strings.Contains(body, `"future_key":{"a":1.50,"html":"<&>"}`) {
		t.Errorf("an unknown key changed: %s", body)
	}
}

func TestUpdateOfAStartedMachine(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	before := m.Version()
	out, err := s.update(t, m.ID(), "", nil)
	fine(t, err)
	if out.State != "replacing" || out.Version == before {
		t.Errorf("reply: state %s, version changed: %v; want replacing with a new version", out.State, out.Version != before)
	}
	_, err = s.update(t, m.ID(), "", nil)
	wantStatus(t, err, 409)

	if err := s.wait(t, out, "started", 60*time.Second); err != nil {
		t.Fatal(err)
	}
	if took := s.clk.Now().Sub(epoch); took != 2500*time.Millisecond {
		t.Errorf("took %v, want 2.5s", took)
	}
	if m.Healthy() || s.get(t, m.ID()).Checks[0].Status != fly.Critical {
		t.Error("healthy right after boot, want critical checks first")
	}
	s.pass(t, 5*time.Second)
	if got := s.get(t, m.ID()); !m.Healthy() || got.Checks[0].Status != fly.Passing || !got.Checks[0].UpdatedAt.Equal(epoch.Add(7500*time.Millisecond)) {
		t.Errorf("checks = %+v, want passing at 7.5s", got.Checks[0])
	}
	if up, err := s.get(t, m.ID()).MostRecentStartTimeAfterLaunch(); err != nil || !up.Equal(epoch.Add(2500*time.Millisecond)) {
		t.Errorf("started at %v, %v", up, err)
	}
	if got := m.Record(); got.Restarts != 1 || got.Updates != 1 {
		t.Errorf("record = %+v", got)
	}
}

// What the platform does with skip_launch is not what its name says.
func TestStateAfterUpdate(t *testing.T) {
	for _, c := range []struct {
		state string
		skip  bool
		want  string
	}{
		{"started", false, "started"},
		{"started", true, "created"},
		{"stopped", false, "stopped"},
		{"stopped", true, "stopped"},
		{"suspended", false, "stopped"},
		{"suspended", true, "stopped"},
		{"created", false, "created"},
		{"failed", false, "started"},
	} {
		s := newSim(t)
		m := s.machine(flysim.MachineSpec{State: c.state})
		_, err := s.update(t, m.ID(), "", func(in *fly.LaunchMachineInput) { in.SkipLaunch = c.skip })
		fine(t, err)
		s.Settle(time.Minute)
		if got := m.State(); got != c.want {
			t.Errorf("update of a %s machine, skip_launch %v: ends %s, want %s", c.state, c.skip, got, c.want)
		}
	}
}

func TestUpdateIsRefused(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	post := func(body string) int {
		code, _ := send(t, s, "POST", "/v1/apps/web/machines/"+m.ID(), body)
		return code
	}
	config := string(m.Config())
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"another version":    {`{"config":` + config + `,"current_version":"01ARZ3NDEKTSV4RRFFQ69G5FAV"}`, 409},
		"secrets to come":    {`{"config":` + config + `,"min_secrets_version":9}`, 412},
		"no config":          {`{}`, 400},
		"no image":           {`{"config":{}}`, 400},
		"broken JSON":        {`{`, 400},
		"a volume appears":   {`{"config":{"image":"x","mounts":[{"volume":"vol_1","path":"/data"}]}}`, 400},
		"too short interval": {`{"config":{"image":"x","checks":{"a":{"type":"tcp","port":8080,"interval":"1s"}}}}`, 400},
		"too long timeout":   {`{"config":{"image":"x","checks":{"a":{"type":"tcp","port":8080,"timeout":"61s"}}}}`, 400},
		"odd memory":         {strings.Replace(`{"config":`+config+`}`, `256`, `300`, 1), 400},
		"another region":     {`{"config":` + config + `,"region":"ams"}`, 400},
	} {
		before := m.Version()
		if got := post(c.body); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
		if m.Version() != before || m.State() != "started" {
			t.Errorf("%s: the machine changed", name)
		}
	}
	if got := post(`{"config":{"image":"x","services":[{"checks":[{"type":"tcp","interval":"1s","timeout":"90s"}]}]}}`); got != 200 {
		t.Errorf("a service without internal_port, whose times the platform puts right: %d", got)
	}
}

// A tag means another image after a push; a digest stays what it is.
func TestImageIsResolvedOnUpdate(t *testing.T) {
	s := newSim(t)
	const first, second = "sha256:1111", "sha256:2222"
	tagged := s.machine(flysim.MachineSpec{ID: "a1", Digest: first})
	pinned := s.machine(flysim.MachineSpec{ID: "b2"})
	s.PushImage("registry.fly.io/web:latest", second)
	_, err := s.update(t, "a1", "", nil)
	fine(t, err)
	_, err = s.update(t, "b2", "", func(in *fly.LaunchMachineInput) { in.Config.Image = "registry.fly.io/web@" + first })
	fine(t, err)
	if tagged.Digest() != second || pinned.Digest() != first {
		t.Errorf("tag runs %s, digest runs %s", tagged.Digest(), pinned.Digest())
	}
	if got := s.Violations(); len(got) != 1 || !strings.Contains(got[0].What, "re-resolved the tag") {
		t.Errorf("violations = %v", got)
	}
}

func TestLifecycle(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	ctx := t.Context()
	step := func(name, want string, err error) {
		t.Helper()
		fine(t, err)
		s.Settle(time.Minute)
		if got := m.State(); got != want {
			t.Errorf("after %s: %s, want %s", name, got, want)
		}
	}
	version := m.Version()
	step("stop", "stopped", s.fly.Stop(ctx, "web", fly.StopMachineInput{ID: m.ID()}, ""))
	wantStatus(t, s.fly.Suspend(ctx, "web", m.ID(), ""), 412)
	wantStatus(t, s.fly.Restart(ctx, "web", fly.RestartMachineInput{ID: m.ID()}, ""), 412)
	res, err := s.fly.Start(ctx, "web", m.ID(), "")
	step("start", "started", err)
	if res.PreviousState != "stopped" {
		t.Errorf("previous state %q", res.PreviousState)
	}
	step("suspend", "suspended", s.fly.Suspend(ctx, "web", m.ID(), ""))
	_, err = s.fly.Start(ctx, "web", m.ID(), "")
	step("resume", "started", err)
	step("restart", "started", s.fly.Restart(ctx, "web", fly.RestartMachineInput{ID: m.ID()}, ""))
	if m.Version() != version {
		t.Error("a restart made a new version")
	}
	fine(t, s.fly.Cordon(ctx, "web", m.ID(), ""))
	if !s.get(t, m.ID()).Cordoned {
		t.Error("not cordoned")
	}
	fine(t, s.fly.Uncordon(ctx, "web", m.ID(), ""))
	wantStatus(t, s.fly.Destroy(ctx, "web", fly.RemoveMachineInput{ID: m.ID()}, ""), 412)
	step("destroy", "destroyed", s.fly.Destroy(ctx, "web", fly.RemoveMachineInput{ID: m.ID(), Kill: true}, ""))
	if rows, err := s.fly.List(ctx, "web", ""); err != nil || len(rows) != 0 {
		t.Errorf("list after destroy = %v, %v", rows, err)
	}
	wantStatus(t, s.fly.Destroy(ctx, "web", fly.RemoveMachineInput{ID: m.ID()}, ""), 404)
}

func TestStartWhileReplacing(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{State: "stopped"})
	_, err := s.update(t, m.ID(), "", nil)
	fine(t, err)
	_, err = s.fly.Start(t.Context(), "web", m.ID(), "")
	wantStatus(t, err, 412)
	if !strings.Contains(err.Error(), "unable to start machine from current state: 'replacing'") {
		t.Errorf("error = %v", err)
	}
}

func TestLaunch(t *testing.T) {
	s := newSim(t, flysim.Options{CreateLag: 300 * time.Millisecond})
	in := fly.LaunchMachineInput{Region: "ams", Config: &fly.MachineConfig{Image: "nginx"}, LeaseTTL: 30}
	m, err := s.fly.Launch(t.Context(), "web", in)
	fine(t, err)
	if m.LeaseNonce == "" || m.Region != "ams" || m.ImageRef.Repository != "library/nginx" {
		t.Errorf("machine = %+v", m)
	}
	_, err = s.fly.Get(t.Context(), "web", m.ID)
	wantStatus(t, err, 404) // not known everywhere yet
	s.pass(t, time.Second)
	fine(t, s.wait(t, m, "started", time.Minute))
	if !s.app.Machine(m.ID).Healthy() {
		t.Error("a machine without checks is healthy once it started")
	}

	in.Region = "xyz"
	_, err = s.fly.Launch(t.Context(), "web", in)
	wantStatus(t, err, 400)
	in.Region = "waw" // closed
	_, err = s.fly.Launch(t.Context(), "web", in)
	wantStatus(t, err, 422)
	in.Region = "ams"
	s.FillRegion("ams", true)
	_, err = s.fly.Launch(t.Context(), "web", in)
	wantStatus(t, err, 409)
	if len(s.app.Machines()) != 1 {
		t.Errorf("%d machines, want 1", len(s.app.Machines()))
	}
}

func TestHostDown(t *testing.T) {
	s := newSim(t)
	m := s.machine(flysim.MachineSpec{})
	m.HostDown("unreachable")
	got := s.get(t, m.ID())
	if got.Config != nil || got.IncompleteConfig == nil || got.HostStatus != "unreachable" {
		t.Errorf("config %v, incomplete %v, host %s", got.Config, got.IncompleteConfig, got.HostStatus)
	}
	code, _ := send(t, s, "POST", "/v1/apps/web/machines/"+m.ID(), `{"config":`+string(m.Config())+`}`)
	if code != 503 {
		t.Errorf("update: %d, want 503", code)
	}
}
