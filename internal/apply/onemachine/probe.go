package onemachine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

// minTopInterval is the least that the platform takes for a top-level check;
// one of a service may come every second.
const minTopInterval = 2 * time.Second

// probePrefix begins the names of top-level checks that stand in for a proof.
const probePrefix = "standards-proof-"

// ProbeOps are the ops of a machine with each new service check made a
// top-level check on the port that it would ask.
func ProbeOps(s *plan.MachineStep) ([]machineconfig.Op, error) {
	ops := slices.Clone(s.Ops)
	used := map[string]bool{}
	for _, i := range s.Proof {
		if i < 0 || i >= len(ops) || ops[i].Service == nil || ops[i].Verb != machineconfig.VerbAppend {
			return nil, fmt.Errorf("plan step of machine %s: op %d does not add a service check", s.ID, i)
		}
		var check map[string]any
		if err := json.Unmarshal(ops[i].Value, &check); err != nil {
			return nil, fmt.Errorf("plan step of machine %s: op %d has no check: %w", s.ID, i, err)
		}
		port := strconv.Itoa(ops[i].Service.InternalPort)
		if p, ok := check["port"].(float64); ok && p != 0 {
			port = strconv.Itoa(int(p))
		} else {
			check["port"] = ops[i].Service.InternalPort
		}
		if d, err := time.ParseDuration(fmt.Sprint(check["interval"])); err == nil && d < minTopInterval {
			check["interval"] = minTopInterval.String()
		}
		name := probePrefix + port
		for n := 2; used[name]; n++ {
			name = probePrefix + port + "-" + strconv.Itoa(n)
		}
		used[name] = true
		value, err := json.Marshal(check)
		if err != nil {
			return nil, err
		}
		ops[i] = machineconfig.Op{Verb: machineconfig.VerbSet, Pointer: machineconfig.Pointer("checks", name), Value: value}
	}
	return ops, nil
}

// IsProbe says whether an op is about a check that is there for a proof only.
func IsProbe(op machineconfig.Op) bool {
	return op.Service == nil && strings.HasPrefix(op.Pointer, machineconfig.Pointer("checks", probePrefix))
}

// LeftProbes take away what an apply that was cut short has left.
func LeftProbes(was machineconfig.Config) []machineconfig.Op {
	var ops []machineconfig.Op
	for _, name := range slices.Sorted(maps.Keys(was.Checks())) {
		if strings.HasPrefix(name, probePrefix) {
			ops = append(ops, machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: machineconfig.Pointer("checks", name)})
		}
	}
	if len(ops) > 0 {
		ops = append(ops, machineconfig.Op{Verb: machineconfig.VerbRemove, Pointer: machineconfig.Pointer("checks"), If: json.RawMessage("{}")})
	}
	return ops
}
