package flysim

import "net/http"

func (c *call) listApps() reply {
	org := c.query("org_slug")
	if org == "" {
		return fail(http.StatusBadRequest, "org_slug is required")
	}
	apps := []object{}
	for _, a := range c.p.order {
		if a.spec.Foreign || a.spec.Org != org {
			continue
		}
		if role := c.query("app_role"); role != "" && role != a.spec.Role {
			continue
		}
		apps = append(apps, a.view())
	}
	return ok(object{"apps": apps, "total_apps": len(apps)})
}

func (c *call) createApp() reply {
	var in struct {
		Name    string `json:"name"`
		Org     string `json:"org_slug"`
		Network string `json:"network"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	if in.Name == "" || in.Org == "" {
		return fail(http.StatusBadRequest, "name and org_slug are required")
	}
	if _, taken := c.p.apps[in.Name]; taken {
		return failFor(http.StatusUnprocessableEntity, "name_taken", "Validation failed: Name has already been taken")
	}
	a := c.p.addApp(AppSpec{Name: in.Name, Org: in.Org, Network: in.Network})
	v := a.view()
	v["created_at"] = c.p.now.UnixMilli()
	return reply{status: http.StatusCreated, body: v}
}

func (c *call) deleteApp() reply {
	delete(c.p.apps, c.app.spec.Name)
	for i, a := range c.p.order {
		if a == c.app {
			c.p.order = append(c.p.order[:i:i], c.p.order[i+1:]...)
			break
		}
	}
	return reply{status: http.StatusAccepted}
}
