package flysim

import "net/http"

// start brings a stopped machine up.
func (m *Machine) start(source string) {
	m.event("start", "starting", source, nil)
	if m.state == "suspended" { // memory and environment come back as they were
		m.boot++
		m.enter("starting")
		m.later(resumeTime, func() {
			m.event("start", "started", "flyd", nil)
			m.enter("started")
			m.runChecks()
		})
		return
	}
	m.startBoot(max(m.p.secretsFor(m.app, launchInput{}), m.minSecrets), bootTime)
}

func (c *call) startMachine() reply {
	was := c.m.state
	switch was {
	case "started", "starting":
	case "stopped", "suspended", "failed", "created":
		if was == "created" && len(c.m.events) < 2 && c.p.now.Sub(c.m.created) < replaceTime {
			return fail(http.StatusPreconditionFailed, "failed_precondition: unable to start machine from current state: '%s'", was)
		}
		c.m.start("user")
	default:
		return fail(http.StatusPreconditionFailed, "failed_precondition: unable to start machine from current state: '%s'", was)
	}
	return ok(object{"previous_state": was, "migrated": false, "new_host": ""})
}

func (c *call) stopMachine() reply {
	switch c.m.state {
	case "started", "starting", "failed":
		c.m.event("stop", "stopping", "user", nil)
		c.m.exit("stopped", stopTime, nil)
	case "suspended": // the memory image is dropped
		c.m.stopBoot("stopped")
	case "stopped", "created", "stopping":
	default:
		return fail(http.StatusPreconditionFailed, "failed_precondition: unable to stop machine from current state: '%s'", c.m.state)
	}
	return ok(object{"ok": true})
}

func (c *call) suspendMachine() reply {
	switch c.m.state {
	case "started":
		c.m.exit("suspended", stopTime, nil)
	case "suspended", "suspending":
	default:
		return fail(http.StatusPreconditionFailed, "failed_precondition: unable to suspend machine from current state: '%s'", c.m.state)
	}
	return ok(object{"ok": true})
}

// restartMachine boots the same version again, with the secrets it had: Fly
// gives new ones on an update or a start only.
func (c *call) restartMachine() reply {
	if c.m.state != "started" {
		return fail(http.StatusPreconditionFailed, "failed_precondition: unable to restart machine from current state: '%s'", c.m.state)
	}
	m := c.m
	m.event("restart", "restarting", "user", nil)
	m.record.restarts++
	m.boot++
	m.enter("restarting")
	m.later(stopTime, func() {
		m.exitEvent(0, true, true)
		m.startBoot(m.secretsSeen, bootTime)
	})
	return ok(object{"ok": true})
}

func (c *call) cordon(on bool) reply {
	c.m.cordoned = on
	c.m.updated = c.p.now
	return ok(object{"ok": true})
}

func (c *call) destroyMachine() reply {
	force := c.query("force") == "true" || c.query("kill") == "true"
	switch {
	case c.m.state == "destroying":
	case running(c.m.state) && !force:
		return fail(http.StatusPreconditionFailed, "failed_precondition: unable to destroy machine, not currently in a state of 'stopped'")
	default:
		c.m.destroy()
	}
	return ok(object{"ok": true})
}

func (c *call) signal() reply {
	if c.m.state != "started" {
		return fail(http.StatusPreconditionFailed, "failed_precondition: machine is not started")
	}
	return ok(object{"ok": true})
}

func (c *call) exec() reply {
	if c.m.state != "started" {
		return fail(http.StatusPreconditionFailed, "failed_precondition: machine is not started")
	}
	return ok(object{"stdout": "", "stderr": "", "exit_code": 0, "exit_signal": 0})
}
