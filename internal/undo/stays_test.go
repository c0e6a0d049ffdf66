package undo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/undo"
)

// A blue-green deploy replaces all machines by new ones.
func TestReplacedMachinesAreToldOnce(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	h := apply.History{App: "shop", At: at, Machines: []apply.PastMachine{pastMachine("a"), pastMachine("b"), pastMachine("c")}}
	newer := machine(t, "x", ours)
	newer.CreatedAt = at.Add(time.Hour)
	for want, app := range map[string]*live.App{
		"machines a, b and c: no longer there; a machine created since keeps what it was deployed with until the next deploy": {Machines: []live.Machine{newer}},
		"machines a, b and c: no longer there": {},
	} {
		u := undo.New(h, world(t, before, app))
		if diff := cmp.Diff([]string{want}, u.Stays); diff != "" || u.Partly {
			t.Errorf("partly %v, %s", u.Partly, diff)
		}
	}
}

// That a secret is there still is said only of one that was seen.
func TestSecretsAreLookedAt(t *testing.T) {
	h := apply.History{App: "shop", Migrated: []string{"A", "B"}, Secrets: []string{"A", "B"}}
	for want, app := range map[string]*live.App{
		"A and B: stored as secrets by this apply, and not read now": nil,
		"A and B: still secrets of the app":                          {Secrets: []live.Secret{{Name: "A"}, {Name: "B"}}},
		"A: out of [env], and no longer a secret of the app":         {Secrets: []live.Secret{{Name: "B"}}},
	} {
		u := undo.New(h, world(t, before, app))
		if !strings.Contains(strings.Join(u.Stays, "\n"), want) {
			t.Errorf("no %q in %q", want, u.Stays)
		}
	}
}

// What Fly was asked for and did not answer may come behind this look: a machine
// for some minutes, an update while the lease that it was sent under lasts. Then
// this undo is not the last word.
func TestWhatMayStillCome(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	asked := func(ago time.Duration) apply.PastMachine {
		return apply.PastMachine{ID: "a", Group: "app", State: "started", Inverse: always, Replaced: "v2", Asked: now.Add(-ago)}
	}
	clone := func(ago time.Duration, id string) apply.PastClone {
		return apply.PastClone{Machine: id, Source: "a", Region: "lhr", Marker: mark, As: apply.PastMachine{Asked: now.Add(-ago)}}
	}
	another, answered := asked(time.Second), asked(time.Second)
	another.Replaced, answered.Asked = "v1", time.Time{}
	for name, c := range map[string]struct {
		h    apply.History
		open bool
	}{
		"an update of a second ago":                      {apply.History{Machines: []apply.PastMachine{asked(time.Second)}}, true},
		"its lease is over":                              {apply.History{Machines: []apply.PastMachine{asked(time.Minute)}}, false},
		"somebody updated the machine, so it is refused": {apply.History{Machines: []apply.PastMachine{another}}, false},
		"it was answered":                                {apply.History{Machines: []apply.PastMachine{answered}}, false},
		"a machine of a minute ago":                      {apply.History{Clones: []apply.PastClone{clone(time.Minute, "")}}, true},
		"it is too long ago":                             {apply.History{Clones: []apply.PastClone{clone(time.Hour, "")}}, false},
		"it came, and is gone":                           {apply.History{Clones: []apply.PastClone{clone(time.Minute, "c")}}, false},
	} {
		c.h.App = "shop"
		w := world(t, before, &live.App{Machines: []live.Machine{machine(t, "a", old)}})
		w.Now = now
		if u := undo.New(c.h, w); u.Partly != c.open || u.Settled == c.open || len(u.Plan.Steps) > 0 {
			t.Errorf("%s: partly %v, settled %v, stays %q", name, u.Partly, u.Settled, u.Stays)
		}
	}
}
