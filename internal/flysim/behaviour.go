package flysim

import (
	"time"
)

// Behaviour decides a run of a check. It is called with the platform locked,
// so it must not call its methods.
type Behaviour func(Probe) Outcome

// NeverHealthy fails every check.
func NeverHealthy(Probe) Outcome { return Outcome{Output: "connect: connection refused"} }

// AlwaysHealthy passes every check.
func AlwaysHealthy(Probe) Outcome { return Outcome{Passing: true, Output: "ok"} }

// UnhealthyAfterUpdate passes the checks of a machine until it is updated.
func UnhealthyAfterUpdate(p Probe) Outcome {
	if p.Updates > 0 {
		return NeverHealthy(p)
	}
	return AlwaysHealthy(p)
}

// Behave replaces what decides the checks of this machine alone, from their
// next run on. Nil gives it back to the app.
func (m *Machine) Behave(b Behaviour) {
	m.p.lock()
	defer m.p.mu.Unlock()
	m.behaviour = b
}

// CrashWhen scripts crashes: the process dies that long after each boot for
// which crash is true.
func (m *Machine) CrashWhen(f func(Boot) (after time.Duration, crash bool)) {
	m.p.lock()
	defer m.p.mu.Unlock()
	m.crash = f
}

// CrashLoopAfterUpdate has every boot after an update end 2 s later.
func (m *Machine) CrashLoopAfterUpdate() {
	m.CrashWhen(func(b Boot) (time.Duration, bool) { return 2 * time.Second, b.Updates > 0 })
}

// FailNextUpdate has the next update end in state "failed".
func (m *Machine) FailNextUpdate() {
	m.p.lock()
	defer m.p.mu.Unlock()
	m.failNext = "failed"
}
