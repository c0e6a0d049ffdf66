package undo_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/linepatch"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/internal/undo"
	"github.com/fly-standards/fly-standards/plan"
)

const (
	before = "app = \"shop\"\n\n[env]\n  PORT = \"8080\"\n"
	after  = "app = \"shop\"\n\n[env]\n  PORT = \"8080\"\n\n[deploy]\n  strategy = \"rolling\"\n"
	mark   = "20261102T090000Z-1"
)

func config(t *testing.T, text string) machineconfig.Config {
	t.Helper()
	c, err := machineconfig.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// machine is started and has no checks, so it is healthy.
func machine(t *testing.T, id, rest string) live.Machine {
	t.Helper()
	return live.Machine{
		ID: id, State: "started", Region: "iad", Version: "v2", HostStatus: "ok", Image: "registry.fly.io/shop@sha256:1",
		Config: config(t, `{"metadata":{"fly_platform_version":"v2","fly_process_group":"app"}`+rest+`}`),
	}
}

// always is what taking a restart policy back means.
var always = []machineconfig.Op{{Verb: machineconfig.VerbSet, Pointer: "/restart/policy", Value: json.RawMessage(`"no"`), If: json.RawMessage(`"always"`)}}

const (
	ours   = `,"restart":{"policy":"always"}`
	theirs = `,"restart":{"policy":"on-failure"}`
	old    = `,"restart":{"policy":"no"}`
)

func pastMachine(id string) apply.PastMachine {
	return apply.PastMachine{ID: id, Group: "app", Region: "iad", State: "started", Inverse: always, Version: "v2", Ours: []string{"v2"}, Well: true}
}

func pastFile(t *testing.T) *apply.PastFile { return way(t, before, after) }

func way(t *testing.T, before, after string) *apply.PastFile {
	t.Helper()
	p, err := linepatch.New([]byte(after), []byte(before))
	if err != nil {
		t.Fatal(err)
	}
	return &apply.PastFile{BeforeSHA256: linepatch.Sum([]byte(before)), AfterSHA256: linepatch.Sum([]byte(after)), Back: p}
}

// envs is a file with these entries.
func envs(names ...string) string {
	return "[env]\n  " + strings.Join(names, " = \"1\"\n  ") + " = \"1\"\n"
}

// show is a plan in a few words.
func show(p *plan.Plan) []string {
	out := []string{}
	for _, s := range p.Steps {
		text := s.ID
		if s.Machine != nil && s.Machine.Repair != nil {
			text += " repair"
		}
		out = append(out, text)
	}
	return out
}

func world(t *testing.T, file string, app *live.App) undo.World {
	t.Helper()
	f, err := flytoml.Parse("fly.toml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return undo.World{File: f, Path: "fly.toml", App: app, Offline: plan.OfflineNoToken}
}

func TestFile(t *testing.T) {
	restored := pastFile(t)
	restored.Restored = true
	unknown := pastFile(t)
	unknown.Back = nil
	twice := func(wrote bool) *apply.PastFile {
		second := way(t, envs("A"), envs("A", "B"))
		second.Wrote, second.Earlier = wrote, way(t, envs("A"), envs("A", "B", "C"))
		return second
	}
	for _, c := range []struct {
		name, file string
		past       *apply.PastFile
		want       string // "": no step
		stays      string
	}{
		{"as it was left", after, pastFile(t), before, ""},
		{"already back", before, pastFile(t), "", ""},
		{"put back by the apply", after, restored, "", ""},
		{"not touched by it", after, nil, "", ""},
		{"edited above", "# mine\n" + after, pastFile(t), "# mine\n" + before, ""},
		{"our line edited", strings.Replace(after, "rolling", "canary", 1), pastFile(t), "", "were edited since"},
		{"other line ends", strings.ReplaceAll(after, "\n", "\r\n"), pastFile(t), strings.ReplaceAll(before, "\n", "\r\n"), ""},
		{"other line ends, and edited", "# mine\r\n" + strings.ReplaceAll(after, "\n", "\r\n"), pastFile(t), "# mine\r\n" + strings.ReplaceAll(before, "\n", "\r\n"), ""},
		{"line ends of both kinds", strings.Replace(after, "\n", "\r\n", strings.Count(after, "\n")-1), pastFile(t), "", "were edited since"},
		{"not on record", after, unknown, "", "would hold a secret value"},
		{"a line below ours", after + "  max_unavailable = 1\n", pastFile(t), "", "were edited since"},
		{"killed while it was written once more", "# mine\n" + envs("A", "B", "C"), twice(false), "# mine\n" + envs("A"), ""},
		{"written once more, and somebody has the first lines", "# mine\n" + envs("A", "B", "C"), twice(true), "", "were edited since"},
		{"invalid with the old line", envs("B", "C", "D", "E", "A"), way(t, envs("A", "B", "C", "D", "E"), envs("B", "C", "D", "E")), "", "it would not be valid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := undo.New(apply.History{App: "shop", Path: "fly.toml", File: c.past}, world(t, c.file, nil))
			got := ""
			for _, s := range u.Plan.Steps {
				got += string(s.EditFile.Content)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if stays := strings.Join(u.Stays, " "); !strings.Contains(stays, c.stays) || c.stays == "" && stays != "" {
				t.Errorf("stays: %q", stays)
			}
			if u.Settled != (c.want == "" && c.stays == "") {
				t.Errorf("settled is %v", u.Settled)
			}
		})
	}
}

// Another file goes back where it is what the apply left, and in its lines where it was
// edited since; one that is so already, of another fly.toml or gone is left alone.
func TestOtherFiles(t *testing.T) {
	const was, left = "a\nb\n", "a\nc\n"
	p := way(t, was, left)
	past := apply.PastOther{File: "x", BeforeSHA256: p.BeforeSHA256, AfterSHA256: p.AfterSHA256, Back: p.Back}
	for name, c := range map[string]struct {
		now    string
		change func(*apply.PastOther, *undo.World)
		steps  int
		stays  string
	}{
		"ours":             {left, nil, 1, ""},
		"edited since":     {"new\n" + left, nil, 1, ""},
		"back already":     {was, nil, 0, ""},
		"gone":             {"", nil, 0, "it is gone"},
		"put back":         {left, func(o *apply.PastOther, _ *undo.World) { o.Restored = true }, 0, ""},
		"no way back":      {left, func(o *apply.PastOther, _ *undo.World) { o.Back = nil }, 0, "would hold a secret value"},
		"another fly.toml": {left, func(_ *apply.PastOther, w *undo.World) { w.Other = true }, 0, "which is another file"},
	} {
		o, w := past, world(t, before, nil)
		w.Others = func(string) ([]byte, bool, error) { return []byte(c.now), c.now != "", nil }
		if c.change != nil {
			c.change(&o, &w)
		}
		u := undo.New(apply.History{App: "shop", Others: []apply.PastOther{o}}, w)
		if stays := strings.Join(u.Stays, " "); len(u.Plan.Steps) != c.steps || !strings.Contains(stays, c.stays) || c.stays == "" && stays != "" {
			t.Errorf("%s: %v, stays %q", name, show(u.Plan), stays)
		}
	}
}

func TestMachines(t *testing.T) {
	with := func(m live.Machine, change func(*live.Machine)) live.Machine { change(&m); return m }
	sick := with(machine(t, "a", ours+`,"checks":{"x":{"type":"tcp","port":1}}`), func(m *live.Machine) {
		m.Checks = []live.Check{{Name: "x", Status: "critical"}}
	})
	incomplete := pastMachine("a")
	incomplete.Incomplete = true
	for _, c := range []struct {
		name  string
		past  apply.PastMachine
		now   []live.Machine
		want  []string
		stays string
		later bool
	}{
		{"ours", pastMachine("a"), []live.Machine{machine(t, "a", ours)}, []string{"machine:a"}, "", false},
		{"back already", pastMachine("a"), []live.Machine{machine(t, "a", old)}, []string{}, "", false},
		{"somebody else's value", pastMachine("a"), []live.Machine{machine(t, "a", theirs)}, []string{}, "1 value that the apply set was changed since", false},
		{"gone", pastMachine("a"), nil, []string{}, "no longer there", false},
		{"put back by the apply", apply.PastMachine{ID: "a", Inverse: always, Back: true}, []live.Machine{machine(t, "a", ours)}, []string{}, "", false},
		{"not all on record", incomplete, []live.Machine{machine(t, "a", ours)}, []string{"machine:a"}, "that may hold a secret are not restored", false},
		{"host away", pastMachine("a"), []live.Machine{{ID: "a", HostStatus: "unreachable"}}, []string{}, "its host is unreachable", true},
		{"standby", pastMachine("a"), []live.Machine{machine(t, "a", ours+`,"standbys":["b"]`)}, []string{}, "it is a standby", true},
		{"sick of it", pastMachine("a"), []live.Machine{sick}, []string{"machine:a repair"}, "", false},
		{"crashed of it", pastMachine("a"), []live.Machine{with(machine(t, "a", ours), func(m *live.Machine) { m.State = "stopped" })}, []string{"machine:a repair"}, "", false},
		{"put to sleep", pastMachine("a"), []live.Machine{with(machine(t, "a", ours), func(m *live.Machine) { m.State = "suspended" })}, []string{"machine:a"}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := undo.New(apply.History{App: "shop", Machines: []apply.PastMachine{c.past}}, world(t, before, &live.App{Name: "shop", Machines: c.now}))
			if diff := cmp.Diff(c.want, show(u.Plan)); diff != "" {
				t.Error(diff)
			}
			if stays := strings.Join(u.Stays, " "); !strings.Contains(stays, c.stays) || c.stays == "" && stays != "" {
				t.Errorf("stays: %q", stays)
			}
			if got := len(u.Plan.LeftAlone) > 0; got != c.later {
				t.Errorf("another undo may take it back: %v", got)
			}
			if c.name == "the only one that runs" && !strings.Contains(u.Stays[0], "run `fly machine start a` first") {
				t.Errorf("it does not say how: %q", u.Stays)
			}
			for _, s := range u.Plan.Steps {
				if s.Machine.Version != "v2" || s.Machine.Image == "" {
					t.Errorf("not guarded: %+v", s.Machine)
				}
			}
		})
	}
}

func TestClones(t *testing.T) {
	clone := machine(t, "c", "")
	clone.Config = config(t, `{"metadata":{"fly_platform_version":"v2","fly_standards_clone":"`+mark+`"}}`)
	withVolume := clone
	withVolume.Config = config(t, `{"mounts":[{"volume":"vol_1","path":"/d"}],"metadata":{"fly_platform_version":"v2","fly_standards_clone":"`+mark+`"}}`)
	h := apply.History{App: "shop", Clones: []apply.PastClone{{Machine: "c", Source: "a", Region: "lhr", Marker: mark}}}
	a := machine(t, "a", "")
	scaled, surplus := clone, clone // by `fly scale count`, which copies metadata; by a request that arrived twice
	scaled.ID, scaled.Name, scaled.CreatedAt = "d", "still-moon-4711", clone.CreatedAt.Add(time.Second)
	surplus.ID, surplus.Name, surplus.CreatedAt = "e", mark, clone.CreatedAt.Add(time.Hour)
	asleep := a
	asleep.State = "stopped"
	unmanaged, cordoned := a, machine(t, "a", `,"services":[{"protocol":"tcp","internal_port":8080,"autostart":true}]`)
	unmanaged.Config = config(t, `{"metadata":{"fly_process_group":"app"}}`)
	cordoned.State, cordoned.Cordoned = "stopped", true
	resting, unused := clone, clone
	resting.State, unused.Cordoned = "stopped", true
	unused.Config = config(t, `{"services":[{"protocol":"tcp","internal_port":8080}],"metadata":{"fly_platform_version":"v2","fly_standards_clone":"`+mark+`"}}`)
	for _, c := range []struct {
		name  string
		app   *live.App
		want  []string
		stays int
		later bool
	}{
		{"there", &live.App{Machines: []live.Machine{a, clone}}, []string{"destroy:c"}, 0, false},
		{"copied by others", &live.App{Machines: []live.Machine{a, clone, scaled}}, []string{"destroy:c"}, 1, false},
		{"gone, and copied by others", &live.App{Machines: []live.Machine{a, scaled}}, []string{}, 1, false},
		{"made twice", &live.App{Machines: []live.Machine{a, clone, surplus}}, []string{"destroy:c", "destroy:e"}, 0, false},
		{"made twice, and the one on record is gone", &live.App{Machines: []live.Machine{a, scaled, surplus}}, []string{"destroy:e"}, 1, false},
		{"the only one left", &live.App{Machines: []live.Machine{clone}}, []string{}, 1, true},
		{"the only one that runs", &live.App{Machines: []live.Machine{asleep, clone}}, []string{}, 1, true},
		{"the only one that is managed", &live.App{Machines: []live.Machine{unmanaged, clone}}, []string{}, 1, true},
		{"the other one gets no requests", &live.App{Machines: []live.Machine{cordoned, clone}}, []string{}, 1, true},
		{"at rest like the other one", &live.App{Machines: []live.Machine{asleep, resting}}, []string{"destroy:c"}, 0, false},
		{"without requests like the other one", &live.App{Machines: []live.Machine{asleep, unused}}, []string{"destroy:c"}, 0, false},
		{"made twice, and nothing else", &live.App{Machines: []live.Machine{clone, surplus}}, []string{"destroy:c"}, 1, true},
		{"gone", &live.App{}, []string{}, 0, false},
		{"it got a volume", &live.App{Machines: []live.Machine{withVolume}}, []string{}, 1, false},
		{"it lost its mark", &live.App{Machines: []live.Machine{machine(t, "c", "")}}, []string{}, 1, false},
		{"host away", &live.App{Machines: []live.Machine{{ID: "c", HostStatus: "unreachable"}}}, []string{}, 1, true},
		{"offline", nil, []string{}, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := undo.New(h, world(t, before, c.app))
			if diff := cmp.Diff(c.want, show(u.Plan)); diff != "" || len(u.Stays) != c.stays {
				t.Errorf("%s\nstays %q", diff, u.Stays)
			}
			if got := len(u.Plan.LeftAlone) > 0; got != c.later {
				t.Errorf("another undo may take it back: %v", got)
			}
		})
	}
}

