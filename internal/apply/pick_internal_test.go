package apply

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// Who counts for the floor, and who is well.
func TestWhoCountsForTheFloor(t *testing.T) {
	cfg, err := machineconfig.Parse([]byte(`{"metadata":{"fly_platform_version":"v2"},"services":[{"protocol":"tcp","internal_port":1}]}`))
	if err != nil {
		t.Fatal(err)
	}
	machine := func(id, state string, change func(*live.Machine)) live.Machine {
		m := live.Machine{ID: id, State: state, HostStatus: "ok", Image: "x@sha256:1", Config: cfg}
		if change != nil {
			change(&m)
		}
		return m
	}
	asked := []live.Event{{Type: "exit", RequestedStop: true}}
	all := []live.Machine{
		machine("up", "started", nil),
		machine("boots", "starting", nil),
		machine("cordoned", "started", func(m *live.Machine) { m.Cordoned = true }),
		machine("host away", "started", func(m *live.Machine) { m.HostStatus, m.Config = "unreachable", machineconfig.Config{} }),
		machine("died", "stopped", nil),
		machine("put to sleep", "stopped", func(m *live.Machine) { m.Events = asked }),
		machine("rested before", "stopped", nil),
		machine("others'", "started", func(m *live.Machine) { m.HostStatus = "unreachable" }),
	}
	g := &group{seen: map[string]bool{"up": true, "host away": true, "died": true, "put to sleep": true}}
	got := newRollout(&run{}).floor(g, all)
	want := floorNow{started: 4, healthy: 1, atOnce: 2, floor: 2, unhealthy: []string{"boots", "host away", "died"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(floorNow{})); diff != "" {
		t.Error(diff)
	}
}

func TestChoose(t *testing.T) {
	cfg, err := machineconfig.Parse([]byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	up := func(id, region string) live.Machine {
		return live.Machine{ID: id, Region: region, State: "started", Config: cfg}
	}
	booting := func(id, region string) live.Machine {
		return live.Machine{ID: id, Region: region, State: "starting", Config: cfg}
	}
	cases := []struct {
		name       string
		all        []live.Machine
		candidates int // the first of all
		f          floorNow
		first      bool
		want       []string
	}{
		{"first goes alone", []live.Machine{up("a", "x"), up("b", "x"), up("c", "x"), up("d", "x")}, 4, floorNow{started: 4, healthy: 4, atOnce: 2, floor: 2}, true, []string{"a"}},
		{"at most so many", []live.Machine{up("a", "x"), up("b", "x"), up("c", "x"), up("d", "x")}, 4, floorNow{started: 4, healthy: 4, atOnce: 2, floor: 2}, false, []string{"a", "b"}},
		{"fewer when one is down", []live.Machine{up("a", "x"), up("b", "x"), up("c", "x"), booting("d", "x")}, 4, floorNow{started: 4, healthy: 3, atOnce: 2, floor: 2}, false, []string{"a"}},
		{"none at the floor", []live.Machine{up("a", "x"), up("b", "x"), booting("c", "x")}, 3, floorNow{started: 3, healthy: 2, atOnce: 1, floor: 2}, false, nil},
		{"an unhealthy one is left", []live.Machine{booting("a", "x"), up("b", "x"), up("c", "x"), up("d", "x")}, 4, floorNow{started: 4, healthy: 3, atOnce: 2, floor: 2}, false, []string{"b"}},
		{"a lone one is taken as it is", []live.Machine{booting("a", "x")}, 1, floorNow{started: 1, atOnce: 1}, true, []string{"a"}},
		{"never a whole region", []live.Machine{up("a", "x"), up("b", "x"), up("c", "y"), up("d", "y")}, 4, floorNow{started: 4, healthy: 4, atOnce: 3, floor: 1}, false, []string{"a", "c"}},
		{"a sick one carries no region", []live.Machine{up("a", "x"), up("b", "x"), booting("c", "x"), up("d", "y"), up("e", "y")}, 5, floorNow{started: 5, healthy: 4, atOnce: 3, floor: 1}, false, []string{"a", "d"}},
		{"one region only", []live.Machine{up("a", "x"), up("b", "x")}, 2, floorNow{started: 2, healthy: 2, atOnce: 2}, false, []string{"a", "b"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, m := range choose(c.all[:c.candidates], c.all, c.f, c.first) {
				got = append(got, m.ID)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Ctrl-C ends the wait for the floor, not its deadline.
func TestInterruptEndsTheWaitForTheFloor(t *testing.T) {
	well, sick := serving(t, "a", "a", ""), serving(t, "b", "b", "")
	sick.Config = parse(t, `{"metadata":{"fly_platform_version":"v2","fly_process_group":"app"},"checks":{"x":{"type":"http","path":"/"}}}`)
	sick.Checks = []live.Check{{Name: "x", Status: "critical", UpdatedAt: noon}}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	clk := clock.NewVirtual(noon)
	r, err := newRun(ctx, &plan.Plan{}, Deps{Machines: listed{all: []live.Machine{well, sick}}, Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	g := &group{name: "app", pending: map[string]plan.Step{"a": {Machine: &plan.MachineStep{ID: "a"}}}, seen: map[string]bool{"a": true, "b": true}}
	for name, wait := range map[string]func() error{
		"before the run": func() error { return r.rollout.waitForFloor(t.Context(), g) },
		"in it":          func() error { _, err := r.rollout.pick(t.Context(), g, []live.Machine{well, sick}); return err },
	} {
		if err := wait(); !errors.Is(err, errInterrupted) {
			t.Errorf("%s: %v at %s", name, err, clk.Now())
		}
	}
}
