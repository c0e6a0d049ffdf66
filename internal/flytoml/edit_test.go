package flytoml_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/google/go-cmp/cmp"
)

type editCase struct {
	name    string
	in      string
	edits   []flytoml.Edit
	out     string
	refused string // a part of the reason; out is ignored
}

func edits(e ...flytoml.Edit) []flytoml.Edit { return e }

func set(path, value string) flytoml.Edit {
	return flytoml.Edit{Op: flytoml.Set, Path: path, Value: value}
}

func remove(path string) flytoml.Edit { return flytoml.Edit{Op: flytoml.Remove, Path: path} }

func move(path, to string) flytoml.Edit {
	return flytoml.Edit{Op: flytoml.Move, Path: path, To: to}
}

func entry(kv ...string) []flytoml.Entry {
	var out []flytoml.Entry
	for i := 0; i < len(kv); i += 2 {
		out = append(out, flytoml.Entry{Key: kv[i], Value: kv[i+1]})
	}
	return out
}

func appendTo(path string, kv ...string) flytoml.Edit {
	return flytoml.Edit{Op: flytoml.Append, Path: path, Entries: entry(kv...)}
}

func addTable(path string, kv ...string) flytoml.Edit {
	return flytoml.Edit{Op: flytoml.AddTable, Path: path, Entries: entry(kv...)}
}

func arrayOf(path string) flytoml.Edit { return flytoml.Edit{Op: flytoml.ArrayOf, Path: path} }

// variants are the ways in which the same text may be stored.
var variants = map[string]func(string) string{
	"lf":            func(s string) string { return s },
	"crlf":          func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	"bom":           func(s string) string { return "\ufeff" + s },
	"no last break": func(s string) string { return strings.TrimSuffix(s, "\n") },
}

