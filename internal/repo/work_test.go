package repo

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// routeLines is a route in each language; %d makes each another one.
var routeLines = map[string]string{
	"a.js": "app.get(\"/health\", requireAuth, (q, r) => r.end(%d));\n", "a.py": "@app.get(\"/health\")\ndef f%d(): pass\n", "a.go": "r.GET(\"/health\", h%d)\n",
	"a.rb": "get \"/health\", to: \"h#i%d\"\n", "a.php": "Route::get('/health', f%d);\n", "a.java": "@GetMapping(\"/health\") h%d\n", "a.rs": ".route(\"/health\", get(h%d))\n",
	"a.cs": "app.MapGet(\"/healthz\", f%d);\n", "a.ex": "get \"/health\", C, :i%d\n",
}

// fullOf is a file of about n bytes of routes, in lines or in one.
func fullOf(name string, n int, oneLine bool) []byte {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, routeLines[name], i)
	}
	text := b.String()[:n]
	if oneLine {
		text = strings.ReplaceAll(text, "\n", " ")
	}
	return []byte(text)
}

func lookAt(name string, text []byte) *source {
	s := &source{sc: &scanner{dir: "/nowhere", root: "/nowhere", opts: Options{ConfigName: "fly.toml", InternalPorts: []int{8080}, Asked: []string{"/", "/healthz"}}}, file: name, base: filepath.Base(name), text: text, facts: new(facts)}
	s.look()
	return s
}

// However many routes a file has, what is kept of it stays bounded: the work
// around each costs a bounded piece of the file.
func TestAFileFullOfRoutesIsBounded(t *testing.T) {
	for name := range routeLines {
		for _, oneLine := range []bool{false, true} {
			if n := len(lookAt(name, fullOf(name, 512<<10, oneLine)).facts.routes); n > 2*maxMatches {
				t.Errorf("%s, one line %v: %d routes", name, oneLine, n)
			}
		}
	}
}

// So it is with commands that migrate, however long their line.
func TestAFileFullOfMigrationsIsBounded(t *testing.T) {
	for _, name := range []string{"deploy.sh", "package.json"} {
		text := []byte(`{"scripts": {` + strings.Repeat(`"start": "prisma migrate deploy", `, 5000) + "}}")
		found := lookAt(name, text).facts.migrated
		if n := len(found.runs) + len(found.scripts); n == 0 || n > maxMatches {
			t.Errorf("%s: %d commands", name, n)
		}
	}
}

// What is shown of a long line begins with what was found: half a secret before
// it would not be hidden.
func TestALongLineIsNotCutInASecret(t *testing.T) {
	const secret = "sk9x7w5v3u1t8s6r4q2p0o9n7m5l3k1j"
	for cut := range len(secret) {
		text := strings.Repeat("a; ", 100) + secret + strings.Repeat(" ", maxLine/3-cut)
		for _, tail := range []string{`app.get("/health", f)`, "\n" + `app.get("/health", f)`} {
			shown := lookAt("app.js", []byte(text+tail)).facts.routes
			if len(shown) != 1 || strings.Contains(shown[0].Text, secret[len(secret)-5:]) || !strings.Contains(shown[0].Text, `.get("/health"`) {
				t.Fatalf("%d bytes are cut off: %v", cut, shown)
			}
		}
	}
}

func BenchmarkFileFullOfRoutes(b *testing.B) {
	for name := range routeLines {
		for _, oneLine := range []bool{false, true} {
			text := fullOf(name, 5_000_000, oneLine)
			b.Run(fmt.Sprintf("%s/one-line=%v", filepath.Ext(name)[1:], oneLine), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					lookAt(name, text)
				}
			})
		}
	}
}

// FuzzWork: whatever stands in a file, twice as much of it takes no more than
// about twice the work, and no byte is gone through more than some dozen times.
func FuzzWork(f *testing.F) {
	for name, line := range routeLines {
		f.Add(name, fmt.Sprintf(line, 1))
		f.Add(name, strings.ReplaceAll(fmt.Sprintf(line, 1), "\n", " "))
		for _, odd := range []string{"{", "\"", "\n  "} {
			f.Add(name, odd+fmt.Sprintf(line, 1))
		}
	}
	f.Fuzz(func(t *testing.T, name, piece string) {
		if routeLines[name] == "" || piece == "" || len(piece) > 1000 {
			return
		}
		work := func(n int) int { return lookAt(name, []byte(strings.Repeat(piece, n/len(piece)+1))).work }
		once, twice := work(2<<10), work(4<<10)
		if twice > 2*once+once/2+4<<10 {
			t.Errorf("%s: %d bytes are gone through of 2 KB of %q, %d of 4 KB", name, once, piece, twice)
		}
		if perByte := twice >> 12; perByte > 60 {
			t.Errorf("%s: each byte of 4 KB of %q is gone through %d times", name, piece, perByte)
		}
	})
}
