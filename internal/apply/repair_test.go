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