// A run that was cut off before it heard the id knows its machine by the name.
func TestCloneWithoutAnID(t *testing.T) {
	clone := machine(t, "c", "")
	clone.Name = mark
	clone.Config = config(t, `{"metadata":{"fly_platform_version":"v2","fly_standards_clone":"`+mark+`"}}`)
	scaled := clone
	scaled.ID, scaled.Name = "b", "still-moon-4711"
	h := apply.History{App: "shop", Clones: []apply.PastClone{{Source: "a", Region: "lhr", Marker: mark}}}
	u := undo.New(h, world(t, before, &live.App{Machines: []live.Machine{machine(t, "a", ""), scaled, clone}}))
	if diff := cmp.Diff([]string{"destroy:c"}, show(u.Plan)); diff != "" || len(u.Stays) != 1 {
		t.Errorf("%s\nstays %q", diff, u.Stays)
	}
}

// The other machine would be started for a request now, and not any more when
// the undo has taken that back: the one that runs is not promised to go.
func TestTheLastThatServesAfterTheUndo(t *testing.T) {
	service := `,"services":[{"protocol":"tcp","internal_port":8080,"ports":[{"port":80}],"autostart":true}]`
	a := machine(t, "a", service)
	a.State = "stopped"
	clone := machine(t, "c", "")
	clone.Config = config(t, `{"metadata":{"fly_platform_version":"v2","fly_standards_clone":"`+mark+`"}`+service+`}`)
	past := pastMachine("a")
	past.State = "stopped"
	past.Inverse = []machineconfig.Op{{
		Verb: machineconfig.VerbSet, Service: &machineconfig.ServiceKey{Protocol: "tcp", InternalPort: 8080, Ports: []string{"80"}},
		Pointer: "/autostart", Value: json.RawMessage(`false`), If: json.RawMessage(`true`),
	}}
	h := apply.History{App: "shop", Machines: []apply.PastMachine{past}, Clones: []apply.PastClone{{Machine: "c", Source: "a", Region: "lhr", Marker: mark}}}
	u := undo.New(h, world(t, before, &live.App{Machines: []live.Machine{a, clone}}))
	if diff := cmp.Diff([]string{"machine:a"}, show(u.Plan)); diff != "" || len(u.Stays) != 1 {
		t.Errorf("%s\nstays %q", diff, u.Stays)
	}
}

