package flytoml_test

import (
	"errors"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// TestCures: what is no TOML is told with both lines and what to do.
func TestCures(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"a table twice":        {"[env]\nA = 1\n[vm]\nx = 1\n[env]\nB = 2\n", "f:5:2: [env] is in the file twice, at lines 1 and 5; put the keys of both under one heading"},
		"an empty one":         {"[build]\n\n[env]\nA = 1\n[build]\nimage = 'x'\n", "f:5:2: [build] is in the file twice, at lines 1 and 5; delete line 1, under which there is nothing"},
		"a key twice":          {"app = 'a'\napp = 'b'\n", "f:2:1: app is set twice, at lines 1 and 2; keep one of the two"},
		"one table and many":   {"[mounts]\na = 1\n[[mounts]]\nb = 1\n", "f:3:3: mounts is a single table at line 1 and an array of tables at line 3; write each as [[mounts]]"},
		"many and one table":   {"[[vm]]\nb = 1\n[vm]\na = 1\n", "f:3:2: vm is an array of tables at line 1 and a single table at line 3; write each as [[vm]]"},
		"a table in a value":   {"[processes]\nw = 'x'\n[processes.w.y]\nb = 1\n", "f:3:2: processes.w has a value at line 2 and is a table at line 3; keep one of the two"},
		"a key in a value":     {"a = 1\na.b = 2\n", "f:2:1: a has a value at line 1 and is a table at line 2; keep one of the two"},
		"dots and a heading":   {"[x]\nb.c = 1\n[x.b]\nd = 1\n", "f:3:2: x.b is set by a dotted key at line 2 and is a table at line 3; keep one of the two forms"},
		"a key of one entry":   {"[[s]]\nb = 1\n[[s]]\nb = 2\nb = 3\n", "f:5:1: s.b is set twice, at lines 4 and 5; keep one of the two"},
		"a value and a table":  {"mounts = 'x'\n[[mounts]]\nb = 1\n", "f:2:3: mounts has a value at line 1 and is a table at line 2; keep one of the two"},
		"UTF-16":               {"\xff\xfea\x00", "f:1:1: the file is UTF-16, and flyctl reads UTF-8 only; save it as UTF-8"},
		"curly quotes":         {"app = “a”\n", `f:1:7: TOML has no curly quotes; use "`},
		"yes":                  {"[http_service]\nforce_https = yes\n", "f:2:15: yes is not a value in TOML; write true or false"},
		"a colon":              {"app: 'a'\n", "f:1:4: TOML puts = between key and value, not a colon"},
		"carriage returns":     {"app = 'a'\r[env]\r", "f:1:10: a carriage return alone doesn't end a line; save the file with LF or CRLF line endings"},
		"a merge conflict":     {"app = 'a'\n<<<<<<< HEAD\nb = 1\n=======\nb = 2\n>>>>>>> x\n", "f:2:1: an unresolved merge conflict: keep one of the two versions and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"},
		"Markdown":             {"```toml\napp = 'a'\n```\n", "f:1:1: ``` is Markdown; delete the line"},
		"another's comment":    {"// app\napp = 'a'\n", "f:1:1: a comment begins with # in TOML"},
		"behind a value":       {"app = 'a' -- x\n", "f:1:11: a comment begins with # in TOML"},
		"a dash":               {"- app = 'a'\n", "f:1:3: a line can't begin with a dash in TOML; write key = value"},
		"no value":             {"[env]\nA = \n", "f:2:5: the value after the = is missing"},
		"null":                 {"a = null\n", "f:1:5: TOML has no null; leave the key out"},
		"a variable":           {"a = ${PORT}\n", "f:1:5: variables are not expanded in fly.toml; write the value itself, in quotes"},
		"no quotes":            {"memory = 1gb\n", `f:1:11: a string needs quotes: "..."`},
		"a word":               {"strategy = rolling\n", `f:1:12: a string needs quotes: "..."`},
		"in an array":          {"a = [tls, 'b']\n", `f:1:6: a string needs quotes: "..."`},
		"half a quote":         {"a = 'b\nc = 1\n", "f:1:7: the string is not closed; add the missing quote"},
		"a quote too many":     {"a = 'b''\n", "f:1:8: only a comment can follow a value on its line: is there an extra quote, or a second key?"},
		"a comma":              {"a = 1,\n", "f:1:6: a line can't end with a comma in TOML; delete it"},
		"a semicolon":          {"a = 1;\n", "f:1:6: a line can't end with a semicolon in TOML; delete it"},
		"an open array":        {"a = [ 'b'\n[env]\nA = 1\n", "f:2:1: an array that begins further up is not closed; add its ]"},
		"keys in an array":     {"processes = [\n  web = 'x'\n]\n", "f:2:3: an array that begins further up is not closed; add its ]"},
		"a heading":            {"[env] {\nA = 1\n}\n", "f:1:7: only a comment can follow a heading on its line"},
		"braces":               {"{env}\nA = 1\n", "f:1:1: a heading is written [name] or [[name]]"},
		"an open heading":      {"[env\nA = 1\n", "f:1:5: the heading is not closed with ], or its names have no dots between them: [a.b]"},
		"no equals sign":       {"app 'a'\n", "f:1:5: the = between key and value is missing"},
		"not seen":             {"app = \u200b'a'\n", "f:1:7: there is an invisible character here; delete it"},
		"a part above":         {"[services.concurrency]\na = 1\n[[services]]\nb = 1\n", "f:3:3: [services.concurrency] at line 1 belongs to [[services]], which begins only at line 3; move it below"},
		"dots and a key":       {"p.a = 1\np = []\n", "f:2:1: p is set by a dotted key at line 1 and again at line 2; keep one of the two forms"},
		"an array with things": {"mounts = [1]\n[[mounts]]\nb = 1\n", "f:2:3: mounts has a value at line 1 and is a table at line 2; keep one of the two"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := flytoml.Parse("f", []byte(c.in))
			var bad *flytoml.ParseError
			if !errors.As(err, &bad) || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestSurplus: an empty array above the tables of its name is not in the tree,
// and one edit takes its line away, and no other byte.
func TestSurplus(t *testing.T) {
	for name, c := range map[string]struct{ in, path, want string }{
		"arrays":         {"app = 'a'\nmounts = []\n\n[[mounts]]\nx = 1\n", "mounts", "app = 'a'\n\n[[mounts]]\nx = 1\n"},
		"a table":        {"processes = []\n[processes]\nweb = 'x'\n", "processes", "[processes]\nweb = 'x'\n"},
		"below an entry": {"[[services]]\nhttp_checks = []\n[[services.http_checks]]\nx = 1\n", "services[0].http_checks", "[[services]]\n[[services.http_checks]]\nx = 1\n"},
		"crlf":           {"app = 'a'\r\nvm = [ ]\r\n[[vm]]\r\nx = 1\r\n", "vm", "app = 'a'\r\n[[vm]]\r\nx = 1\r\n"},
		"several lines":  {"vm = [\n]\n[vm]\nx = 1\n", "vm", "[vm]\nx = 1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := flytoml.Parse("f", []byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			all := f.Surplus()
			if len(all) != 1 || all[0].Node.Path() != c.path {
				t.Fatalf("got %v", all)
			}
			after, err := f.Apply(flytoml.Edit{Op: flytoml.CutSurplus, Path: c.path})
			if err != nil {
				t.Fatal(err)
			}
			if string(after.Bytes()) != c.want || len(after.Surplus()) != 0 {
				t.Errorf("got %q, want %q", after.Bytes(), c.want)
			}
		})
	}
	// Those of another entry of the array are not.
	f, err := flytoml.Parse("f", []byte("[[services]]\nhttp_checks = []\n[[services]]\n[[services.http_checks]]\nx = 1\n"))
	if err != nil || len(f.Surplus()) != 0 {
		t.Errorf("got %v, %v", f.Surplus(), err)
	}
}