func runEdits(t *testing.T, cases []editCase) {
	t.Helper()
	for _, c := range cases {
		for variant, as := range variants {
			t.Run(c.name+"/"+variant, func(t *testing.T) {
				f, err := flytoml.Parse("fly.toml", []byte(as(c.in)))
				if err != nil {
					t.Fatal(err)
				}
				got, err := f.Apply(c.edits...)
				if c.refused != "" {
					var no *flytoml.RefusedError
					if !errors.As(err, &no) || !strings.Contains(no.Reason, c.refused) {
						t.Fatalf("got %v, want a refusal with %q", err, c.refused)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				want, have := as(c.out), string(got.Bytes())
				if diff := cmp.Diff(want, have); diff != "" {
					t.Errorf("wrong text (-want +got):\n%s", diff)
				}
				if string(f.Bytes()) != as(c.in) {
					t.Error("the file that was edited changed")
				}
			})
		}
	}
}

// flyctlFile looks as flyctl writes it.
const flyctlFile = `# fly.toml app configuration file generated for demo on 2024-05-01T10:00:00Z
#
# See https://fly.io/docs/reference/configuration/ for information about how to use this file.
#

app = 'demo'

[build]

[env]
  PORT = '8080' # the web port

[http_service]
  internal_port = 8080
  force_https = false # for now
  processes = ['app']

  [http_service.concurrency]
    type = 'requests'
    soft_limit = 200

[[vm]]
  memory = '1gb'
`

func TestSet(t *testing.T) {
	runEdits(t, []editCase{
		{
			name: "replace keeps comment and spacing", in: flyctlFile, edits: edits(set("http_service.force_https", "true")),
			out: strings.Replace(flyctlFile, "force_https = false # for now", "force_https = true # for now", 1),
		},
		{
			name: "top-level key beside the others, in the file's quotes", in: flyctlFile, edits: edits(set("primary_region", `"fra"`)),
			out: strings.Replace(flyctlFile, "app = 'demo'\n", "app = 'demo'\nprimary_region = 'fra'\n", 1),
		},
		{
			name: "missing table in flyctl's order", in: flyctlFile, edits: edits(set("deploy.strategy", `"rolling"`)),
			out: strings.Replace(flyctlFile, "[build]\n", "[build]\n\n[deploy]\n  strategy = 'rolling'\n", 1),
		},
		{
			name: "missing table that comes last", in: flyctlFile, edits: edits(set("metrics.port", "9090")),
			out: flyctlFile + "\n[metrics]\n  port = 9090\n",
		},
		{
			name: "missing key in flyctl's order", in: flyctlFile, edits: edits(set("http_service.min_machines_running", "1")),
			out: strings.Replace(flyctlFile, "  processes = ['app']\n", "  min_machines_running = 1\n  processes = ['app']\n", 1),
		},
		{
			name: "key of an empty table", in: flyctlFile, edits: edits(set("build.dockerfile", `"Dockerfile"`)),
			out: strings.Replace(flyctlFile, "[build]\n", "[build]\n  dockerfile = 'Dockerfile'\n", 1),
		},
		{
			name: "entry of an array of tables", in: flyctlFile, edits: edits(set("vm[0].cpus", "2")),
			out: flyctlFile + "  cpus = 2\n",
		},
		{
			name: "same value changes nothing", in: flyctlFile, edits: edits(set("env.PORT", `"8080"`)), out: flyctlFile,
		},
		{
			name: "a value with a quote stays in double quotes", in: "app = 'x'\n", edits: edits(set("kill_signal", `"it's"`)),
			out: "app = 'x'\nkill_signal = \"it's\"\n",
		},
		{
			name: "comment above an inserted key", in: "[a]\n    x = 1\n\n[b]\n",
			edits: edits(flytoml.Edit{Op: flytoml.Set, Path: "a.y", Value: "2", Comment: "why"}),
			out:   "[a]\n    x = 1\n    # why\n    y = 2\n\n[b]\n",
		},
		{
			name: "no spaces around equals", in: "app=\"x\"\nkill_timeout=5\n\n[env]\nA=\"1\"\n", edits: edits(set("env.B", `"2"`), set("deploy.strategy", `"rolling"`)),
			out: "app=\"x\"\nkill_timeout=5\n\n[deploy]\nstrategy=\"rolling\"\n\n[env]\nA=\"1\"\nB=\"2\"\n",
		},
		{
			name: "equals in a column", in: "[env]\n  A     = \"1\"\n  LONGA = \"2\"\n", edits: edits(set("env.BB", `"3"`)),
			out: "[env]\n  A     = \"1\"\n  BB    = \"3\"\n  LONGA = \"2\"\n",
		},
		{
			name: "no key above the first heading", in: "# about\n\n[env]\nA = \"1\"\n", edits: edits(set("app", `"x"`)),
			out: "# about\n\napp = \"x\"\n\n[env]\nA = \"1\"\n",
		},
		{
			name: "heading with a comment of its own at the top", in: "# about env\n[env]\nA = \"1\"\n", edits: edits(set("app", `"x"`)),
			out: "app = \"x\"\n\n# about env\n[env]\nA = \"1\"\n",
		},
		{
			name: "flyctl's head directly above a heading", in: "# fly.toml file generated for x\n[env]\nA = \"1\"\n", edits: edits(set("app", `"x"`)),
			out: "# fly.toml file generated for x\n\napp = \"x\"\n\n[env]\nA = \"1\"\n",
		},
		{
			name: "dotted kin", in: "app = \"x\"\ndeploy.strategy = \"canary\" # c\n\n[env]\nA = \"1\"\n",
			edits: edits(set("deploy.max_unavailable", "1"), set("deploy.strategy", `"rolling"`)),
			out:   "app = \"x\"\ndeploy.strategy = \"rolling\" # c\ndeploy.max_unavailable = 1\n\n[env]\nA = \"1\"\n",
		},
		{
			name: "inline table", in: "http_service = { internal_port = 8080 } # here\nvm = []\n",
			edits: edits(set("http_service.force_https", "true"), set("http_service.concurrency.type", `"requests"`)),
			out:   "http_service = { internal_port = 8080, force_https = true, concurrency = { type = \"requests\" } } # here\nvm = []\n",
		},
		{name: "empty inline table", in: "a = {}\n", edits: edits(set("a.x", "1")), out: "a = { x = 1 }\n"},
		{name: "tight inline table", in: "a = {x=1}\n", edits: edits(set("a.y", "2")), out: "a = {x=1, y=2}\n"},
		{name: "dotted in inline", in: "a = { b.x = 1 }\n", edits: edits(set("a.b.y", "2")), out: "a = { b.x = 1, b.y = 2 }\n"},
		{
			name: "implied table gets a heading", in: "[env]\nA = \"1\"\n\n# the ports\n[[services.ports]]\nport = 80\n",
			edits: edits(set("services.internal_port", "8080")),
			out:   "[env]\nA = \"1\"\n\n[services]\ninternal_port = 8080\n\n# the ports\n[[services.ports]]\nport = 80\n",
		},
		{
			name:  "sub-table in the right entry",
			in:    "[[services]]\n  internal_port = 1\n  [[services.ports]]\n    port = 80\n\n[[services]]\n  internal_port = 2\n\n[[vm]]\n  cpus = 1\n",
			edits: edits(set("services[0].concurrency.type", `"requests"`), set("services[1].concurrency.type", `"connections"`)),
			out: "[[services]]\n  internal_port = 1\n  [[services.ports]]\n    port = 80\n  [services.concurrency]\n    type = \"requests\"\n\n" +
				"[[services]]\n  internal_port = 2\n  [services.concurrency]\n    type = \"connections\"\n\n[[vm]]\n  cpus = 1\n",
		},
		{
			name: "flyctl's case", in: "[Deploy]\nStrategy = \"canary\"\n", edits: edits(set("deploy.strategy", `"rolling"`), set("deploy.wait_timeout", `"5m"`)),
			out: "[Deploy]\nStrategy = \"rolling\"\nwait_timeout = \"5m\"\n",
		},
		{name: "names keep their case", in: "[env]\nport = \"1\"\n", edits: edits(set("env.PORT", `"2"`)), out: "[env]\nPORT = \"2\"\nport = \"1\"\n"},
		{name: "odd key", in: "[env]\n\"a.b\" = \"1\"\n", edits: edits(set(`env."a.b"`, `"2"`), set(`env."c d"`, `"3"`)), out: "[env]\n\"a.b\" = \"2\"\n\"c d\" = \"3\"\n"},
		{
			name: "insert before a comment that belongs to the next heading", in: "[a]\nx = 1\n# next\n[b]\ny = 1\n", edits: edits(set("a.z", "1"), set("a.sub.k", "1")),
			out: "[a]\nx = 1\nz = 1\n[a.sub]\nk = 1\n# next\n[b]\ny = 1\n",
		},
		{
			name: "commented-out keys stay in their table", in: "[a]\n  x = 1\n  # y = 2\n\n[b]\n", edits: edits(set("a.sub.k", "1")),
			out: "[a]\n  x = 1\n  # y = 2\n\n  [a.sub]\n    k = 1\n\n[b]\n",
		},
		{name: "element of an array", in: "[a]\np = [\"x\", \"y\"] # c\n", edits: edits(set("a.p[1]", `"z"`)), out: "[a]\np = [\"x\", \"z\"] # c\n"},
		{name: "after a value of several lines", in: "p = [\n  \"x\", # c\n]\n\n[b]\n", edits: edits(set("q", "1")), out: "p = [\n  \"x\", # c\n]\nq = 1\n\n[b]\n"},
		{name: "through a scalar", in: "a = 1\n", edits: edits(set("a.b", "1")), refused: "not a table"},
		{name: "a table is no value", in: "[a]\n", edits: edits(set("a", "1")), refused: "not a value"},
		{name: "which entry", in: "[[a]]\n", edits: edits(set("a.b", "1")), refused: "which entry"},
		{name: "no such entry", in: "[[a]]\n", edits: edits(set("a[1].b", "1")), refused: "no such entry"},
		{name: "ambiguous case", in: "[Deploy]\n[DEPLOY]\n", edits: edits(set("deploy.x", "1")), refused: "without case"},
		{name: "value with more behind it", in: "a = 1\n", edits: edits(set("a", "1\nb = 2")), refused: "one line"},
		{name: "value with a comment", in: "a = 1\n", edits: edits(set("a", "2 # x")), refused: "one TOML value"},
		{name: "no value", in: "a = 1\n", edits: edits(set("a", "nonsense")), refused: "not TOML"},
		{name: "comments in the value", in: "a = [ # x\n]\n", edits: edits(set("a", "1")), refused: "comments inside"},
	})
}

func TestAppend(t *testing.T) {
	check := appendTo("http_service.checks", "interval", `"15s"`, "path", `"/up"`)
	runEdits(t, []editCase{
		{
			name: "flyctl's look", in: flyctlFile, edits: edits(check),
			out: strings.Replace(flyctlFile, "    soft_limit = 200\n", "    soft_limit = 200\n\n  [[http_service.checks]]\n    interval = '15s'\n    path = '/up'\n", 1),
		},
		{
			name: "flyctl's look without sub-tables", in: "[http_service]\n  internal_port = 8080\n\n[[vm]]\n", edits: edits(check),
			out: "[http_service]\n  internal_port = 8080\n\n  [[http_service.checks]]\n    interval = \"15s\"\n    path = \"/up\"\n\n[[vm]]\n",
		},
		{
			name: "flat look", in: "[http_service]\ninternal_port = 8080\n\n[http_service.concurrency]\ntype = \"requests\"\n", edits: edits(check),
			out: "[http_service]\ninternal_port = 8080\n\n[http_service.concurrency]\ntype = \"requests\"\n\n[[http_service.checks]]\ninterval = \"15s\"\npath = \"/up\"\n",
		},
		{
			name: "after the last entry and its tables", in: "[http_service]\n[[http_service.checks]]\npath = \"/a\"\n[http_service.checks.headers]\nX = \"1\"\n# vm\n[[vm]]\n", edits: edits(check),
			out: "[http_service]\n[[http_service.checks]]\npath = \"/a\"\n[http_service.checks.headers]\nX = \"1\"\n[[http_service.checks]]\ninterval = \"15s\"\npath = \"/up\"\n# vm\n[[vm]]\n",
		},
		{
			name: "empty array", in: "[[services]]\n  http_checks = [] # none\n  internal_port = 8080\n\n  [[services.ports]]\n    port = 80\n\n[[vm]]\n  cpus = 1\n",
			edits: edits(appendTo("services[0].http_checks", "path", `"/up"`)),
			out:   "[[services]]\n  internal_port = 8080\n\n  [[services.ports]]\n    port = 80\n\n  [[services.http_checks]] # none\n    path = \"/up\"\n\n[[vm]]\n  cpus = 1\n",
		},
		{
			name: "empty array, alone in its table", in: "[[services]]\n  http_checks = []\n", edits: edits(appendTo("services[0].http_checks", "path", `"/up"`)),
			out: "[[services]]\n\n  [[services.http_checks]]\n    path = \"/up\"\n",
		},
		{name: "empty array at the top", in: "app = \"x\"\nmounts = []\n\n[env]\nA = \"1\"\n", edits: edits(appendTo("mounts", "source", `"d"`)), out: "app = \"x\"\n\n[env]\nA = \"1\"\n\n[[mounts]]\nsource = \"d\"\n"},
		{name: "empty array in an inline table", in: "http_service = { checks = [] }\n", edits: edits(check), out: "http_service = { checks = [{ interval = \"15s\", path = \"/up\" }] }\n"},
		{name: "inline parent", in: "http_service = { internal_port = 1 }\n", edits: edits(check), out: "http_service = { internal_port = 1, checks = [{ interval = \"15s\", path = \"/up\" }] }\n"},
		{name: "dotted parent", in: "http_service.internal_port = 1\n", edits: edits(check), out: "http_service.internal_port = 1\nhttp_service.checks = [{ interval = \"15s\", path = \"/up\" }]\n"},
		{name: "inline entries", in: "[a]\nc = [{ x = 1 }]\n", edits: edits(appendTo("a.c", "x", "2")), out: "[a]\nc = [{ x = 1 }, { x = 2 }]\n"},
		{name: "inline entries on lines", in: "[a]\nc = [\n  { x = 1 },\n]\n", edits: edits(appendTo("a.c", "x", "2")), out: "[a]\nc = [\n  { x = 1 },\n  { x = 2 },\n]\n"},
		{name: "second entry of the right service", in: "[[s]]\n[[s.c]]\nx = 1\n[[s]]\ny = 1\n", edits: edits(appendTo("s[0].c", "x", "2"), appendTo("s[1].c", "x", "3")), out: "[[s]]\n[[s.c]]\nx = 1\n[[s.c]]\nx = 2\n[[s]]\ny = 1\n[[s.c]]\nx = 3\n"},
		{name: "with a comment", in: "app = \"x\"\n", edits: edits(flytoml.Edit{Op: flytoml.Append, Path: "vm", Comment: "size", Entries: entry("cpus", "1")}), out: "app = \"x\"\n\n# size\n[[vm]]\n  cpus = 1\n"},
		{name: "below a table of the last entry that stands apart", in: "[[s]]\nx = 1\n\n[b]\ny = 1\n\n[s.t]\nz = 1\n\n[c]\n", edits: edits(appendTo("s", "x", "2")), out: "[[s]]\nx = 1\n\n[b]\ny = 1\n\n[s.t]\nz = 1\n\n[[s]]\nx = 2\n\n[c]\n"},
		{name: "single table", in: "[http_service.checks]\n", edits: edits(check), refused: "single table"},
		{name: "strings", in: "[a]\nc = [\"x\"]\n", edits: edits(appendTo("a.c", "x", "2")), refused: "not tables"},
		{name: "a key twice", in: "", edits: edits(appendTo("vm", "x", "1", "x", "2")), refused: "twice"},
	})
}

func TestAddTable(t *testing.T) {
	tcp := addTable("checks.8080-tcp", "type", `"tcp"`, "port", "8080")
	runEdits(t, []editCase{
		{name: "beside its kin", in: "[checks]\n\n  [checks.a]\n    port = 1\n\n[env]\n  A = \"1\"\n", edits: edits(tcp), out: "[checks]\n\n  [checks.a]\n    port = 1\n\n  [checks.8080-tcp]\n    type = \"tcp\"\n    port = 8080\n\n[env]\n  A = \"1\"\n"},
		{name: "parent is implied", in: "[checks.a]\nport = 1\n\n[env]\n", edits: edits(tcp), out: "[checks.a]\nport = 1\n\n[checks.8080-tcp]\ntype = \"tcp\"\nport = 8080\n\n[env]\n"},
		{name: "no kin", in: "[env]\n  A = \"1\"\n", edits: edits(tcp), out: "[env]\n  A = \"1\"\n\n[checks.8080-tcp]\n  type = \"tcp\"\n  port = 8080\n"},
		{name: "inline", in: "checks = {}\n", edits: edits(tcp), out: "checks = { 8080-tcp = { type = \"tcp\", port = 8080 } }\n"},
		{name: "odd name", in: "[checks]\n", edits: edits(addTable(`checks."a b"`, "x.y", "1")), out: "[checks]\n\n  [checks.\"a b\"]\n    \"x.y\" = 1\n"},
		{name: "there", in: "[checks.8080-tcp]\n", edits: edits(tcp), refused: "already"},
		{name: "implied is there", in: "[a.b]\n", edits: edits(addTable("a")), refused: "already"},
	})
}

func TestRemove(t *testing.T) {
	runEdits(t, []editCase{
		{name: "key with its comments", in: "[env]\n  # the password\n  PASSWORD = \"x\" # old\n\n[b]\n", edits: edits(remove("env.PASSWORD")), out: "[env]\n\n[b]\n"},
		{name: "shared comment stays", in: "[env]\n  # database\n  A = \"x\"\n  B = \"y\"\n", edits: edits(remove("env.A")), out: "[env]\n  # database\n  B = \"y\"\n"},
		{name: "comment between two keys is the lower one's", in: "[env]\nA = \"1\"\n# about?\nB = \"2\"\n", edits: edits(remove("env.B")), out: "[env]\nA = \"1\"\n"},
		{name: "no double blank line", in: "a = 1\n\nb = 2\n\nc = 3\n", edits: edits(remove("b")), out: "a = 1\n\nc = 3\n"},
		{name: "last line", in: "a = 1\n\nb = 2\n", edits: edits(remove("b")), out: "a = 1\n"},
		{name: "table with its tables", in: "a = 1\n\n# t\n[t]\nx = 1\n# y = 2\n\n[t.sub]\nz = 1\n\n# u\n[u]\nx = 1\n", edits: edits(remove("t")), out: "a = 1\n\n# u\n[u]\nx = 1\n"},
		{name: "one entry", in: "[[s]]\nx = 1\n[[s.p]]\ny = 1\n\n[[s]]\nx = 2\n\n[[s]]\nx = 3\n", edits: edits(remove("s[1]")), out: "[[s]]\nx = 1\n[[s.p]]\ny = 1\n\n[[s]]\nx = 3\n"},
		{name: "all entries", in: "a = 1\n\n[[s]]\nx = 1\n\n[[s]]\nx = 2\n\n[b]\n", edits: edits(remove("s")), out: "a = 1\n\n[b]\n"},
		{name: "only entry", in: "[s.t]\n[[s.t.u]]\nx = 1\n", edits: edits(remove("s.t.u[0]")), out: "[s.t]\n"},
		{name: "implied table vanishes", in: "a = 1\n\n[x.y]\nb = 1\n", edits: edits(remove("x.y")), out: "a = 1\n"},
		{name: "dotted table", in: "d.a = 1\nx = 1\nd.b = 2\n", edits: edits(remove("d")), out: "x = 1\n"},
		{name: "dotted key", in: "d.a = 1\nd.b = 2\n", edits: edits(remove("d.a")), out: "d.b = 2\n"},
		{name: "flyctl's head stays", in: "# fly.toml app configuration\n[build]\nx = 1\n", edits: edits(remove("build")), out: "# fly.toml app configuration\n"},
		{name: "inline first", in: "a = { x = 1, y = 2 }\n", edits: edits(remove("a.x")), out: "a = { y = 2 }\n"},
		{name: "inline last", in: "a = { x = 1, y = 2 }\n", edits: edits(remove("a.y")), out: "a = { x = 1 }\n"},
		{name: "inline only", in: "a = { x = 1 }\n", edits: edits(remove("a.x")), out: "a = {}\n"},
		{name: "array entries", in: "a = [1, 2, 3] # c\n", edits: edits(remove("a[1]"), remove("a[1]")), out: "a = [1] # c\n"},
		{name: "array on lines", in: "a = [\n  \"x\",\n  \"y\",\n]\n", edits: edits(remove("a[1]")), out: "a = [\n  \"x\",\n]\n"},
		{name: "value of several lines", in: "a = \"\"\"\nx\n\ny\"\"\" # c\nb = 1\n", edits: edits(remove("a")), out: "b = 1\n"},
		{name: "missing", in: "a = 1\n", edits: edits(remove("b")), refused: "not in the file"},
		{name: "comments inside", in: "a = [\n 1, # one\n 2,\n]\n", edits: edits(remove("a[0]")), refused: "comments"},
	})
}

func TestApplyIsAllOrNothing(t *testing.T) {
	f, err := flytoml.Parse("fly.toml", []byte("a = 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Apply(set("b", "2"), set("a.x", "1"))
	var no *flytoml.RefusedError
	if got != nil || !errors.As(err, &no) {
		t.Fatalf("got %v, %v; want a refusal and no file", got, err)
	}
	if diff := cmp.Diff("set a.x: a is not a table", err.Error()); diff != "" {
		t.Error(diff)
	}
	if no.Line != 1 {
		t.Errorf("line %d, want 1", no.Line)
	}
}
