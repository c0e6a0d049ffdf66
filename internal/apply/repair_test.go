package apply_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// What is planned for a machine goes on from the version that its repair gave it.
func TestUpdateGoesOnFromTheRepair(t *testing.T) {
	sick := strings.TrimSuffix(config, "}") + `, "checks": {"bad": {"type": "http", "port": 8080, "path": "/nothing-here", "interval": "15s", "timeout": "2s"}}}`
	w := newWorld(t, flysim.MachineSpec{ID: "aaa", Config: json.RawMessage(sick)})
	w.patch([]machineconfig.Op{{Verb: machineconfig.VerbSet, Pointer: "/env/MORE", Value: json.RawMessage(`"1"`)}})
	w.plan.Steps[0].Machine.Repair = &plan.Repair{Ops: []machineconfig.Op{{Verb: machineconfig.VerbRemove, Pointer: "/checks/bad"}}, Since: epoch}
	rep, err := w.run()
	if got := string(w.app.Machine("aaa").Config()); err != nil || rep.Outcome != apply.Complete || strings.Contains(got, "nothing-here") || !strings.Contains(got, "MORE") {
		t.Errorf("%s, %v: %s", rep.Outcome, err, got)
	}
}

// A machine that rests with a check which nobody has seen pass loses it at rest; one
// that rests with something else is left alone. Neither is an update of this run's own.
func TestRepairAtRest(t *testing.T) {
	left := strings.TrimSuffix(config, "}") + `, "checks": {"bad": {"type": "http", "port": 8080, "path": "/nothing-here", "interval": "15s", "timeout": "2s"}}}`
	for _, atRest := range []bool{true, false} {
		w := newWorld(t, flysim.MachineSpec{ID: "aaa", State: "stopped", Config: json.RawMessage(left)})
		w.patch([]machineconfig.Op{{Verb: machineconfig.VerbSet, Pointer: "/env/MORE", Value: json.RawMessage(`"1"`)}})
		w.plan.Steps[0].Machine.Repair = &plan.Repair{Ops: []machineconfig.Op{{Verb: machineconfig.VerbRemove, Pointer: "/checks/bad"}}, Since: epoch, AtRest: atRest}
		_, err := w.run()
		w.ok(err)
		h, err := apply.ReadHistory(w.journals()[0])
		w.ok(err)
		m := w.app.Machine("aaa")
		if strings.Contains(string(m.Config()), "nothing-here") == atRest || len(m.Record().Boots) > 0 || len(h.Machines) != 1 || len(h.Machines[0].Ours) != 1 {
			t.Errorf("at rest %v: %d boots, %+v: %s", atRest, len(m.Record().Boots), h.Machines, m.Config())
		}
	}
}
