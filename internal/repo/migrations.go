package repo

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

var (
	// migrateCommand finds the commands that bring a database up to date.
	migrateCommand = lazy(`\b(?:db:migrate|db:prepare|manage\.py["', ]+migrate|alembic["', ]+upgrade|flask["', ]+db["', ]+upgrade|(?i:prisma(?:_\w+)?)["'}, ]+(?:migrate["', ]+deploy|db["', ]+push)|ecto\.migrate|Release\.migrate|bin/migrate\b|artisan["', ]+migrate|migrate:latest|migration:run|drizzle-kit["', ]+(?:migrate|push)|sequelize(?:-cli)?["', ]+db:migrate|diesel["', ]+migration["', ]+run|sqlx["', ]+migrate["', ]+run|flyway["', ]+migrate|goose\b[^\n]*\bup\b|migrate\b[^\n]*-database\b[^\n]*\bup\b|supabase["', ]+(?:db["', ]+push|migration["', ]+up))`)
	// migratesItself finds code that does so when the app starts.
	migratesItself = lazy(`\bcommand\.upgrade\(|\bcall_command\(\s*["']migrate|\{Ecto\.Migrator\b|\bEcto\.Migrator\.(?:run|with_repo)\(|\.migrate\.latest\(|\bmigrationsRun\s*:\s*true|\.runMigrations\(|\bgoose\.Up(?:Context|To)?\(|\bmigrate\.New\w*\(|\bembed_migrations!|\brun_pending_migrations\(|\bsqlx::migrate!|\bMigrator::up\(|\brunMigrations\(|\bawait\s+migrate\(|\bumzug\.up\(`)
	typeormClass   = lazy(`\bimplements\s+MigrationInterface\b`)
	sequelizeUp    = lazy(`\bqueryInterface\.(?:createTable|addColumn)\(`)
	goMigrateMod   = lazy(`(?m)^\s*(?:require\s+)?github\.com/(pressly/goose|golang-migrate/migrate)(?:/v\d+)?\s+v[^\n/]*$`)
	flywayPlugin   = lazy(`org\.flywaydb\.flyway|flyway-maven-plugin`)
	prismaServer   = lazy(`(?m)^[ \t]*provider\s*=\s*"(?:postgresql|postgres|mysql|sqlserver|cockroachdb)"`)
	alembicContext = lazy(`(?m)^from alembic import .*\bcontext\b`)
	startScript    = lazy(`^(?:pre|post)?(?:start|serve|boot|launch)`)
	jsonKey        = lazy(`"([\w:-]+)"\s*:\s*"`)
)

// migratesWords are the words of which migratesItself needs one: looking for
// them costs a tenth of it.
var migratesWords = []string{
	"command.upgrade(", "call_command(", "Ecto.Migrator", ".migrate.latest(", "migrationsRun", "unMigrations(", "goose.Up", "migrate.New",
	"embed_migrations!", "run_pending_migrations(", "sqlx::migrate!", "Migrator::up(", "migrate(", "umzug.up(",
}

// migrations is what files tell of migrations.
type migrations struct {
	tools   []plan.Migrations
	runs    []plan.Evidence // what runs them
	scripts []plan.Evidence // what runs them when the Dockerfile starts it
}

func (m *migrations) merge(o *migrations) {
	m.tools = append(m.tools, o.tools...)
	m.runs = append(m.runs, o.runs...)
	m.scripts = append(m.scripts, o.scripts...)
}

func (s *source) tool(offset int, name, command string) {
	if s.verdict != inside {
		return
	}
	e := s.at(offset)
	s.facts.migrated.tools = append(s.facts.migrated.tools, plan.Migrations{Evidence: e, Tool: name, Command: command})
}

// migrations looks for a migration tool in one file, by its place and name
// first, and for what runs it.
func (s *source) migrations() {
	dir, ext := path.Dir(s.file), path.Ext(s.base)
	stem := strings.TrimSuffix(s.base, ext)
	switch {
	case ext == ".rb" && strings.HasSuffix(dir, "db/migrate"):
		s.tool(0, "Rails", "bin/rails db:prepare")
	case ext == ".exs" && strings.Contains(dir, "priv/") && strings.HasSuffix(dir, "/migrations"):
		s.tool(0, "Ecto", "/app/bin/migrate")
	case ext == ".php" && strings.HasSuffix(dir, "database/migrations"):
		s.tool(0, "Laravel", "php artisan migrate --force")
	case ext == ".py" && strings.HasSuffix(dir, "/migrations") && strings.HasPrefix(s.base, "0001_"):
		s.tool(0, "Django", "python manage.py migrate --noinput")
	case s.base == "env.py" && bytes.Contains(s.text, []byte("alembic")):
		s.alembic()
	case stem == "knexfile" && readerOf(ext) != nil:
		s.tool(0, "Knex", "npx knex migrate:latest")
	case stem == "drizzle.config" && readerOf(ext) != nil && !bytes.Contains(s.text, []byte("sqlite")) && !bytes.Contains(s.text, []byte("turso")):
		s.tool(0, "Drizzle", "npx drizzle-kit migrate")
	case s.base == "schema.prisma":
		s.toolIf(prismaServer, "Prisma", "npx prisma migrate deploy")
	case s.base == "diesel.toml":
		s.tool(0, "Diesel", "diesel migration run")
	case s.base == "flyway.conf" || s.base == "flyway.toml":
		s.tool(0, "Flyway", "flyway migrate")
	case inList(" pom.xml build.gradle build.gradle.kts ", s.base) && bytes.Contains(s.text, []byte("flyway")):
		// Spring Boot runs Flyway when it starts; a build plugin is run by hand.
		if !bytes.Contains(s.text, []byte("spring-boot")) {
			s.toolIf(flywayPlugin, "Flyway", "flyway migrate")
		}
	case s.base == "go.mod":
		s.goTools()
	case bytes.Contains(s.text, []byte("MigrationInterface")):
		s.toolIf(typeormClass, "TypeORM", "npx typeorm migration:run -d dist/data-source.js")
	case strings.HasSuffix(dir, "migrations") && bytes.Contains(s.text, []byte("queryInterface")):
		s.toolIf(sequelizeUp, "Sequelize", "npx sequelize-cli db:migrate")
	}
	s.runsMigrations(ext)
}

