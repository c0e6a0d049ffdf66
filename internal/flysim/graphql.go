package flysim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// graphql answers the few queries that flyctl still makes, told apart by their
// text. More fields than were asked for do no harm to its decoders.
func (c *call) graphql() reply {
	var in struct {
		Query     string                     `json:"query"`
		Operation string                     `json:"operationName"`
		Variables map[string]json.RawMessage `json:"variables"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	text := func(key string) string {
		var s string
		_ = json.Unmarshal(in.Variables[key], &s) // another type means no value
		return s
	}
	switch {
	case strings.Contains(in.Query, "viewer"):
		return data(object{"viewer": object{"id": "user_1", "email": c.p.opts.Owner, "enablePaidHobby": true}})
	case strings.Contains(in.Query, "organizations("), strings.Contains(in.Query, "organizations {"):
		return data(object{"organizations": object{"nodes": c.p.organizations()}})
	case strings.Contains(in.Query, "organization("):
		return data(object{"organization": c.p.organization(text("slug"))})
	case strings.Contains(in.Query, "latestImageDetails"):
		return data(object{"latestImageTag": "", "latestImageDetails": object{}})
	case strings.Contains(in.Query, "apps("):
		return data(object{"apps": object{"pageInfo": object{"hasNextPage": false, "endCursor": ""}, "nodes": c.p.graphApps()}})
	case strings.Contains(in.Query, "platform {"):
		return data(object{"platform": object{"requestRegion": c.p.nearest(), "regions": graphRegions()}})
	case strings.Contains(in.Query, "nearestRegion"):
		return data(object{"nearestRegion": object{"code": c.p.nearest(), "name": c.p.nearest(), "gatewayAvailable": true}})
	}
	name := text("appName")
	if name == "" {
		name = text("name")
	}
	a := c.p.apps[name]
	if a == nil || a.spec.Foreign {
		return ok(object{"data": object{"app": nil}, "errors": []object{{
			"message": "Could not find App \"" + name + "\"", "path": []string{"app"}, "extensions": object{"code": "NOT_FOUND"},
		}}})
	}
	v := a.graph()
	if status := text("status"); status != "" { // GetAppReleasesMachines of fly-go
		rows := v["releases"].(object)["nodes"].([]object)
		v["releases"] = object{"nodes": slices.DeleteFunc(rows, func(r object) bool { return r["status"] != status })}
	}
	if ref := text("imageRef"); ref != "" {
		img := c.p.resolveImage(ref)
		v["image"] = object{"id": "img_" + img.Digest[7:20], "digest": img.Digest, "ref": ref, "compressedSize": "1048576"}
	}
	return data(object{"app": v, "appcompact": v, "appbasic": v})
}

func data(d object) reply { return ok(object{"data": d}) }

func (a *App) graphOrg() object {
	return object{
		"id": "org_" + a.spec.Org, "slug": a.spec.Org, "rawSlug": a.spec.Org, "name": a.spec.Org, "type": "PERSONAL",
		"internalNumericId": strconv.Itoa(a.orgNumber()), "paidPlan": true, "viewerRole": "admin",
	}
}

func (a *App) graph() object {
	v := object{
		"id": a.spec.Name, "internalNumericId": a.numericID, "name": a.spec.Name, "hostname": a.spec.Name + ".fly.dev",
		"deployed": a.status() == "deployed", "network": a.spec.Network, "status": a.status(),
		"appUrl": "https://" + a.spec.Name + ".fly.dev", "platformVersion": "machines", "organization": a.graphOrg(),
		"cnameTarget": nil, "postgresAppRole": nil, "imageDetails": nil,
		"machines": object{"nodes": []object{}}, "egressIpAddresses": object{"nodes": []object{}},
	}
	v["ipAddresses"], v["sharedIpAddress"] = a.graphIPs()
	if a.spec.Role != "" {
		v["role"] = object{"name": a.spec.Role}
		v["postgresAppRole"] = v["role"]
	}
	nodes := []object{}
	for _, r := range a.releases {
		nodes = append(nodes, r.graph(a))
	}
	v["releases"] = object{"nodes": nodes}
	v["currentRelease"], v["currentReleaseUnprocessed"] = nil, nil
	if len(nodes) > 0 {
		v["currentRelease"], v["currentReleaseUnprocessed"] = nodes[0], nodes[0]
	}
	return v
}

// graphIPs are the addresses of the app, the shared one apart.
func (a *App) graphIPs() (nodes object, shared string) {
	rows := []object{}
	for _, ip := range a.ips {
		kind := "v4"
		switch {
		case ip.Shared:
			shared = ip.IP
			continue
		case strings.HasPrefix(ip.IP, "fdaa:"):
			kind = "private_v6"
		case strings.Contains(ip.IP, ":"):
			kind = "v6"
		}
		rows = append(rows, object{"id": "ip_" + ip.IP, "address": ip.IP, "type": kind, "region": ip.Region, "createdAt": ip.CreatedAt})
	}
	return object{"nodes": rows}, shared
}

func graphRegions() []object {
	rows := []object{}
	for _, r := range regionList() {
		rows = append(rows, object{
			"code": r.Code, "name": r.Name, "latitude": r.Latitude, "longitude": r.Longitude,
			"gatewayAvailable": r.Gateway, "requiresPaidPlan": r.PaidPlan, "deprecated": r.Deprecated,
		})
	}
	return rows
}

func (p *Platform) graphApps() []object {
	rows := []object{}
	for _, a := range p.order {
		if !a.spec.Foreign {
			rows = append(rows, a.graph())
		}
	}
	return rows
}

// organizations are those that own an app of ours.
func (p *Platform) organizations() []object {
	rows, seen := []object{}, map[string]bool{}
	for _, a := range p.order {
		if !a.spec.Foreign && !seen[a.spec.Org] {
			seen[a.spec.Org] = true
			rows = append(rows, a.graphOrg())
		}
	}
	return rows
}

func (p *Platform) organization(slug string) any {
	for _, o := range p.organizations() {
		if o["slug"] == slug {
			return o
		}
	}
	return nil
}

// notFound is what the releases API answers.
func notFound(what string) reply { return fail(http.StatusNotFound, "%s not found", what) }
