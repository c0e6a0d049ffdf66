package flysim

import "net/http"

func (p *Platform) routes() *http.ServeMux {
	mux := http.NewServeMux()
	on := func(pattern string, h handler) { mux.HandleFunc(pattern, p.handle(h)) }

	on("GET /v1/apps", p.authorized((*call).listApps))
	on("POST /v1/apps", p.authorized((*call).createApp))
	on("GET /v1/apps/{app}", p.inApp(func(c *call) reply { return ok(c.app.view()) }))
	on("DELETE /v1/apps/{app}", p.inApp((*call).deleteApp))

	const machines = "/v1/apps/{app}/machines"
	on("GET "+machines, p.onApp("list", (*call).listMachines))
	on("POST "+machines, p.onApp("create", (*call).createMachine))

	const machine = machines + "/{id}"
	on("GET "+machine, p.onMachine("get", (*call).getMachine))
	on("POST "+machine, p.onMachine("update", (*call).updateMachine))
	on("DELETE "+machine, p.writing("destroy", (*call).destroyMachine))
	on("GET "+machine+"/wait", p.onMachine("wait", (*call).wait))
	on("GET "+machine+"/versions", p.onMachine("versions", (*call).listVersions))
	on("GET "+machine+"/events", p.onMachine("events", (*call).listEvents))
	on("GET "+machine+"/ps", p.onMachine("ps", func(*call) reply { return ok([]object{}) }))
	on("POST "+machine+"/start", p.writing("start", (*call).startMachine))
	on("POST "+machine+"/stop", p.writing("stop", (*call).stopMachine))
	on("POST "+machine+"/suspend", p.writing("suspend", (*call).suspendMachine))
	on("POST "+machine+"/restart", p.writing("restart", (*call).restartMachine))
	on("POST "+machine+"/cordon", p.writing("cordon", func(c *call) reply { return c.cordon(true) }))
	on("POST "+machine+"/uncordon", p.writing("uncordon", func(c *call) reply { return c.cordon(false) }))
	on("POST "+machine+"/signal", p.writing("signal", (*call).signal))
	on("POST "+machine+"/exec", p.writing("exec", (*call).exec))
	on("GET "+machine+"/lease", p.onMachine("read lease", (*call).readLease))
	on("POST "+machine+"/lease", p.onMachine("lease", (*call).acquireLease))
	on("DELETE "+machine+"/lease", p.onMachine("release", (*call).releaseLease))
	on("GET "+machine+"/metadata", p.onMachine("metadata", (*call).getMetadata))
	on("PATCH "+machine+"/metadata", p.onMachine("metadata", (*call).patchMetadata))
	on("PUT "+machine+"/metadata", p.onMachine("metadata", (*call).patchMetadata))
	on("GET "+machine+"/metadata/{key}", p.onMachine("metadata", (*call).getMetadataKey))
	on("POST "+machine+"/metadata/{key}", p.onMachine("metadata", (*call).setMetadataKey))
	on("DELETE "+machine+"/metadata/{key}", p.onMachine("metadata", (*call).deleteMetadataKey))

	const secrets = "/v1/apps/{app}/secrets"
	on("GET "+secrets, p.onApp("list secrets", (*call).listSecrets))
	on("POST "+secrets, p.onApp("set secrets", (*call).setSecrets))
	on("GET "+secrets+"/{name}", p.onApp("get secret", (*call).getSecret))
	on("POST "+secrets+"/{name}", p.onApp("set secret", (*call).setSecret))
	on("DELETE "+secrets+"/{name}", p.onApp("delete secret", (*call).deleteSecret))

	const volumes = "/v1/apps/{app}/volumes"
	on("GET "+volumes, p.onApp("list volumes", (*call).listVolumes))
	on("POST "+volumes, p.onApp("create volume", (*call).createVolume))
	on("GET "+volumes+"/{volume}", p.inApp((*call).getVolume))
	on("PUT "+volumes+"/{volume}", p.inApp((*call).updateVolume))
	on("DELETE "+volumes+"/{volume}", p.inApp((*call).deleteVolume))
	on("PUT "+volumes+"/{volume}/extend", p.inApp((*call).extendVolume))
	on("GET "+volumes+"/{volume}/snapshots", p.inApp((*call).listSnapshots))
	on("POST "+volumes+"/{volume}/snapshots", p.inApp((*call).createSnapshot))

	on("GET /v1/apps/{app}/ip_assignments", p.inApp(func(c *call) reply { return ok(object{"ips": list(c.app.ips)}) }))
	on("GET /v1/apps/{app}/certificates", p.onApp("list certificates", (*call).listCertificates))
	on("GET /v1/platform/regions", p.authorized((*call).listRegions))
	on("POST /v1/platform/placements", p.authorized((*call).placements))

	on("POST /graphql", p.authorized((*call).graphql))
	p.releaseRoutes(on)
	on("/", func(*call) reply { return fail(http.StatusNotFound, "404 page not found") })
	return mux
}

// list keeps an empty list from being written as null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