func TestMigratedSecretsStay(t *testing.T) {
	u := undo.New(apply.History{App: "shop", Migrated: []string{"A", "B"}, Secrets: []string{"A"}}, world(t, before, nil))
	if len(u.Stays) != 2 || !strings.HasPrefix(u.Stays[0], "A") || !strings.HasPrefix(u.Stays[1], "B") || u.Settled || u.Plan.Changes() {
		t.Errorf("settled %v, stays %q", u.Settled, u.Stays)
	}
	app := &live.App{Name: "shop", Machines: []live.Machine{machine(t, "a", ours)}}
	u = undo.New(apply.History{App: "shop", Migrated: []string{"A"}, Machines: []apply.PastMachine{pastMachine("a")}}, world(t, before, app))
	if !u.Plan.Steps[0].Machine.Secrets {
		t.Error("the machine may boot before the secrets have reached it")
	}
}

// A machine bears what one run gave it: another one, whose own answer was lost
// minutes before, has no say.
func TestLeftByAnotherRun(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	sick := machine(t, "a", ours+`,"checks":{"x":{"type":"tcp","port":1}}`)
	sick.Checks, sick.UpdatedAt = []live.Check{{Name: "x", Status: "critical"}}, now
	asked, gave := pastMachine("a"), pastMachine("a")
	asked.Well, asked.Ours, asked.Asked, asked.Replaced = false, nil, now.Add(-time.Minute), "v1"
	if left, _ := undo.Left([]apply.History{{ID: "1", App: "shop", Machines: []apply.PastMachine{asked}}, {ID: "2", App: "shop", Machines: []apply.PastMachine{gave}}},
		&live.App{Name: "shop", Machines: []live.Machine{sick}}); len(left) > 0 {
		t.Errorf("got %v", left)
	}
}

