package repo

import (
	"bytes"
	"path"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

var (
	railsSSL      = lazy(`(?m)^[ \t]*config\.force_ssl\s*=\s*true\b`)
	railsHosts    = lazy(`(?m)^[ \t]*config\.hosts\s*(?:<<|=|\+=|\.concat|\.push)\s*\(?\s*[^\s]`)
	djangoSSL     = lazy(`(?m)^[ \t]*SECURE_SSL_REDIRECT\s*(?::\s*bool\s*)?=\s*(?:True\b|not\s+DEBUG\b|.*\bdefault\s*=\s*True\b)`)
	djangoHosts   = lazy(`(?m)^[ \t]*ALLOWED_HOSTS\s*(?::[^=\n]+)?\+?=\s*([^\n\[(]*[\[(][^\])]*[\])]|[^\n]*)`)
	phoenixSSL    = lazy(`(?m)\bforce_ssl:\s*\[`)
	prismaSQLite  = lazy(`(?m)^[ \t]*provider\s*=\s*"sqlite"`)
	yamlSQLite    = lazy(`(?m)^[ \t]*adapter:\s*["']?sqlite3`)
	ectoSQLite    = lazy(`adapter:\s*Ecto\.Adapters\.SQLite3`)
	goSQLite      = lazy(`(?m)^\s*(?:require\s+)?(modernc\.org/sqlite|github\.com/mattn/go-sqlite3|github\.com/ncruces/go-sqlite3|github\.com/glebarez/(?:go-)?sqlite|gorm\.io/driver/sqlite|zombiezen\.com/go/sqlite)\s+v(?:[^\n/]*)$`)
	cargoSQLite   = lazy(`(?m)^[ \t]*rusqlite\b|\bsqlx\b[^\n]*"sqlite"|\bdiesel\b[^\n]*"sqlite"`)
	npmSQLite     = lazy(`"(better-sqlite3|sqlite3|sqlite)"\s*:\s*"`)
	codeSQLite    = lazy(`\bsqlite3\.connect\(|new\s+DatabaseSync\(|["']sqlite(?:\+\w+)?:///`)
	firstLine     = lazy(`\S`)
	engineSQLite  = lazy(`django\.db\.backends\.sqlite3`)
	restFramework = lazy(`DEFAULT_PERMISSION_CLASSES["']\s*:\s*[\[(]\s*["'][\w.]*Is(?:Authenticated|AdminUser)["']`)
	railsRoot     = lazy(`(?m)^[ \t]*config\.relative_url_root\s*=`)
)

// settings reads what a file tells besides routes: forced HTTPS, refused
// hosts, SQLite, Spring's actuator.
func (s *source) settings() {
	switch path.Ext(s.base) {
	case ".rb":
		s.rails()
		s.controllers()
	case ".py":
		s.djangoSettings()
	case ".ex", ".exs":
		s.phoenix()
	case ".java", ".kt":
		s.springSecurity()
	case ".js", ".ts", ".mjs", ".mts", ".cjs":
		s.webConfig()
		if bytes.Contains(s.text, []byte("DatabaseSync(")) {
			s.sqlite(codeSQLite, 7)
		}
	}
	switch s.base {
	case "schema.prisma":
		s.sqlite(prismaSQLite, 1)
		s.prismaData()
	case "database.yml":
		s.databaseYML()
	case "litefs.yml":
		s.sqlite(firstLine, 0)
		s.litefs()
	case "go.mod":
		s.sqlite(goSQLite, 4)
	case "Cargo.toml":
		s.sqlite(cargoSQLite, 4)
	case "package.json":
		s.sqlite(npmSQLite, 5)
		if contains(s.text, `"@prisma/adapter-`) || contains(s.text, `"@libsql/`) { // the data is where that says
			s.facts.databases += 2
		}
	case "pom.xml", "build.gradle", "build.gradle.kts":
		s.actuator()
		s.springSecurity()
	case "application.properties", "application.yml", "application.yaml":
		s.springSettings()
	}
}

func (s *source) sqlite(expr matcher, rank int) {
	s.parse()
	for _, at := range expr().FindAllIndex(s.code, maxMatches) {
		offset := at[1] - len(bytes.TrimLeft(s.code[at[0]:at[1]], " \t\r\n"))
		if strings.Contains(s.line(offset), "// indirect") {
			continue // go.mod: somebody else's dependency
		}
		s.facts.sqlite = append(s.facts.sqlite, ranked{rank, s.at(offset)})
		return
	}
}

// rails reads the environment that production runs with.
func (s *source) rails() {
	rank := 0
	switch {
	case strings.HasSuffix(s.file, "config/environments/production.rb"):
	case strings.HasSuffix(s.file, "config/application.rb"):
		rank = 1
	default:
		return
	}
	if bytes.Contains(s.text, []byte("force_ssl")) {
		if at := s.seen(railsSSL); at != nil {
			s.facts.forceSSL = append(s.facts.forceSSL, ranked{rank, s.at(at[0])})
		}
	}
	if contains(s.text, "relative_url_root") {
		if at := s.seen(railsRoot); at != nil {
			s.facts.bases = append(s.facts.bases, base{frameworks: " Rails ", Evidence: s.at(at[0])})
		}
	}
	if bytes.Contains(s.text, []byte("config.hosts")) {
		if at := s.seen(railsHosts); at != nil && !s.has("config.hosts.clear") && !bytes.Contains(s.code[at[0]:at[1]], []byte("nil")) {
			s.facts.hostCheck = append(s.facts.hostCheck, ranked{rank, s.at(at[0])})
		}
	}
}

// djangoSettings reads settings modules. One that production doesn't load, by
// its name, is passed over.
func (s *source) djangoSettings() {
	if inList(" dev.py develop.py development.py local.py test.py tests.py testing.py ci.py ", s.base) || strings.Contains(s.base, "_dev") || strings.Contains(s.base, "_local") {
		return
	}
	rank := 1
	if strings.Contains(s.base, "prod") {
		rank = 0
	}
	if bytes.Contains(s.text, []byte("SECURE_SSL_REDIRECT")) {
		if at := s.seen(djangoSSL); at != nil {
			s.facts.forceSSL = append(s.facts.forceSSL, ranked{rank, s.at(at[0])})
		}
	}
	if bytes.Contains(s.text, []byte("ALLOWED_HOSTS")) {
		s.parse()
		for _, at := range djangoHosts().FindAllSubmatchIndex(s.code, 50) {
			switch hosts := s.group(at, 1); {
			case strings.Contains(hosts, `"*"`) || strings.Contains(hosts, `'*'`):
				s.facts.openHosts = true
			default:
				s.facts.hostCheck = append(s.facts.hostCheck, ranked{rank, s.at(at[0])})
			}
		}
	}
	if contains(s.text, "DEFAULT_PERMISSION_CLASSES") {
		if at := s.seenIn(restFramework); at != nil {
			e := s.at(at[0])
			s.facts.restricted = earlier(s.facts.restricted, &e)
		}
	}
	if bytes.Contains(s.text, []byte("django.db.backends.sqlite3")) {
		s.sqlite(engineSQLite, 3)
	}
	if contains(s.text, "DATABASES") && strings.Contains(s.file, "settings") {
		s.djangoData()
	}
	if bytes.Contains(s.text, []byte("sqlite3.connect(")) || bytes.Contains(s.text, []byte(":///")) {
		s.sqlite(codeSQLite, 7)
	}
}

func (s *source) phoenix() {
	if inList(" dev.exs test.exs ", s.base) {
		return
	}
	if bytes.Contains(s.text, []byte("force_ssl")) {
		if at := s.seen(phoenixSSL); at != nil {
			s.facts.forceSSL = append(s.facts.forceSSL, ranked{1, s.at(at[0])})
		}
	}
	if bytes.Contains(s.text, []byte("SQLite3")) {
		s.sqlite(ectoSQLite, 2)
	}
}

// databaseYML: what production uses, or the default that it may merge in.
func (s *source) databaseYML() {
	s.parse()
	for _, at := range yamlSQLite().FindAllIndex(s.code, 20) {
		head := s.code[:at[0]]
		section := ""
		for line := range bytes.Lines(head) {
			if len(line) > 1 && line[0] != ' ' && line[0] != '\t' && line[0] != '#' && bytes.Contains(line, []byte(":")) {
				section, _, _ = strings.Cut(string(line), ":")
			}
		}
		if section == "production" || section == "default" && !s.has("adapter: postgres") && !s.has("adapter: mysql") {
			s.facts.sqlite = append(s.facts.sqlite, ranked{1, s.at(at[0])})
			s.railsData(at[0])
			return
		}
	}
}

// built is the doubt whether this file is part of what is built.
func (s *source) built() []plan.Doubt {
	if s.verdict != unsure {
		return nil
	}
	return []plan.Doubt{{Kind: plan.DoubtBuilt, Evidence: s.sc.unsureOf()}}
}

// webConfig reads what the settings of JavaScript frameworks say of all routes:
// a base path, or that nothing of them is left when the app runs.
func (s *source) webConfig() {
	stem := strings.TrimSuffix(s.base, path.Ext(s.base))
	for _, row := range webConfigs {
		if row.file != stem || !contains(s.text, row.word) {
			continue
		}
		s.parse()
		at := row.expr().FindSubmatchIndex(s.code)
		switch {
		case at == nil:
		case row.gone:
			s.facts.goes(row.framework)
		case row.slash:
			s.facts.bases = append(s.facts.bases, base{frameworks: " " + row.framework + " ", slash: true})
		case s.group(at, 1) == "/" || s.group(at, 1) == "":
			if at[2] < 0 {
				s.facts.bases = append(s.facts.bases, base{frameworks: " " + row.framework + " ", Evidence: s.at(at[0])})
			}
		default:
			s.facts.bases = append(s.facts.bases, base{frameworks: " " + row.framework + " ", prefix: joinPath("", s.group(at, 1)), Evidence: s.at(at[0])})
		}
	}
}

// webConfigs is the table; group 1 of an expression is a literal base path.
var webConfigs = [...]struct {
	file, framework, word string
	expr                  matcher
	gone                  bool // no route of it is left when the app runs
	slash                 bool // it redirects to the path with a slash at its end
}{
	{"next.config", "Next.js", "export", lazy(`\boutput\s*:\s*["']export["']`), true, false},
	{"next.config", "Next.js", "basePath", lazy(`\bbasePath\s*:\s*(?:["']([^"'\s]*)["']|[\w$])`), false, false},
	{"svelte.config", "SvelteKit", "adapter-static", lazy(`@sveltejs/adapter-static`), true, false},
	{"svelte.config", "SvelteKit", "base", lazy(`\bbase\s*:\s*(?:["']([^"'\s]*)["']|[\w$])`), false, false},
	{"nuxt.config", "Nitro", "baseURL", lazy(`\bbaseURL\s*:\s*(?:["']([^"'\s]*)["']|[\w$])`), false, false},
	{"nuxt.config", "Nitro", "preset", lazy(`\bpreset\s*:\s*["'](?:static|github-pages)["']`), true, false},
	{"react-router.config", "Remix", "basename", lazy(`\bbasename\s*:\s*(?:["']([^"'\s]*)["']|[\w$])`), false, false},
	{"react-router.config", "Remix", "ssr", lazy(`\bssr\s*:\s*false`), true, false},
	{"astro.config", "Astro", "base", lazy(`\bbase\s*:\s*(?:["']([^"'\s]*)["']|[\w$])`), false, false},
	{"astro.config", "Astro", "static", lazy(`\boutput\s*:\s*["']static["']`), true, false},
	{"next.config", "Next.js", "trailingSlash", lazy(`\btrailingSlash\s*:\s*true\b`), false, true},
	{"astro.config", "Astro", "trailingSlash", lazy(`\btrailingSlash\s*:\s*["']always["']`), false, true},
}
