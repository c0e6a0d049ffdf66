package repo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/plan"
)

func TestHealthcheck(t *testing.T) {
	for _, tc := range []struct {
		name, dockerfile string
		ports            []int
		port             int
		path             string // "" for none
	}{
		{"shell", "FROM a\nHEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1\n", nil, 8080, "/health"},
		{"flags and continuation", "FROM a\nHEALTHCHECK --interval=30s --timeout=3s \\\n  CMD wget -qO- http://127.0.0.1:3000/healthz >/dev/null || exit 1\n", nil, 3000, "/healthz"},
		{"exec", `FROM a` + "\n" + `HEALTHCHECK CMD ["curl", "-f", "http://localhost:8080/up"]` + "\n", nil, 8080, "/up"},
		{"exec of a shell", `FROM a` + "\n" + `HEALTHCHECK CMD ["sh", "-c", "curl -f http://localhost:8080/up || exit 1"]` + "\n", nil, 8080, "/up"},
		{"no scheme", "FROM a\nHEALTHCHECK CMD curl -f localhost:8080/health\n", nil, 8080, "/health"},
		{"no port", "FROM a\nHEALTHCHECK CMD curl -f http://localhost/health\n", nil, 0, "/health"},
		{"no path", "FROM a\nHEALTHCHECK CMD curl -f 'http://localhost:8080' || exit 1\n", nil, 8080, "/"},
		{"query stays", "FROM a\nHEALTHCHECK CMD curl -f \"http://localhost:80/h?full=1\"\n", nil, 80, "/h?full=1"},
		{"default", "FROM a\nHEALTHCHECK CMD curl -f http://127.0.0.1:${PORT:-8080}/x\n", nil, 8080, "/x"},
		{"env", "FROM a\nENV PORT=4000\nHEALTHCHECK CMD curl -f http://127.0.0.1:$PORT/x\n", nil, 4000, "/x"},
		{"port of the service", "FROM a\nHEALTHCHECK CMD curl -f http://127.0.0.1:$PORT/x\n", []int{9000}, 9000, "/x"},
		{"port unknown", "FROM a\nHEALTHCHECK CMD curl -f http://127.0.0.1:$PORT/x\n", []int{1, 2}, 0, ""},
		{"none", "FROM a\nHEALTHCHECK CMD curl -f http://localhost/x\nHEALTHCHECK NONE\n", nil, 0, ""},
		{"last stage only", "FROM a AS one\nHEALTHCHECK CMD curl -f http://localhost/x\nFROM b\nCOPY --from=one /a /a\n", nil, 0, ""},
		{"inherited stage", "FROM a AS one\nHEALTHCHECK CMD curl -f http://localhost/x\nFROM One\n", nil, 0, "/x"},
		{"commented out", "FROM a\n# HEALTHCHECK CMD curl -f http://localhost/x\n", nil, 0, ""},
		{"another host", "FROM a\nHEALTHCHECK CMD curl -f http://example.com/x\n", nil, 0, ""},
		{"a host that begins alike", "FROM a\nHEALTHCHECK CMD curl -f http://localhost.example.com/x\n", nil, 0, ""},
		{"https", "FROM a\nHEALTHCHECK CMD curl -fk https://localhost:8443/x\n", nil, 0, ""},
		{"post", "FROM a\nHEALTHCHECK CMD curl -X POST http://localhost:8443/x\n", nil, 0, ""},
		{"another tool", "FROM a\nHEALTHCHECK CMD pg_isready -h localhost\n", nil, 0, ""},
		{"broken", "FROM a\nHEALTHCHECK\nRUN <<EOF\n", nil, 0, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := tree(t, "-- Dockerfile --\n"+tc.dockerfile)
			r := scan(t, dir, Options{InternalPorts: tc.ports})
			port, path := 0, ""
			if r.Healthcheck != nil {
				port, path = r.Healthcheck.Port, r.Healthcheck.Path
				if r.Healthcheck.File != "Dockerfile" || r.Healthcheck.Line == 0 || !strings.HasPrefix(r.Healthcheck.Text, "HEALTHCHECK") {
					t.Errorf("evidence %+v", r.Healthcheck.Evidence)
				}
			}
			if port != tc.port || path != tc.path {
				t.Errorf("got port %d path %q, want port %d path %q", port, path, tc.port, tc.path)
			}
		})
	}
}

