package repo

import (
	"bytes"
	"path"
	"strings"
)

var (
	railsSSL     = lazy(`(?m)^[ \t]*config\.force_ssl\s*=\s*true\b`)
	railsHosts   = lazy(`(?m)^[ \t]*config\.hosts\s*(?:<<|=|\+=|\.concat|\.push)\s*\(?\s*[^\s]`)
	djangoSSL    = lazy(`(?m)^[ \t]*SECURE_SSL_REDIRECT\s*(?::\s*bool\s*)?=\s*(?:True\b|not\s+DEBUG\b|.*\bdefault\s*=\s*True\b)`)
	djangoHosts  = lazy(`(?m)^[ \t]*ALLOWED_HOSTS\s*(?::[^=\n]+)?\+?=\s*([^\n\[(]*[\[(][^\])]*[\])]|[^\n]*)`)
	phoenixSSL   = lazy(`(?m)\bforce_ssl:\s*\[`)
	prismaSQLite = lazy(`(?m)^[ \t]*provider\s*=\s*"sqlite"`)
	yamlSQLite   = lazy(`(?m)^[ \t]*adapter:\s*["']?sqlite3`)
	ectoSQLite   = lazy(`adapter:\s*Ecto\.Adapters\.SQLite3`)
	goSQLite     = lazy(`(?m)^\s*(?:require\s+)?(modernc\.org/sqlite|github\.com/mattn/go-sqlite3|github\.com/ncruces/go-sqlite3|github\.com/glebarez/(?:go-)?sqlite|gorm\.io/driver/sqlite|zombiezen\.com/go/sqlite)\s+v(?:[^\n/]*)$`)
	cargoSQLite  = lazy(`(?m)^[ \t]*rusqlite\b|\bsqlx\b[^\n]*"sqlite"|\bdiesel\b[^\n]*"sqlite"`)
	npmSQLite    = lazy(`"(better-sqlite3|sqlite3|sqlite)"\s*:\s*"`)
	codeSQLite   = lazy(`\bsqlite3\.connect\(|new\s+DatabaseSync\(|["']sqlite(?:\+\w+)?:///`)
	firstLine    = lazy(`\S`)
	engineSQLite = lazy(`django\.db\.backends\.sqlite3`)
	actuatorDep  = lazy(`spring-boot-starter-actuator`)
	contextPath  = lazy(`(?m)^[ \t]*(?:server\.servlet\.)?context-path\s*[:=]\s*["']?(/[\w/-]*)`)
)

// settings reads what a file tells besides routes: forced HTTPS, refused
// hosts, SQLite, Spring's actuator.
func (s *source) settings() {
	switch path.Ext(s.base) {
	case ".rb":
		s.rails()
	case ".py":
		s.djangoSettings()
	case ".ex", ".exs":
		s.phoenix()
	case ".js", ".ts", ".mjs", ".mts":
		if bytes.Contains(s.text, []byte("DatabaseSync(")) {
			s.sqlite(codeSQLite, 7)
		}
	}
	switch s.base {
	case "schema.prisma":
		s.sqlite(prismaSQLite, 1)
	case "database.yml":
		s.databaseYML()
	case "litefs.yml":
		s.sqlite(firstLine, 0)
	case "go.mod":
		s.sqlite(goSQLite, 4)
	case "Cargo.toml":
		s.sqlite(cargoSQLite, 4)
	case "package.json":
		s.sqlite(npmSQLite, 5)
	case "pom.xml", "build.gradle", "build.gradle.kts":
		s.actuator()
	case "application.properties", "application.yml", "application.yaml":
		s.springSettings()
	}
}

// seen looks for the first match that is code, not comment or string.
func (s *source) seen(expr matcher) (at []int) {
	s.parse()
	for _, at := range expr().FindAllSubmatchIndex(s.code, -1) {
		if !inString(s.spans, at[0]) {
			return at
		}
	}
	return nil
}

func (s *source) sqlite(expr matcher, rank int) {
	s.parse()
	for _, at := range expr().FindAllIndex(s.code, -1) {
		offset := at[1] - len(bytes.TrimLeft(s.code[at[0]:at[1]], " \t\r\n"))
		if strings.Contains(lineFrom(s.text, offset), "// indirect") {
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
	if bytes.Contains(s.text, []byte("config.hosts")) {
		if at := s.seen(railsHosts); at != nil && !bytes.Contains(s.code, []byte("config.hosts.clear")) && !bytes.Contains(s.code[at[0]:at[1]], []byte("nil")) {
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
		for _, at := range djangoHosts().FindAllSubmatchIndex(s.code, -1) {
			switch hosts := s.group(at, 1); {
			case strings.Contains(hosts, `"*"`) || strings.Contains(hosts, `'*'`):
				s.facts.openHosts = true
			default:
				s.facts.hostCheck = append(s.facts.hostCheck, ranked{rank, s.at(at[0])})
			}
		}
	}
	if bytes.Contains(s.text, []byte("django.db.backends.sqlite3")) {
		s.sqlite(engineSQLite, 3)
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
	for _, at := range yamlSQLite().FindAllIndex(s.code, -1) {
		head := s.code[:at[0]]
		section := ""
		for line := range bytes.Lines(head) {
			if len(line) > 1 && line[0] != ' ' && line[0] != '\t' && line[0] != '#' && bytes.Contains(line, []byte(":")) {
				section, _, _ = strings.Cut(string(line), ":")
			}
		}
		if section == "production" || section == "default" && !bytes.Contains(s.code, []byte("adapter: postgres")) && !bytes.Contains(s.code, []byte("adapter: mysql")) {
			s.facts.sqlite = append(s.facts.sqlite, ranked{1, s.at(at[0])})
			return
		}
	}
}

// actuator adds Spring's own health route when the dependency is there.
func (s *source) actuator() {
	if !bytes.Contains(s.text, []byte("spring-boot-starter-actuator")) {
		return
	}
	s.parse()
	at := actuatorDep().FindIndex(s.code)
	if at == nil {
		return
	}
	// With Spring Security on the path every endpoint wants a login, unless
	// code says otherwise.
	s.addRoute(localRoute{Route: route(s.at(at[0]), "/actuator/health", "Spring actuator", false, bytes.Contains(s.code, []byte("spring-boot-starter-security")))})
}

// springSettings reads where the app and its actuator are mounted.
func (s *source) springSettings() {
	s.parse()
	if m := contextPath().FindSubmatchIndex(s.code); m != nil {
		s.facts.prefix("Spring", s.group(m, 1))
		s.facts.prefix("Spring actuator", s.group(m, 1))
	}
	for _, key := range []string{"management.endpoints.web", "management.server", "base-path:", "path-mapping", "management.port"} {
		if bytes.Contains(s.code, []byte(key)) {
			s.facts.mount("Spring actuator")
		}
	}
}
