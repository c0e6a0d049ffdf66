package flysim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// release is a release of an app, as /api/v1 gives it.
type release struct {
	ID         string          `json:"id"`
	Version    int             `json:"version"`
	Stable     bool            `json:"stable"`
	InProgress bool            `json:"in_progress"`
	Status     string          `json:"status"`
	Strategy   string          `json:"strategy"`
	CreatedAt  string          `json:"created_at"`
	ImageRef   string          `json:"image_ref"`
	User       string          `json:"user"`
	definition json.RawMessage // fly.toml as JSON
}

func (r *release) graph(a *App) object {
	v := object{
		"id": r.ID, "version": r.Version, "description": "Release", "reason": "", "status": r.Status, "imageRef": r.ImageRef,
		"stable": r.Stable, "user": object{"id": "user_1", "email": a.p.opts.Owner, "name": "You"}, "createdAt": r.CreatedAt,
		"configDefinition": nil,
	}
	if len(r.definition) > 0 {
		v["configDefinition"] = r.definition
	}
	return v
}

func (p *Platform) releaseRoutes(on func(string, handler)) {
	on("POST /api/v1/releases", p.authorized((*call).createRelease))
	on("PATCH /api/v1/releases/{release}", p.authorized((*call).patchRelease))
	on("GET /api/v1/apps/{app}/releases", p.inApp(func(c *call) reply {
		n, err := strconv.Atoi(c.query("limit"))
		if err != nil {
			n = 25
		}
		return ok(object{"releases": list(c.app.releases[:min(n, len(c.app.releases))])})
	}))
	on("GET /api/v1/apps/{app}/releases/current", p.inApp(func(c *call) reply {
		if len(c.app.releases) == 0 {
			return notFound("release")
		}
		return ok(object{"release": c.app.releases[0]})
	}))
	on("GET /api/v1/organizations", p.authorized(func(c *call) reply { return ok(object{"organizations": c.p.uiexOrganizations()}) }))
	on("GET /api/v1/organizations/{slug}", p.authorized(func(c *call) reply {
		for _, o := range c.p.uiexOrganizations() {
			if o["slug"] == c.r.PathValue("slug") {
				return ok(object{"organization": o})
			}
		}
		return notFound("organization")
	}))
	on("POST /api/v1/builds", p.authorized(func(c *call) reply {
		return ok(object{"id": c.p.next("build"), "status": "started"})
	}))
	on("POST /api/v1/builds/finish", p.authorized(func(c *call) reply {
		return ok(object{"id": c.p.next("build"), "status": "completed"})
	}))
}

func (p *Platform) uiexOrganizations() []object {
	rows := []object{}
	for _, o := range p.organizations() {
		n, _ := strconv.Atoi(o["internalNumericId"].(string))
		rows = append(rows, object{
			"id": o["id"], "internal_numeric_id": n, "slug": o["slug"], "raw_slug": o["slug"], "name": o["name"],
			"type": "PERSONAL", "personal": o["slug"] == "personal", "billable": true, "paid_plan": true, "remote_builder_image": "",
		})
	}
	return rows
}

// AddRelease records a complete release of before the test.
func (a *App) AddRelease(image string) {
	a.p.lock()
	defer a.p.mu.Unlock()
	r := a.release(image, "rolling", a.spec.Definition)
	r.Status, r.Stable, r.InProgress = "complete", true, false
}

func (a *App) release(image, strategy string, definition json.RawMessage) *release {
	n := len(a.releases) + 1
	r := &release{
		ID: "rel_" + a.p.hexID("release of "+a.spec.Name, 12), Version: n, Status: "pending", Strategy: strategy, InProgress: true,
		CreatedAt: stamp(a.p.now), ImageRef: image, User: a.p.opts.Owner, definition: definition,
	}
	a.releases = slices.Insert(a.releases, 0, r)
	return r
}

func (c *call) createRelease() reply {
	var in struct {
		App        string          `json:"app_name"`
		Image      string          `json:"image"`
		Strategy   string          `json:"strategy"`
		Definition json.RawMessage `json:"definition"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	a := c.p.apps[in.App]
	if a == nil {
		return notFound("app")
	}
	return reply{status: http.StatusCreated, body: object{"release": a.release(in.Image, in.Strategy, in.Definition)}}
}

func (c *call) patchRelease() reply {
	var in struct {
		Status string `json:"status"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	for _, a := range c.p.order {
		for _, r := range a.releases {
			if r.ID != c.r.PathValue("release") {
				continue
			}
			r.Status = in.Status
			r.InProgress = in.Status == "running" || in.Status == "pending"
			r.Stable = in.Status == "complete"
			return ok(object{"release": r})
		}
	}
	return notFound("release")
}
