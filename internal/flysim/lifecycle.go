package flysim

import "time"

// How long things take. They are the same for all machines, so that a test
// can be read.
const (
	replaceTime = 1500 * time.Millisecond // to swap a version
	bootTime    = time.Second
	resumeTime  = 200 * time.Millisecond
	stopTime    = 500 * time.Millisecond

	defaultMaxRetries = 10 // of the restart policy
)

// resting says whether a machine stays in a state unless somebody acts.
func resting(state string) bool {
	switch state {
	case "created", "started", "stopped", "suspended", "failed", "destroyed":
		return true
	}
	return false
}

// Boot is one boot of a machine, for those who script crashes.
type Boot struct {
	Machine string
	Version string
	Updates int // accepted updates so far
	Env     map[string]string
}

func (m *Machine) enter(state string) {
	m.state = state
	m.updated = m.p.now
	m.note()
}

// later runs do after d unless the machine has moved on to another boot.
func (m *Machine) later(d time.Duration, do func()) {
	boot := m.boot
	m.p.after(d, func() {
		if m.boot == boot {
			do()
		}
	})
}

// startBoot brings the machine up with the secrets it is given.
func (m *Machine) startBoot(secrets uint64, d time.Duration) {
	m.boot++
	m.captureBoot(secrets)
	m.enter("starting")
	m.later(d, func() {
		m.bootedAt = m.p.now
		m.record.boots = append(m.record.boots, BootRecord{At: m.p.now, Version: m.version, Secrets: m.secretsSeen, Env: m.env, Image: m.image.Digest})
		old := m.p.opts.OldRows > 0 && len(m.checks) > 0
		if old {
			m.keepRows()
		} else {
			m.resetChecks()
		}
		m.event("start", "started", "flyd", nil)
		m.enter("started")
		if !old {
			m.runChecks()
		}
		m.scriptCrash()
	})
}

// captureBoot fixes what the process finds in its environment: a secret wins
// over an env entry of the same name.
func (m *Machine) captureBoot(secrets uint64) {
	m.secretsSeen = secrets
	env := map[string]string{
		"FLY_APP_NAME": m.app.spec.Name, "FLY_MACHINE_ID": m.id, "FLY_REGION": m.region,
		"FLY_MACHINE_VERSION": m.version, "FLY_PROCESS_GROUP": m.group(),
	}
	for k, v := range m.view.Env {
		env[k] = v
	}
	for k, v := range m.app.secrets.at(secrets) {
		env[k] = v.value
	}
	m.env = env
}

func (m *Machine) stopBoot(state string) {
	m.boot++
	m.enter(state)
}

// exit is the end of the process because somebody asked for it.
func (m *Machine) exit(into string, d time.Duration, then func()) {
	m.stopBoot(map[string]string{"stopped": "stopping", "suspended": "suspending"}[into])
	m.later(d, func() {
		if into == "stopped" {
			m.exitEvent(0, true, false)
		} else {
			m.event("suspend", "suspended", "flyd", nil)
		}
		m.enter(into)
		if into == "stopped" && m.view.AutoDestroy {
			m.destroy()
			return
		}
		if then != nil {
			then()
		}
	})
}

// scriptCrash lets the process die when the test said so, and the restart
// policy bring it back.
func (m *Machine) scriptCrash() {
	if m.crash == nil {
		return
	}
	after, crash := m.crash(Boot{Machine: m.id, Version: m.version, Updates: m.record.updates, Env: m.env})
	if !crash {
		return
	}
	m.later(after, func() {
		retry := m.view.restarts(m.restartCount)
		m.restartCount++
		m.record.crashes++
		m.exitEvent(1, false, retry)
		if !retry {
			m.stopBoot("stopped")
			return
		}
		m.startBoot(m.secretsSeen, bootTime)
	})
}

func (m *Machine) destroy() {
	m.stopBoot("destroying")
	m.event("destroy", "destroying", "user", nil)
	m.later(stopTime, func() {
		m.event("destroy", "destroyed", "flyd", nil)
		m.lease = nil
		m.detachVolume()
		m.enter("destroyed")
	})
}

// Destroy has somebody else destroy the machine, past any lease.
func (m *Machine) Destroy() {
	m.p.lock()
	defer m.p.mu.Unlock()
	if !m.gone() {
		m.destroy()
	}
}

// replace swaps the running version for the one already in m.config. up says
// whether the new version is booted.
func (m *Machine) replace(up bool, into string, secrets uint64) {
	was := m.state
	m.boot++
	m.restartCount = 0
	m.record.updates++
	m.newVersion()
	m.event("update", "replacing", "user", nil)
	m.enter("replacing")
	m.later(replaceTime, func() {
		if was == "started" {
			m.exitEvent(0, true, false)
		}
		m.event("launch", "created", "user", nil)
		switch {
		case m.failNext != "":
			m.enter(m.failNext)
			m.failNext = ""
		case up && m.p.opts.SwapStops > 0:
			m.record.restarts++
			m.enter("stopped")
			m.later(m.p.opts.SwapStops, func() { m.startBoot(secrets, bootTime) })
		case up:
			m.record.restarts++
			m.startBoot(secrets, bootTime)
		default:
			m.enter(into)
		}
	})
}

// StopByProxy has fly-proxy stop (or suspend, as the services ask) the machine
// when d has passed, if it runs then and nobody holds it.
func (m *Machine) StopByProxy(d time.Duration) {
	m.p.lock()
	defer m.p.mu.Unlock()
	m.p.after(d, func() {
		if m.state != "started" || m.held() {
			return
		}
		into := "stopped"
		if m.view.autostop() == "suspend" {
			into = "suspended"
		}
		m.event("stop", "stopping", "proxy", nil)
		m.exit(into, stopTime, nil)
	})
}

// StartByProxy has fly-proxy start the machine when d has passed, as a request
// of a visitor does. A lease keeps it from doing so, which is recorded.
func (m *Machine) StartByProxy(d time.Duration) {
	m.p.lock()
	defer m.p.mu.Unlock()
	m.p.after(d, func() {
		if m.state != "stopped" && m.state != "suspended" {
			return
		}
		if m.held() {
			m.record.refusedStarts++
			return
		}
		m.start("proxy")
	})
}