func (s *source) toolIf(expr matcher, name, command string) {
	s.parse()
	if at := expr().FindIndex(s.code); at != nil {
		s.tool(at[0]+len(s.code[at[0]:at[1]])-len(bytes.TrimLeft(s.code[at[0]:at[1]], " \t\n")), name, command)
	}
}

// alembic reads the env.py that Alembic and Flask-Migrate put beside the
// versions.
func (s *source) alembic() {
	if bytes.Contains(s.text, []byte("extensions['migrate']")) || bytes.Contains(s.text, []byte(`extensions["migrate"]`)) {
		s.tool(0, "Flask-Migrate", "flask db upgrade")
		return
	}
	s.toolIf(alembicContext, "Alembic", "alembic upgrade head")
}

func (s *source) goTools() {
	s.parse()
	at := goMigrateMod().FindSubmatchIndex(s.code)
	if at == nil || strings.Contains(lineFrom(s.text, at[2]), "// indirect") {
		return
	}
	if strings.HasSuffix(s.group(at, 1), "goose") {
		s.tool(at[2], "goose", "goose -dir migrations postgres $DATABASE_URL up")
	} else {
		s.tool(at[2], "golang-migrate", "migrate -path migrations -database $DATABASE_URL up")
	}
}

// runsMigrations notes what brings the database up to date: the app itself
// when it starts, its start script, or a command in a workflow that asks Fly.
func (s *source) runsMigrations(ext string) {
	if readerOf(ext) != nil {
		// Stripping a file of its comments is what costs; few are worth it.
		speaks := bytes.Contains(s.text, []byte("igrat")) || bytes.Contains(s.text, []byte("command.upgrade(")) || bytes.Contains(s.text, []byte("goose.Up"))
		if !speaks || strings.Contains(s.file, "migrations/") || strings.Contains(s.file, "db/migrate/") {
			return
		}
		s.parse()
		var at []int
		if slices.ContainsFunc(migratesWords, func(word string) bool { return s.has(word) }) {
			at = s.seen(migratesItself)
		}
		if at == nil { // a command that the code runs stands in a string
			at = migrateCommand().FindIndex(s.code)
		}
		if at != nil {
			s.facts.migrated.runs = append(s.facts.migrated.runs, s.at(at[0]))
		}
		return
	}
	if !isScript(s.file, s.base) {
		return
	}
	s.parse()
	for _, at := range migrateCommand().FindAllIndex(s.code, maxMatches) {
		line := s.codeLine(at[0])
		e := s.at(at[0])
		e.Text = shownCommand(shownLine(s.code, at[0]))
		switch {
		case s.base == "package.json":
			keys := jsonKey().FindAllSubmatch(s.code[max(0, at[0]-maxLine):at[0]], -1)
			if len(keys) > 0 && startScript().Match(keys[len(keys)-1][1]) {
				s.facts.migrated.runs = append(s.facts.migrated.runs, e)
			}
		case inList(ciDirs, strings.SplitN(s.file, "/", 2)[0]):
			if strings.Contains(line, "fly") || deploysDatabase(s.base) {
				s.facts.migrated.runs = append(s.facts.migrated.runs, e)
			}
		default:
			s.facts.migrated.scripts = append(s.facts.migrated.scripts, e)
		}
	}
}

// best is the tool nearest to the top of the tree, and what runs it.
func (m *migrations) best(sc *scanner) *plan.Migrations {
	var found *plan.Migrations
	for i := range m.tools {
		t := &m.tools[i]
		file := sc.rootPath(t.File)
		switch {
		case t.Tool == "Prisma" && !folderExists(sc.root, path.Join(path.Dir(file), "migrations")):
			// Tables are pushed by hand, which no command should do unasked.
		case t.Tool == "Drizzle" && !sc.drizzleMigrates(path.Dir(file)):
		case t.Tool == "Django" && !fileExists(sc.root, "manage.py"):
		case found == nil || before(t, found):
			found = t
		}
	}
	if found == nil {
		return nil
	}
	found.RunBy = m.runBy(sc)
	return found
}

// drizzleMigrates: migrations are kept beside drizzle's settings. Without
// them tables are pushed by hand.
func (sc *scanner) drizzleMigrates(dir string) bool {
	for _, journal := range []string{"drizzle/meta/_journal.json", "migrations/meta/_journal.json", "src/db/migrations/meta/_journal.json", "drizzle/migrations/meta/_journal.json", "src/drizzle/meta/_journal.json", "db/migrations/meta/_journal.json"} {
		if out := path.Dir(path.Dir(path.Join(dir, journal))); fileExists(sc.root, path.Join(dir, journal)) {
			return !fileExists(sc.root, path.Join(out, "relations.ts")) // pulled from a database that others change
		}
	}
	return false
}

func before(a, b *plan.Migrations) bool {
	if x, y := strings.Count(a.File, "/"), strings.Count(b.File, "/"); x != y {
		return x < y
	}
	return byPlace(a.Evidence, b.Evidence) < 0
}

func folderExists(root, rel string) bool {
	info, err := os.Lstat(filepath.Join(root, filepath.FromSlash(rel)))
	return err == nil && info.IsDir()
}