// Only what a run of ours left, on a machine that is sick, and that nobody has
// touched since, is repaired.
func TestLeft(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	sick := machine(t, "a", ours+`,"checks":{"x":{"type":"tcp","port":1}}`)
	sick.Checks, sick.UpdatedAt = []live.Check{{Name: "x", Status: "critical"}}, now
	healthy := machine(t, "a", ours)
	healthy.UpdatedAt = now
	asleep := machine(t, "a", ours+`,"services":[{"protocol":"tcp","internal_port":1,"checks":[{"type":"tcp"}]}]`)
	asleep.State = "stopped"
	take := machineconfig.Op{Verb: machineconfig.VerbTake, Service: &machineconfig.ServiceKey{Protocol: "tcp", InternalPort: 1}, Pointer: "/checks", Value: json.RawMessage(`{"type":"tcp"}`)}
	bad := pastMachine("a")
	bad.Well = false
	change := func(f func(*apply.PastMachine)) apply.PastMachine { p := bad; f(&p); return p }
	for _, c := range []struct {
		name string
		run  apply.History
		now  live.Machine
		want bool
	}{
		{"sick of ours", apply.History{App: "shop", Machines: []apply.PastMachine{bad}}, sick, true},
		{"healthy", apply.History{App: "shop", Machines: []apply.PastMachine{bad}}, healthy, false},
		{"was seen healthy with it", apply.History{App: "shop", Machines: []apply.PastMachine{pastMachine("a")}}, sick, false},
		{"at rest with a check that nobody has seen pass", apply.History{App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) {
			p.State, p.Inverse = "stopped", append(slices.Clone(always), take)
		})}}, asleep, true},
		{"at rest with a check that was tested on nobody", apply.History{ID: "x", App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) {
			p.State, p.Unproven, p.Inverse = "stopped", true, append(slices.Clone(always), take)
		})}}, asleep, true},
		{"at rest with a check that another one passed", apply.History{ID: "x", App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) {
			p.State, p.Unproven, p.Inverse = "stopped", true, append(slices.Clone(always), take)
		}), pastMachine("b")}}, asleep, false},
		{"at rest with something else", apply.History{App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) { p.State = "stopped" })}}, asleep, false},
		{"put back", apply.History{App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) { p.Back = true })}}, sick, false},
		{"updated since", apply.History{App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) { p.Ours = []string{"v1"} })}}, sick, false},
		{"another app", apply.History{App: "other", Machines: []apply.PastMachine{bad}}, sick, false},
		{"of an undo", apply.History{App: "shop", Undo: "x", Machines: []apply.PastMachine{bad}}, sick, false},
		{"asked for just before", apply.History{App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) {
			p.Ours, p.Asked, p.Replaced = nil, now.Add(-time.Second), "v1"
		})}}, sick, true},
		{"asked for, and not done", apply.History{App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) {
			p.Ours, p.Asked, p.Replaced = nil, now.Add(-time.Second), "v2"
		})}}, sick, false},
		{"updated before it was asked for", apply.History{App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) {
			p.Ours, p.Asked, p.Replaced = nil, now.Add(2*time.Minute), "v1"
		})}}, sick, false},
		{"asked for long ago", apply.History{App: "shop", Machines: []apply.PastMachine{change(func(p *apply.PastMachine) {
			p.Ours, p.Asked, p.Replaced = nil, now.Add(-time.Hour), "v1"
		})}}, sick, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := &live.App{Name: "shop", Machines: []live.Machine{c.now}}
			left, without := undo.Left([]apply.History{c.run}, app)
			if _, got := left["a"]; got != c.want {
				t.Fatalf("got %v", left)
			}
			has := func(app *live.App) bool {
				return slices.ContainsFunc(app.Machines, func(m live.Machine) bool { return strings.Contains(string(m.Config.JSON()), `"always"`) })
			}
			if has(without) == c.want || !has(app) {
				t.Error("the app to plan from is not the one without it, or the app that was given has changed")
			}
		})
	}
}

