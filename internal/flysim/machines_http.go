package flysim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// view is the machine as the API gives it. Old, when set, is an older version
// that was asked for. The nonce is never in it.
func (m *Machine) object() object {
	v := object{
		"id": m.id, "name": m.name, "state": m.state, "region": m.region, "image_ref": m.image,
		"instance_id": m.version, "version": m.version, "private_ip": m.privateIP(),
		"created_at": stamp(m.created), "updated_at": stamp(m.updated), "config": m.config,
		"events": m.events, "cordoned": m.cordoned, "host_status": m.hostStatus,
	}
	if rows := m.checkRows(); len(rows) > 0 {
		v["checks"] = rows
	}
	if m.hostStatus != "ok" {
		v["config"] = nil
		v["incomplete_config"] = m.incompleteConfig()
		delete(v, "checks")
	}
	return v
}

// incompleteConfig is the little that Fly knows of a machine whose host does
// not answer.
func (m *Machine) incompleteConfig() object {
	return object{"image": m.view.Image, "metadata": m.view.Metadata, "guest": m.view.Guest}
}

func (m *Machine) checkRows() []object {
	var rows []object
	for _, r := range m.checks {
		status := r.status
		if !running(m.state) && m.state != "replacing" {
			status = "warning" // Fly leaves old rows of a stopped machine so
		}
		rows = append(rows, object{"name": r.check.Name, "status": status, "output": r.output, "updated_at": stamp(r.updated)})
	}
	if m.p.opts.CompatChecks && len(rows) > 0 {
		rows = append(rows, object{"name": "bg_deployments_compat_" + m.checks[0].check.Type, "status": "critical", "output": "", "updated_at": stamp(m.checks[0].updated)})
	}
	return rows
}

func running(state string) bool { return state == "started" || state == "starting" }

func (m *Machine) privateIP() string {
	sum := digestOf("ip", m.id)
	return "fdaa:0:" + strconv.FormatInt(int64(m.app.numericID), 16) + ":a7b:" + strconv.FormatInt(int64(sum[0])<<8|int64(sum[1]), 16) + "::2"
}

func (m *Machine) summary() object {
	v := m.object()
	for _, k := range []string{"config", "incomplete_config", "checks", "events", "host_status"} {
		delete(v, k)
	}
	return v
}

func (c *call) withLease(v object) object {
	m := c.m
	if c.query("include_leases") == "true" && m.held() {
		v["lease"] = object{"owner": m.lease.owner, "description": m.lease.description, "expires_at": m.lease.expires.Unix()}
	}
	return v
}

func (c *call) listMachines() reply {
	rows := []object{}
	for _, m := range c.app.machines {
		if !c.selects(m) || c.p.now.Sub(m.created) < c.p.opts.CreateLag {
			continue
		}
		c.m = m
		if c.query("summary") == "true" {
			rows = append(rows, m.summary())
			continue
		}
		rows = append(rows, c.withLease(m.object()))
	}
	return c.page(rows)
}

// selects applies the filters of the list.
func (c *call) selects(m *Machine) bool {
	q := c.r.URL.Query()
	if m.state == "destroyed" && q.Get("include_deleted") != "true" {
		return false
	}
	if region := q.Get("region"); region != "" && region != m.region {
		return false
	}
	if states := q.Get("state"); states != "" && !slices.Contains(strings.Split(states, ","), m.state) {
		return false
	}
	for k, want := range q {
		if name, ok := strings.CutPrefix(k, "metadata."); ok && !slices.Contains(want, m.view.Metadata[name]) {
			return false
		}
	}
	return true
}

// page cuts the list when a limit is given; the cursor is the next index.
func (c *call) page(rows []object) reply {
	limit, err := strconv.Atoi(c.query("limit"))
	if c.query("limit") == "" {
		return ok(rows)
	}
	if err != nil || limit < 1 || limit > 1000 {
		return fail(http.StatusBadRequest, "invalid limit")
	}
	from, _ := strconv.Atoi(c.query("cursor"))
	from = min(max(from, 0), len(rows))
	to := min(from+limit, len(rows))
	r := ok(rows[from:to])
	if to < len(rows) {
		r.header = map[string]string{"Fly-Next-Cursor": strconv.Itoa(to)}
	}
	return r
}

func (c *call) getMachine() reply {
	v := c.m.object()
	if want := c.query("version"); want != "" && want != c.m.version {
		i := slices.IndexFunc(c.m.versions, func(r versionRow) bool { return r.version == want })
		if i < 0 {
			return fail(http.StatusNotFound, "machine version not found")
		}
		old := c.m.versions[i]
		v["version"], v["instance_id"], v["config"], v["image_ref"], v["state"] = old.version, old.version, old.config, old.image, "replaced"
	}
	return ok(c.withLease(v))
}

func (c *call) listVersions() reply {
	rows := []object{}
	for _, v := range c.m.versions {
		rows = append(rows, object{"version": v.version, "user_config": v.config})
	}
	return ok(rows)
}

func (c *call) listEvents() reply {
	limit := 20
	if n, err := strconv.Atoi(c.query("limit")); err == nil && n > 0 {
		limit = min(n, 50)
	}
	return ok(c.m.events[:min(limit, len(c.m.events))])
}
