package flytoml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/google/go-cmp/cmp"
)

func mustParse(tb testing.TB, src string) *flytoml.File {
	tb.Helper()
	f, err := flytoml.Parse("fly.toml", []byte(src))
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func TestParseErrors(t *testing.T) {
	deep := "a = " + strings.Repeat("[", 101) + strings.Repeat("]", 101)
	for _, c := range []struct{ name, in, want, text string }{
		{"duplicate key", "app = \"x\"\nkill_timeout = 5\nkill_timeout = 6\n", "fly.toml:3:1: kill_timeout is set twice, at lines 2 and 3", "kill_timeout = 6"},
		{"duplicate in env", "[env]\n  A = \"1\"\n  A = \"hunter2\" # hunter2\n", "fly.toml:3:3: env.A is set twice, at lines 2 and 3", "  A = (hidden)"},
		{"duplicate secret", "[x]\npassword = 1\npassword = \"hunter2\"\n", "fly.toml:3:1: x.password is set twice, at lines 2 and 3", "password = (hidden)"},
		{"duplicate table", "[a]\n[a]\n", "fly.toml:2:2: ", "[a]"},
		{"after a byte order mark", "\ufeffapp = \"é\" x\n", "fly.toml:1:11: only a comment can follow a value on its line", "app = \"é\" x"},
		{"crlf", "a = 1\r\nb = \r\n", "fly.toml:2:5: ", "b = "},
		{"bad value in env", "[env]\nTOKEN = hunter2\n", "fly.toml:2:9: a string needs quotes", "TOKEN = (hidden)"},
		{"env written dotted", "env.A = hunter2\n", "fly.toml:1:9: a string needs quotes", "env.A = (hidden)"},
		{"no equals", "hunter2\n", "fly.toml:1:8: the = between key and value is missing", "(hidden)"},
		{"inside an open string", "[a]\nb = \"\"\"\nhunter2 = 1\n", "fly.toml:2:5: the multi-line string that begins here", "b = \"\"\""},
		{"JSON", "{\n  \"app\": \"x\"\n}\n", "fly.toml:1:1: this is JSON", "(hidden)"},
		{"inside an open array", "[a]\nb = [\n[hunter2]\n", "fly.toml:3:2: ", "(hidden)"},
		{"number", "a = 1e999999\n", "fly.toml:1:5: ", "a = 1e999999"},
		{"NUL", "a = 1\nb = \"\x00\"\n", "fly.toml:2:6: a NUL byte: this is not a text file", "(hidden)"},
		{"not UTF-8", "a = \"\xff\"\n", "fly.toml:1:6: a byte that is not UTF-8", "(hidden)"},
		{"deep value", deep, "fly.toml:1:105: nested more than 100 levels deep", deep},
		{"deep key", strings.Repeat("a.", 100) + "a = 1", "fly.toml:1:1: nested more than 100 levels deep", ""},
		{"large", "# " + strings.Repeat("x", 1<<20), "fly.toml:1:1: the file has 1048578 bytes; at most 1048576 are read", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := flytoml.Parse("fly.toml", []byte(c.in))
			var got *flytoml.ParseError
			if f != nil || !errors.As(err, &got) {
				t.Fatalf("got %v, %v; want a ParseError", f, err)
			}
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %q, want it to start with %q", err, c.want)
			}
			if c.text != "" && got.Text != c.text {
				t.Errorf("text %q, want %q", got.Text, c.text)
			}
			if strings.Contains(got.Text+err.Error(), "hunter2") {
				t.Errorf("the secret is in %q, %q", err, got.Text)
			}
		})
	}
}

func TestParseKeepsBytes(t *testing.T) {
	for _, in := range []string{"", "\n", "\ufeff", "# only\r\n", "a = 1", "a = 1\r\nb = 2\nc = '''\r\nx'''\n"} {
		if got := string(mustParse(t, in).Bytes()); got != in {
			t.Errorf("got %q, want %q", got, in)
		}
	}
}

const sample = `app = "demo" # the app
primary_region = 'fra'

[Deploy]
  Strategy = "rolling"

[env]
  "a.b" = "1"
  PORT = 8080
  RATE = 1.5

# two services
[[services]]
  internal_port = 8080
  processes = [
    "app", # web
  ]
  [[services.ports]]
    port = 80
[[services]]
  ports = [{ port = 81, handlers = ["http"] }]

[[processes.x]]
[mounts]
  source = "data"
`