// A machine that was healthy with a change, and is not any more, bears what an earlier
// run left where that run was to be taken back, and the undo did not reach it.
func TestLeftByAnUndo(t *testing.T) {
	sick := machine(t, "a", ours+`,"checks":{"x":{"type":"tcp","port":1}}`)
	sick.Checks = []live.Check{{Name: "x", Status: "critical"}}
	run := apply.History{ID: "x", App: "shop", Machines: []apply.PastMachine{pastMachine("a")}}
	for name, c := range map[string]struct {
		undo apply.History
		want bool
	}{
		"it did not":     {apply.History{App: "shop", Undo: "x", Machines: []apply.PastMachine{pastMachine("b")}}, true},
		"it did":         {apply.History{App: "shop", Undo: "x", Machines: []apply.PastMachine{pastMachine("a")}}, false},
		"it failed":      {apply.History{App: "shop", Undo: "x", Machines: []apply.PastMachine{{ID: "a"}}}, true},
		"of another run": {apply.History{App: "shop", Undo: "y"}, false},
	} {
		left, _ := undo.Left([]apply.History{run, c.undo}, &live.App{Name: "shop", Machines: []live.Machine{sick}})
		if _, got := left["a"]; got != c.want {
			t.Errorf("%s: %v", name, left)
		}
	}
}

// A clone that a killed run left, and that fails what it was given, is repaired as
// a machine is; one that was seen to be well is not.
func TestCloneIsLeftLikeAMachine(t *testing.T) {
	clone := machine(t, "c", ours+`,"checks":{"x":{"type":"tcp","port":1}}`)
	clone.Name, clone.Checks = mark, []live.Check{{Name: "x", Status: "critical"}}
	clone.Config, _, _ = machineconfig.Apply(clone.Config, []machineconfig.Op{{Verb: machineconfig.VerbSet, Pointer: "/metadata/" + apply.CloneMarker, Value: json.RawMessage(`"` + mark + `"`)}})
	for _, well := range []bool{false, true} {
		as := pastMachine("")
		as.Well = well
		h := apply.History{ID: "1", App: "shop", Clones: []apply.PastClone{{Source: "a", Region: "lhr", Marker: mark, As: as}}}
		left, _ := undo.Left([]apply.History{h}, &live.App{Name: "shop", Machines: []live.Machine{machine(t, "a", old), clone}})
		if _, there := left["c"]; there == well {
			t.Errorf("well %v: %v", well, left)
		}
	}
}