func TestDockerfileChoice(t *testing.T) {
	dir := tree(t, "-- Dockerfile --\nFROM a\n-- ops/web.Dockerfile --\nFROM a\nHEALTHCHECK CMD curl -f http://localhost/x\n")
	if r := scan(t, dir, Options{}); r.Dockerfile != "Dockerfile" || r.Healthcheck != nil {
		t.Errorf("default: %q %v", r.Dockerfile, r.Healthcheck)
	}
	if r := scan(t, dir, Options{Dockerfile: "./ops/web.Dockerfile"}); r.Dockerfile != "ops/web.Dockerfile" || r.Healthcheck == nil {
		t.Errorf("named: %q %v", r.Dockerfile, r.Healthcheck)
	}
	if r := scan(t, dir, Options{Dockerfile: "missing"}); r.Dockerfile != "" {
		t.Errorf("missing: %q", r.Dockerfile)
	}
}

func shown(e *plan.Evidence) string {
	if e == nil {
		return "none"
	}
	return fmt.Sprintf("%s:%d %s", e.File, e.Line, e.Text)
}

func TestEvidence(t *testing.T) {
	for _, tc := range []struct{ name, files, ssl, host, sqlite string }{
		{"rails", "-- config/environments/production.rb --\nRails.application.configure do\n  config.force_ssl = true\n  # config.hosts << 'x'\nend\n-- config/database.yml --\ndefault: &default\n  adapter: sqlite3\nproduction:\n  <<: *default\n",
			"config/environments/production.rb:2 config.force_ssl = true", "none", "config/database.yml:2 adapter: sqlite3"},
		{"rails, commented", "-- config/environments/production.rb --\n# config.force_ssl = true\n-- config/database.yml --\ndevelopment:\n  adapter: sqlite3\nproduction:\n  adapter: postgresql\n", "none", "none", "none"},
		{"rails, development", "-- config/environments/development.rb --\nconfig.force_ssl = true\nconfig.hosts << 'x'\n", "none", "none", "none"},
		{"rails, hosts", "-- config/environments/production.rb --\nconfig.hosts = [\n  'example.com']\n", "none", "config/environments/production.rb:1 config.hosts = [", "none"},
		{"django", "-- mysite/settings.py --\nALLOWED_HOSTS = ['example.com']\nSECURE_SSL_REDIRECT = True\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
			"mysite/settings.py:2 SECURE_SSL_REDIRECT = True", "mysite/settings.py:1 ALLOWED_HOSTS = ['example.com']", "mysite/settings.py:3 DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}"},
		{"django, open", "-- mysite/settings.py --\nALLOWED_HOSTS = [\n  '*',\n]\n# SECURE_SSL_REDIRECT = True\nSECURE_SSL_REDIRECT = False\n", "none", "none", "none"},
		{"django, from the environment", "-- mysite/settings.py --\nALLOWED_HOSTS = os.environ['HOSTS'].split(',')\n", "none", "mysite/settings.py:1 ALLOWED_HOSTS = os.environ['HOSTS'].split(',')", "none"},
		{"phoenix", "-- config/prod.exs --\nconfig :app, AppWeb.Endpoint,\n  force_ssl: [rewrite_on: [:x_forwarded_proto]]\n-- lib/app/repo.ex --\nuse Ecto.Repo, adapter: Ecto.Adapters.SQLite3\n",
			"config/prod.exs:2 force_ssl: [rewrite_on: [:x_forwarded_proto]]", "none", "lib/app/repo.ex:1 use Ecto.Repo, adapter: Ecto.Adapters.SQLite3"},
		{"phoenix, commented", "-- config/runtime.exs --\n# force_ssl: [hsts: true]\n", "none", "none", "none"},
		{"prisma", "-- prisma/schema.prisma --\ndatasource db {\n  provider = \"sqlite\"\n}\n", "none", "none", "prisma/schema.prisma:2 provider = \"sqlite\""},
		{"prisma, postgres", "-- prisma/schema.prisma --\ndatasource db {\n  // provider = \"sqlite\"\n  provider = \"postgresql\"\n}\n", "none", "none", "none"},
		{"go", "-- go.mod --\nmodule x\nrequire (\n\tmodernc.org/sqlite v1.30.0\n)\n", "none", "none", "go.mod:3 modernc.org/sqlite v1.30.0"},
		{"go, indirect", "-- go.mod --\nmodule x\nrequire modernc.org/sqlite v1.30.0 // indirect\n", "none", "none", "none"},
		{"npm", "-- package.json --\n{\"dependencies\": {\n\"better-sqlite3\": \"^11\"}}\n", "none", "none", "package.json:2 \"better-sqlite3\": \"^11\"}}"},
		{"litefs", "-- litefs.yml --\n# about\nfuse:\n  dir: /litefs\n", "none", "none", "litefs.yml:2 fuse:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := scan(t, tree(t, tc.files), Options{})
			got := []string{shown(r.ForceSSL), shown(r.HostCheck), shown(r.SQLite)}
			if diff := cmp.Diff([]string{tc.ssl, tc.host, tc.sqlite}, got); diff != "" {
				t.Errorf("ssl, host, sqlite (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSiblingsAndDeploys(t *testing.T) {
	dir := tree(t, `
-- fly.toml --
app = "web" # the app
[build]
-- fly.staging.toml --
# app = "no"
app = 'web-staging'
-- fly-review.toml --
[env]
app = "not this"
-- worker/fly.toml --
"app"="worker"
-- node_modules/x/fly.toml --
app = "x"
-- .github/workflows/deploy.yml --
jobs:
  deploy:
    steps:
      # - run: fly deploy -a commented
      - run: flyctl deploy --remote-only
      - run: flyctl deploy --app web --config fly.toml
      - run: flyctl deploy --app web-staging --build-secret TOKEN=hunter2hunter2
      - run: FLY_API_TOKEN=hunter2 fly deploy -c fly.staging.toml
      - run: flyctl logs -a other
      - run: echo hello # fly deploy -a other
      - run: flyctl deploy --remote-only --image registry.fly.io/web:latest --strategy rolling --wait-timeout 300 --app far
-- .github/workflows/pr.yml --
      - uses: superfly/fly-pr-review-apps@1.2.1
-- scripts/deploy --
fly deploy \
  --app="$APP"
-- Makefile --
staging:
	fly secrets set -a=web-staging KEY=hunter2 PASSWORD=12345 DEBUG=true T=30s
-- package.json --
{"scripts": {
  "deploy": "fly deploy -c worker/fly.toml"}}
-- README.md --
fly deploy -a readme
`)
	r := scan(t, dir, Options{ConfigName: "fly.toml"})
	siblings := []plan.Sibling{{File: "fly-review.toml"}, {File: "fly.staging.toml", App: "web-staging"}, {File: "worker/fly.toml", App: "worker"}}
	if diff := cmp.Diff(siblings, r.Siblings); diff != "" {
		t.Errorf("siblings (-want +got):\n%s", diff)
	}
	var got []string
	for _, e := range r.ElseApps {
		got = append(got, shown(&e))
	}
	want := []string{
		".github/workflows/deploy.yml:7 run: flyctl deploy --app web-staging --build-secret TOKEN=(hidden)",
		".github/workflows/deploy.yml:8 run: FLY_API_TOKEN=(hidden) fly deploy -c fly.staging.toml",
		".github/workflows/deploy.yml:11 … --app far",
		".github/workflows/pr.yml:1 uses: superfly/fly-pr-review-apps@1.2.1",
		"Makefile:2 fly secrets set -a=web-staging KEY=(hidden) PASSWORD=(hidden) DEBUG=true T=30s",
		`package.json:2 "deploy": "fly deploy -c worker/fly.toml"}}`,
		`scripts/deploy:1 fly deploy --app="$APP"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deploys (-want +got):\n%s", diff)
	}
	// From a subfolder, the parent isn't read.
	if r := scan(t, filepath.Join(dir, "worker"), Options{ConfigName: "fly.toml"}); len(r.Siblings)+len(r.ElseApps) != 0 {
		t.Errorf("worker: %+v %+v", r.Siblings, r.ElseApps)
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	outside := tree(t, "-- app.js --\napp.get('/health', (q, r) => r.end())\n-- Dockerfile --\nFROM a\nHEALTHCHECK CMD curl -f http://localhost/x\n")
	dir := t.TempDir()
	for _, name := range []string{"app.js", "Dockerfile"} {
		if err := os.Symlink(filepath.Join(outside, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "src")); err != nil {
		t.Fatal(err)
	}
	if r := scan(t, dir, Options{}); len(r.Routes) != 0 || r.Dockerfile != "" || r.Healthcheck != nil {
		t.Errorf("read through a link: %+v", r)
	}
	if r := scan(t, dir, Options{Dockerfile: "src/Dockerfile"}); r.Dockerfile != "" {
		t.Errorf("read through a linked folder: %+v", r)
	}
}

func TestBounds(t *testing.T) {
	dir := t.TempDir()
	deep := dir
	for range maxDepth + 1 {
		deep = filepath.Join(deep, "d")
	}
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	code := []byte("const app = express()\napp.get('/health', (q, r) => r.end())\n")
	big := append(code[:len(code):len(code)], make([]byte, maxFile)...)
	for name, text := range map[string][]byte{filepath.Join(deep, "a.js"): code, filepath.Join(dir, "big.js"): big} {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if r := scan(t, dir, Options{}); len(r.Routes) != 0 {
		t.Errorf("read beyond the bounds: %+v", r.Routes)
	}
}

func TestScanErrors(t *testing.T) {
	if _, err := Scan(context.Background(), Options{Dir: filepath.Join(t.TempDir(), "none")}); err != nil {
		t.Errorf("a folder that is not there is not empty: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Scan(context.Background(), Options{Dir: file}); err == nil {
		t.Error("a file is taken for a folder")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Scan(ctx, Options{Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Whatever a file holds, looking at it neither panics nor moves an offset.
func FuzzLook(f *testing.F) {
	f.Add("a.js", "app.get('/health', (q, r) => r.end()) // '/health'\n")
	f.Add("a.py", "\"\"\"\n@app.get('/health')\n\"\"\"\n")
	f.Add("a.rs", "Router::new().route(\"/health\", get(x)) /* ' */")
	f.Add("config/routes.rb", "scope '/x' do\n  get 'up'\nend\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		for _, file := range []string{name, "a.js", "a.py", "config/routes.rb", "a.ex", "a.go", "a.rs", "a.java", "a.php", "a.cs", "pom.xml", "config/database.yml", "Makefile"} {
			code, spans := syntaxOf(file).strip([]byte(text))
			if len(code) != len(text) || countLines(code) != strings.Count(text, "\n") {
				t.Fatalf("%s: offsets moved", file)
			}
			for i, s := range spans {
				if s.from >= s.to || i > 0 && s.from < spans[i-1].to {
					t.Fatalf("%s: strings overlap: %v", file, spans)
				}
			}
			s := source{sc: &scanner{dir: "/nowhere", root: "/nowhere", opts: Options{ConfigName: "fly.toml", InternalPorts: []int{8080}}}, file: file, base: filepath.Base(file), text: []byte(text), facts: new(facts)}
			s.look()
		}
	})
}

// BenchmarkScan reads as much as the bounds allow, and of many small files as
// many.
func BenchmarkScan(b *testing.B) {
	line := "export const value = compute('status', { a: 1, b: [1, 2, 3] }) // a line of code\n"
	for files, lines := range map[int]int{maxFiles: 60, 50_000: 6} {
		dir := b.TempDir()
		for i := range files {
			sub := filepath.Join(dir, fmt.Sprintf("src/m%d", i%40))
			if err := os.MkdirAll(sub, 0o755); err != nil {
				b.Fatal(err)
			}
			text := strings.Repeat(line, lines)
			if i == 100 {
				text += "app.get('/healthz', (q, r) => r.end())\n"
			}
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("f%d.ts", i)), []byte(text), 0o644); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) {
			for b.Loop() {
				if _, err := Scan(context.Background(), Options{Dir: dir}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// With a builder of buildpacks flyctl reads no Dockerfile.
func TestABuilderLeavesTheDockerfileAlone(t *testing.T) {
	dir := tree(t, "-- Dockerfile --\nFROM node:14\nHEALTHCHECK CMD curl http://localhost:8080/health\n")
	if r := scan(t, dir, Options{Builder: "heroku/builder:24"}); r.Dockerfile != "" || r.Image != nil || r.Healthcheck != nil {
		t.Errorf("it is read all the same: %+v", r)
	}
	if r := scan(t, dir, Options{}); r.Healthcheck == nil {
		t.Error("without one it is not read")
	}
}

// The folder that a job fills is laid out as the repository is: --dockerfile and
// --config tell the context all the same.
func TestAContextThatTheJobMakes(t *testing.T) {
	dir := tree(t, `-- .git/HEAD --
ref: refs/heads/main
-- .github/workflows/cd.yml --
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: flyctl deploy . --config apps/api/fly.toml --dockerfile apps/api/Dockerfile
        working-directory: image
-- apps/api/fly.toml --
app = "x"
-- apps/api/Dockerfile --
FROM node:24-slim
WORKDIR /app
COPY package.json ./
COPY apps/api/dist ./apps/api/dist
CMD ["node", "apps/api/dist/index.js"]
-- package.json --
{}
-- apps/api/package.json --
{"name": "api"}
-- apps/api/src/index.ts --
app.get("/health", (q, r) => r.end())
`)
	r := scan(t, filepath.Join(dir, "apps/api"), Options{})
	if r.Image == nil || r.Image.Context != "../.." || len(r.Routes) != 1 {
		t.Errorf("image %+v, routes %v", r.Image, r.Routes)
	}
}

// TestOwnData: settings that ask a variable where the data is say nothing.
func TestOwnData(t *testing.T) {
	for _, tc := range []struct{ name, files, want string }{
		{"rails", "-- config/database.yml --\nproduction:\n  adapter: sqlite3\n  database: storage/production.sqlite3\n", "config/database.yml:2"},
		{"rails, a variable", "-- config/database.yml --\nproduction:\n  adapter: sqlite3\n  database: <%= ENV.fetch(\"DATABASE_PATH\") %>\n", ""},
		{"rails, postgres", "-- config/database.yml --\nproduction:\n  adapter: postgresql\n", ""},
		{"django", "-- site/settings.py --\nDATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.sqlite3',\n        'NAME': BASE_DIR / 'db.sqlite3',\n    }\n}\nSECRET_KEY = os.environ['SECRET_KEY']\n", "site/settings.py:1"},
		{"django, a variable", "-- site/settings.py --\nDATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.sqlite3',\n        'NAME': os.environ.get('DB', 'db.sqlite3'),\n    }\n}\n", ""},
		{"django, a URL", "-- site/settings.py --\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\nDATABASES['default'] = dj_database_url.config()\n", ""},
		{"django, while developing", "-- site/settings.py --\nif DEBUG:\n    DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\nelse:\n    DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n", ""},
		{"django, of two settings", "-- site/settings/base.py --\nDATABASES = {\n    'default': {'ENGINE': 'django.db.backends.sqlite3'}\n}\n-- site/settings/production.py --\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': os.environ['DB_HOST']}}\n", ""},
		{"django, one of two", "-- site/settings.py --\nDATABASES = {\n    'default': {'ENGINE': 'django.db.backends.sqlite3'}\n} if DEBUG else {'default': {}}\n", ""},
		{"prisma, by an adapter", "-- package.json --\n{\"dependencies\": {\"@prisma/adapter-libsql\": \"6\"}}\n-- prisma/schema.prisma --\ndatasource db {\n  provider = \"sqlite\"\n  url = \"file:./dev.db\"\n}\n", ""},
		{"prisma", "-- prisma/schema.prisma --\ndatasource db {\n  provider = \"sqlite\"\n  url      = \"file:./dev.db\"\n}\n", "prisma/schema.prisma:3"},
		{"prisma, a variable", "-- prisma/schema.prisma --\ndatasource db {\n  provider = \"sqlite\"\n  url      = env(\"DATABASE_URL\")\n}\n", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := ""
			if e := scan(t, tree(t, tc.files), Options{}).OwnData; e != nil {
				got = e.Place()
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
