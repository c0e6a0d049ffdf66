package flytoml_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/google/go-cmp/cmp"
)

// insertions are edits as rules make them, by the table that they need.
var insertions = map[string][]flytoml.Edit{
	"": {
		set("app", `"x"`), set("primary_region", `"fra"`), set("kill_timeout", `"30s"`), set("swap_size_mb", "512"),
		set("deploy.strategy", `"rolling"`), set("deploy.wait_timeout", `"5m"`), set("deploy.max_unavailable", "1"),
		set("experimental.auto_rollback", "true"), set("metrics.port", "9090"), set("metrics.path", `"/metrics"`),
		set("env.ONE", `"it's"`), set("env.TWO", `"2"`), set("build.dockerfile", `"Dockerfile"`),
		addTable("checks.8080-tcp", "type", `"tcp"`, "port", "8080"), addTable("checks.alive", "type", `"tcp"`),
		appendTo("restart", "policy", `"always"`), appendTo("statics", "guest_path", `"/a"`, "url_prefix", `"/b"`),
	},
	"http_service": {
		set("http_service.force_https", "true"), set("http_service.min_machines_running", "1"),
		set("http_service.auto_stop_machines", `"off"`), set("http_service.processes", `["app"]`),
		set("http_service.http_options.idle_timeout", "60"), set("http_service.tls_options.alpn", `["h2"]`),
		addTable("http_service.concurrency", "type", `"requests"`, "soft_limit", "200"),
		appendTo("http_service.checks", "method", `"GET"`, "path", `"/up"`),
	},
	"services[0]": {
		set("services[0].processes", `["app"]`), set("services[0].min_machines_running", "1"),
		addTable("services[0].concurrency", "type", `"requests"`), appendTo("services[0].tcp_checks", "interval", `"15s"`),
		appendTo("services[0].http_checks", "path", `"/up"`),
	},
	"services[1]": {appendTo("services[1].tcp_checks", "interval", `"15s"`), set("services[1].auto_start_machines", "true")},
	"vm[0]":       {set("vm[0].memory", `"512mb"`), set("vm[0].cpus", "2")},
	"mounts[0]":   {set("mounts[0].initial_size", `"3gb"`), set("mounts[0].snapshot_retention", "7")},
}

// possible are the insertions that can be made on a file each alone.
func possible(f *flytoml.File) []flytoml.Edit {
	var out []flytoml.Edit
	for _, table := range []string{"", "http_service", "services[0]", "services[1]", "vm[0]", "mounts[0]"} {
		if n, ok := f.Get(table); table != "" && (!ok || n.Kind() != flytoml.Table) {
			continue
		}
		for _, e := range insertions[table] {
			if _, err := f.Apply(e); err == nil {
				out = append(out, e)
			}
		}
	}
	return out
}

func permutations(all []flytoml.Edit) [][]flytoml.Edit {
	if len(all) < 2 {
		return [][]flytoml.Edit{all}
	}
	var out [][]flytoml.Edit
	for i, first := range all {
		rest := slices.Delete(slices.Clone(all), i, i+1)
		for _, p := range permutations(rest) {
			out = append(out, append([]flytoml.Edit{first}, p...))
		}
	}
	return out
}

// TestOrderOfInsertions makes up to four insertions in every order, and wants
// the same bytes.
func TestOrderOfInsertions(t *testing.T) {
	files := map[string]string{"flyctl": flyctlFile, "sample": sample, "empty": "", "comment": "# x", "blanks": "\n\n"}
	for name, src := range corpus(t) {
		files[name] = string(src)
	}
	for i := range 150 {
		files[fmt.Sprintf("made %d", i)] = randomFile(rand.New(rand.NewPCG(11, uint64(i))))
	}
	compared := 0
	for name, src := range files {
		for _, variant := range slices.Sorted(maps.Keys(variants)) {
			r := rand.New(rand.NewPCG(uint64(len(src)), uint64(len(variant))))
			if len(src) > 600 && r.IntN(2) == 0 {
				continue // a part of the long ones takes long enough
			}
			f, err := flytoml.Parse("fly.toml", []byte(variants[variant](src)))
			if err != nil {
				continue
			}
			edits := possible(f)
			r.Shuffle(len(edits), func(i, j int) { edits[i], edits[j] = edits[j], edits[i] })
			edits = edits[:min(len(edits), 2+r.IntN(3))]
			compared += sameInAnyOrder(t, name+"/"+variant, f, edits)
		}
	}
	if compared < 10*len(files) {
		t.Errorf("only %d orders were compared on %d files", compared, len(files))
	}
}

func sameInAnyOrder(t *testing.T, name string, f *flytoml.File, edits []flytoml.Edit) int {
	t.Helper()
	orders := permutations(edits)
	var want string
	for i, order := range orders {
		g, err := f.Apply(order...)
		if err != nil {
			t.Errorf("%s: %v: %v", name, paths(order), err)
			return 0
		}
		if i == 0 {
			want = string(g.Bytes())
		} else if diff := cmp.Diff(want, string(g.Bytes())); diff != "" {
			t.Errorf("%s: %v gives something else than %v (-first +second):\n%s", name, paths(order), paths(orders[0]), diff)
			return 0
		}
	}
	return len(orders)
}

func paths(edits []flytoml.Edit) string {
	var out []string
	for _, e := range edits {
		out = append(out, e.Path)
	}
	return strings.Join(out, ", ")
}
