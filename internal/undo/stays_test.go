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
