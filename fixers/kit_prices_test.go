package fixers_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// The table is one ladder with one date. A size that is not on it has no price,
// rather than a wrong one.
func TestPrices(t *testing.T) {
	if _, err := time.Parse("2006-01", fixers.PricesAsOf); err != nil {
		t.Errorf("the prices have no date: %v", err)
	}
	for _, tt := range []struct {
		size  machineconfig.Guest
		usd   float64
		known bool
	}{
		{machineconfig.Guest{}, 2.02, true},
		{machineconfig.Guest{CPUKind: "shared", CPUs: 1, MemoryMB: 256}, 2.02, true},
		{machineconfig.Guest{CPUKind: "shared", CPUs: 1, MemoryMB: 512}, 3.32, true},
		{machineconfig.Guest{CPUKind: "shared", CPUs: 1, MemoryMB: 1024}, 5.92, true},
		{machineconfig.Guest{CPUKind: "shared", CPUs: 2, MemoryMB: 512}, 0, false},
		{machineconfig.Guest{CPUKind: "performance", CPUs: 1, MemoryMB: 2048}, 0, false},
		{machineconfig.Guest{CPUKind: "shared", CPUs: 1, MemoryMB: 256, GPUKind: "a10"}, 0, false},
	} {
		usd, known := fixers.MonthlyPrice(tt.size)
		if math.Abs(usd-tt.usd) > 0.005 || known != tt.known {
			t.Errorf("%+v: $%.2f, %v; want $%.2f, %v", tt.size, usd, known, tt.usd, tt.known)
		}
	}
}

// TestMoneyIsNeverSpentUnasked plans every fixture without consent to cost, and
// as --yes alone would: nothing that costs is a step, but for regions that the
// user named.
func TestMoneyIsNeverSpentUnasked(t *testing.T) {
	held := map[string]bool{}
	for _, f := range fixtures(t) {
		for _, allow := range []plan.Consent{{}, {Review: true}} {
			o := f.options()
			o.Allow = allow
			target := f.target(t)
			p, err := plan.Build(target, fixers.All(), o)
			if err != nil {
				t.Fatal(err)
			}
			for _, out := range p.Findings {
				if out.Costs && out.Outcome == plan.NeedsConsent {
					held[out.Rule] = true
				}
				if out.Costs && out.Outcome == plan.Planned && len(target.Settings.Regions) == 0 {
					t.Errorf("%s with %+v: %s spends money", f.name, allow, out.Rule)
				}
			}
			for _, s := range p.Steps {
				if spends(s) && (s.Kind != plan.StepClone || len(target.Settings.Regions) == 0) {
					t.Errorf("%s with %+v: step %s of %v spends money", f.name, allow, s.ID, s.Rules)
				}
			}
		}
	}
	for _, rule := range []string{"min-machines", "single-machine", "volume-snapshots"} {
		if !held[rule] {
			t.Errorf("no fixture holds %s back for its cost", rule)
		}
	}
}

// spends says whether a step adds a machine, keeps more of them up, or more
// snapshots.
func spends(s plan.Step) bool {
	switch s.Kind {
	case plan.StepClone, plan.StepVolume:
		return true
	case plan.StepMachine:
		for _, op := range s.Machine.Ops {
			var n int
			if op.Pointer == "/min_machines_running" && json.Unmarshal(op.Value, &n) == nil && n > 0 {
				return true
			}
		}
	}
	return false
}
