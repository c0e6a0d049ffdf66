package flysim_test

import (
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

func TestGraphQL(t *testing.T) {
	s := newSim(t)
	s.AddApp(flysim.AppSpec{Name: "db", Role: "postgres_cluster"})
	s.app.AddRelease("registry.fly.io/web:deployment-1")
	query := func(text, vars string) string {
		code, body := send(t, s, "POST", "/graphql", `{"query":"`+text+`","variables":`+vars+`}`)
		if code != 200 {
			t.Errorf("%s: %d", text, code)
		}
		return body
	}
	for name, c := range map[string]struct{ got, want string }{
		"status":    {query("query ($appName: String!) { appcompact:app(name: $appName) { id } }", `{"appName":"web"}`), `"hostname":"web.fly.dev"`},
		"role":      {query("query ($appName: String!) { appcompact:app(name: $appName) { id } }", `{"appName":"db"}`), `"postgresAppRole":{"name":"postgres_cluster"}`},
		"releases":  {query("query { app(name: $appName) { releases:releasesUnprocessed } }", `{"appName":"web"}`), `"status":"complete"`},
		"of status": {query("query { app(name: $appName) { releases:releasesUnprocessed } }", `{"appName":"web","status":"failed"}`), `"releases":{"nodes":[]}`},
		"image":     {query("query { app(name: $appName) { image(ref: $imageRef) } }", `{"appName":"web","imageRef":"nginx"}`), `"digest":"sha256:`},
		"not there": {query("query { app(name: $appName) { id } }", `{"appName":"none"}`), `Could not find App`},
		"viewer":    {query("query { viewer { ... on User { email } } }", `{}`), `"email":"you@example.com"`},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("%s: %s, want %s in it", name, c.got, c.want)
		}
	}
	if len(s.Writes()) != 0 {
		t.Errorf("queries count as writes: %v", s.Writes())
	}
}

func TestReleases(t *testing.T) {
	s := newSim(t)
	code, body := send(t, s, "POST", "/api/v1/releases", `{"app_name":"web","image":"x","strategy":"ROLLING","definition":{"app":"web"}}`)
	if code != 201 || !strings.Contains(body, `"version":1`) {
		t.Fatalf("create: %d %s", code, body)
	}
	_, rest, _ := strings.Cut(body, `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	if code, body := send(t, s, "PATCH", "/api/v1/releases/"+id, `{"status":"complete"}`); code != 200 || !strings.Contains(body, `"stable":true`) {
		t.Errorf("patch: %d %s", code, body)
	}
	if code, body := send(t, s, "GET", "/api/v1/apps/web/releases?limit=20", ""); code != 200 || !strings.Contains(body, id) {
		t.Errorf("list: %d %s", code, body)
	}
	if code, _ := send(t, s, "GET", "/api/v1/apps/none/releases/current", ""); code != 404 {
		t.Errorf("release of an unknown app: %d", code)
	}
}
