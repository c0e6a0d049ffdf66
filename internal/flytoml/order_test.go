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

func TestPlaceOfANewKey(t *testing.T) {
	runEdits(t, []editCase{
		{
			name: "below the last that comes before it, where nothing is in order", in: "[vm]\nx = 1\n\n[env]\nA = \"1\"\n\n[build]\n\n[http_service]\n",
			edits: edits(set("deploy.strategy", `"rolling"`), set("metrics.port", "1")),
			out:   "[vm]\nx = 1\n\n[env]\nA = \"1\"\n\n[build]\n\n[deploy]\nstrategy = \"rolling\"\n\n[http_service]\n\n[metrics]\nport = 1\n",
		},
		{
			name: "above all, and above the comment of the first", in: "app = \"x\"\n\n# ours\n[env]\nA = \"1\"\n", edits: edits(set("build.image", `"a:1"`)),
			out: "app = \"x\"\n\n[build]\nimage = \"a:1\"\n\n# ours\n[env]\nA = \"1\"\n",
		},
		{
			name: "comment that hangs under a table stays its own", in: "app = \"x\"\n[env]\nA = \"1\"\n# B = \"2\"\n\n[vm]\nx = 1\n[statics]\n", edits: edits(set("restart.policy", `"no"`), set("mounts.source", `"d"`)),
			out: "app = \"x\"\n[env]\nA = \"1\"\n# B = \"2\"\n\n[mounts]\nsource = \"d\"\n[vm]\nx = 1\n[restart]\npolicy = \"no\"\n[statics]\n",
		},
		{
			name: "numbers behind names", in: "[checks.alive]\nport = 1\n\n[checks.9090-tcp]\nport = 2\n", edits: edits(addTable("checks.8080-tcp", "port", "3"), addTable("checks.zeta", "port", "4")),
			out: "[checks.alive]\nport = 1\n\n[checks.zeta]\nport = 4\n\n[checks.8080-tcp]\nport = 3\n\n[checks.9090-tcp]\nport = 2\n",
		},
		{
			name: "among dotted keys", in: "app = \"x\"\n# how\ndeploy.strategy = \"canary\"\n", edits: edits(set("deploy.wait_timeout", `"5m"`), set("deploy.release_command", `"m"`)),
			out: "app = \"x\"\ndeploy.release_command = \"m\"\n# how\ndeploy.strategy = \"canary\"\ndeploy.wait_timeout = \"5m\"\n",
		},
		{
			name: "in an inline table", in: "http_service = { force_https = true }\n", edits: edits(set("http_service.processes", `["a"]`), set("http_service.internal_port", "1"), set("http_service.min_machines_running", "2")),
			out: "http_service = { internal_port = 1, force_https = true, min_machines_running = 2, processes = [\"a\"] }\n",
		},
	})
}

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
	for i := range 80 {
		files[fmt.Sprintf("made %d", i)] = randomFile(rand.New(rand.NewPCG(11, uint64(i))))
	}
	compared := 0
	for name, src := range files {
		for _, variant := range slices.Sorted(maps.Keys(variants)) {
			r := rand.New(rand.NewPCG(uint64(len(src)), uint64(len(variant))))
			if len(src) > 600 && r.IntN(4) != 0 {
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