func TestGet(t *testing.T) {
	f := mustParse(t, sample)
	for _, c := range []struct{ path, want string }{
		{"app", `app string 1:1 "demo"`},
		{"deploy.strategy", `Deploy.Strategy string 5:3 "rolling"`},
		{"DEPLOY", "Deploy table 4:1"},
		{`env."a.b"`, `env."a.b" string 8:3 "1"`},
		{"env.port", "none"},
		{"env.PORT", `env.PORT integer 9:3 8080`},
		{"services", "services array of tables 13:1"},
		{"services[0]", "services[0] table 13:1"},
		{"services[0].processes[0]", `services[0].processes[0] string 16:5 "app"`},
		{"services[0].ports[0].port", "services[0].ports[0].port integer 19:5 80"},
		{"services[1].ports[0].handlers[0]", `services[1].ports[0].handlers[0] string 21:37 "http"`},
		{"services[1].ports[0]", "services[1].ports[0] table 21:12 { port = 81, handlers = [\"http\"] }"},
		{"services[2]", "none"},
		{"services.ports", "none"},
		{"mounts[0]", "none"},
		{"a..b", "none"},
	} {
		got := "none"
		if n, ok := f.Get(c.path); ok {
			p := n.Position()
			got = strings.TrimSpace(fmt.Sprintf("%s %s %d:%d %s", n.Path(), n.Kind(), p.Line, p.Column, n.Raw()))
		}
		if got != c.want {
			t.Errorf("Get(%s) is %s, want %s", c.path, got, c.want)
		}
	}
}

func TestNodeValues(t *testing.T) {
	f := mustParse(t, sample)
	if diff := cmp.Diff([]string{"app", "primary_region", "Deploy", "env", "services", "processes", "mounts"}, f.Root().Keys()); diff != "" {
		t.Error(diff)
	}
	mounts, _ := f.Get("mounts")
	if items := mounts.Items(); len(items) != 1 || items[0].Path() != "mounts" {
		t.Errorf("a single table gives %v, want itself", items)
	}
	env, _ := f.Get("env")
	if diff := cmp.Diff(map[string]any{"a.b": "1", "PORT": int64(8080), "RATE": 1.5}, env.Value()); diff != "" {
		t.Error(diff)
	}
	port, _ := env.Key("PORT")
	i, isInt := port.Int()
	fl, isFloat := port.Float()
	_, isString := port.Str()
	if i != 8080 || !isInt || fl != 8080 || !isFloat || isString {
		t.Errorf("PORT is %d %v, %v %v, string %v", i, isInt, fl, isFloat, isString)
	}
	inline, _ := f.Get("services[1].ports")
	if services, _ := f.Get("services"); !inline.Inline() || services.Inline() {
		t.Error("Inline mixes up the two forms")
	}
	var none flytoml.Node
	if none.Kind() != flytoml.Invalid || none.Path() != "" || none.Items() != nil || none.Value() != nil {
		t.Error("the zero Node is something")
	}
}

func TestPrintsNoValues(t *testing.T) {
	f := mustParse(t, "[env]\nSECRET = \"hunter2\"\n")
	n, _ := f.Get("env.SECRET")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(verb, f); got != "fly.toml" {
			t.Errorf("%s prints the file as %q", verb, got)
		}
		if got := fmt.Sprintf(verb, n); got != "env.SECRET (string)" {
			t.Errorf("%s prints the node as %q", verb, got)
		}
	}
}

func TestComments(t *testing.T) {
	f := mustParse(t, "a = \"# no\" # yes\r\n# top\r\nb = [\r\n  1, # in\r\n]\r\nc = '''\r\n# no\r\n'''''#end")
	want := []flytoml.Comment{{1, "# yes", false}, {2, "# top", true}, {4, "# in", false}, {8, "#end", false}}
	if diff := cmp.Diff(want, f.CommentLines()); diff != "" {
		t.Error(diff)
	}
	if f.Comments() != 4 || f.EOL() != "\r\n" || f.Line(2) != "# top" || f.Line(99) != "" {
		t.Errorf("got %d comments, EOL %q, line 2 %q", f.Comments(), f.EOL(), f.Line(2))
	}
}

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		path string
		want []flytoml.Segment
	}{
		{"a.b[0].c", []flytoml.Segment{{"a", -1}, {"b", -1}, {Index: 0}, {"c", -1}}},
		{`env."a.b"`, []flytoml.Segment{{"env", -1}, {"a.b", -1}}},
		{`env.'a"b'`, []flytoml.Segment{{"env", -1}, {`a"b`, -1}}},
		{`x.""`, []flytoml.Segment{{"x", -1}, {"", -1}}},
	} {
		got, err := flytoml.ParsePath(c.path)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.path, diff)
		}
	}
	for _, bad := range []string{"a.", ".a", "a[", "a[x]", "a[-1]", "a[01]", "[0]", "a b", `a."b`, "a[0]b"} {
		if got, err := flytoml.ParsePath(bad); err == nil {
			t.Errorf("%s is read as %v", bad, got)
		}
	}
	if got, want := flytoml.Join("env", "a.b", "C", "", "ü\n\""), `env."a.b".C."".`+"\"ü\\u000A\\\"\""; got != want {
		t.Errorf("Join gives %s, want %s", got, want)
	}
}
