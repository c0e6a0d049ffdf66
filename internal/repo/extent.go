package repo

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// extent is which of the tree's files the app is built from and starts.
type extent struct {
	// nothing: no file of the tree is, for this reason.
	nothing string
	// doubt: whether any file is can't be told.
	doubt *plan.Evidence
	// roots are the folders and files of the context that reach the image; nil
	// for all of it.
	roots []string
	// packages are the folders that are programs or libraries of their own; in
	// are those that this app is made of. With none in it can't be told which.
	packages, in []string
	goDirs       map[string]bool // folders of Go code that the program imports; nil: not known
	language     string          // what the start command runs: "js", "py", ...; "" not known
	named        string          // the words of start and build, to find files that they name
}

// foreign are images that bring their own server: what a tree holds besides is
// data or settings for it.
const foreign = " nginx nginx-unprivileged caddy httpd traefik haproxy envoy varnish postgres postgresql postgres-flex mysql mariadb redis valkey memcached mongo rabbitmq nats minio elasticsearch opensearch clickhouse-server meilisearch qdrant typesense grafana prometheus loki vector mailpit metabase n8n vault keycloak pgbouncer pocketbase static-web-server phpmyadmin adminer apisix kong ghost wordpress "

// imageName is the last part of an image's name, without tag and digest.
func imageName(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	name := path.Base(ref)
	name, _, _ = strings.Cut(name, ":")
	return strings.ToLower(name)
}

// startLanguages are the programs that start commands call, by language.
var startLanguages = []struct{ language, programs string }{
	{"js", " node bun deno npm pnpm yarn npx bunx tsx ts-node next remix-serve react-router-serve nuxt pm2 pm2-runtime nodemon turbo "},
	{"py", " python python3 uvicorn gunicorn flask hypercorn daphne granian waitress-serve fastapi uwsgi celery poetry uv pipenv "},
	{"rb", " ruby rails puma bundle rackup thrust unicorn foreman "},
	{"jvm", " java "},
	{"cs", " dotnet "},
	{"php", " php php-fpm apache2-foreground frankenphp heroku-php-apache2 heroku-php-nginx "},
	{"ex", " mix iex elixir "},
}

// languageOf is the language of a source file.
func languageOf(ext string) string {
	switch ext {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx":
		return "js"
	case ".py":
		return "py"
	case ".rb", ".ru":
		return "rb"
	case ".ex", ".exs":
		return "ex"
	case ".go":
		return "go"
	case ".rs":
		return "rs"
	case ".java", ".kt", ".kts":
		return "jvm"
	case ".php":
		return "php"
	case ".cs":
		return "cs"
	case ".cr":
		return "cr"
	}
	return ""
}

// measure finds the extent.
func (sc *scanner) measure() {
	e := &sc.extent
	start := sc.startText()
	e.named = start
	e.language = languageStarted(start)
	if image := sc.opts.Image; image != "" {
		if inList(foreign, imageName(image)) || sc.image == nil && len(sc.dockertext) == 0 {
			e.nothing = "fly.toml deploys the image " + image
			if !inList(foreign, imageName(image)) {
				e.nothing = ""
			}
		}
		e.doubt = &plan.Evidence{Text: "fly.toml deploys the image " + image + ", which is built somewhere else"}
	}
	switch {
	case sc.image != nil:
		sc.measureImage(start)
	case sc.dockerfile != "":
		e.doubt = &plan.Evidence{File: sc.shown(sc.dockerfile), Text: "the Dockerfile can't be read, or has no stage of that name"}
	}
	sc.choosePackages(start)
	sc.reachGo(start)
}

// measureImage looks at what the final stage is made of.
func (sc *scanner) measureImage(start string) {
	e, im := &sc.extent, sc.image
	for _, s := range im.used() {
		for _, step := range s.steps {
			if step.Name == "RUN" {
				e.named += "\n" + strings.Join(step.Args, " ")
			}
		}
	}
	if inList(foreign, imageName(im.runs.base.Text)) {
		own := im.runs.start.text() != "" || sc.processes() != ""
		switch {
		case !own || startsForeign(start):
			e.nothing = "the image is " + im.runs.base.Text
			return
		case e.language == "":
			e.doubt = &im.runs.base
		}
	}
	im.compiled = !inList(" js py rb php ", e.language)
	roots := im.reached(im.runs, "", 0, map[*stage]bool{})
	if len(roots) == 0 {
		e.doubt = &plan.Evidence{File: im.file, Line: im.runs.base.Line, Text: "nothing from this folder is copied into the image"}
		if !strings.Contains(e.named, "git clone") && (len(im.runs.allCopies()) > 0 || !sc.ownImage(im.runs.base.Text)) {
			e.nothing = e.doubt.Text
		}
		return
	}
	for _, one := range roots {
		r := path.Join(sc.context, one.path)
		if one.made || strings.ContainsAny(r, "*?[") || inList(jsBuilt, path.Base(r)) && !sc.known(r) { // built before the image is
			r = sc.existing(r)
		}
		if r == "." || r == sc.context {
			e.roots = nil
			return
		}
		if !slices.Contains(e.roots, r) {
			e.roots = append(e.roots, r)
		}
	}
}

// ownImage: an image that this repository may have made, by what it is called.
func (sc *scanner) ownImage(ref string) bool {
	name := imageName(ref)
	return strings.Contains(ref, "registry.fly.io/") || name == ownApp(sc.dir, sc.opts.ConfigName) || name == filepath.Base(sc.git) || name == filepath.Base(sc.root)
}

// existing is the folder or file rel, or the nearest folder above that is
// there: what a build writes is not in the tree.
func (sc *scanner) existing(rel string) string {
	if i := strings.IndexAny(rel, "*?["); i >= 0 {
		rel = path.Dir(rel[:i] + "x")
	}
	for rel != "." && rel != "/" && !sc.known(rel) {
		rel = path.Dir(rel)
	}
	return rel
}

// known: the file or folder is there.
func (sc *scanner) known(rel string) bool {
	_, err := os.Lstat(sc.abs(rel))
	return err == nil
}

// startsForeign: the start command runs the image's own server.
func startsForeign(start string) bool {
	fields := strings.Fields(strings.NewReplacer(`"`, " ", "'", " ", ",", " ", "[", " ", "]", " ").Replace(start))
	for _, f := range fields {
		if base := path.Base(f); base != "sh" && base != "bash" && base != "exec" && !strings.HasPrefix(f, "-") && base != "docker-entrypoint.sh" {
			return inList(foreign, base)
		}
	}
	return len(fields) == 0
}

// startText is the command that serves: of fly.toml's groups that have
// services, else the image's own.
func (sc *scanner) startText() string {
	if p := sc.processes(); p != "" {
		return p
	}
	if sc.image != nil {
		return sc.image.runs.start.text()
	}
	return ""
}

func (sc *scanner) processes() string { return strings.TrimSpace(strings.Join(sc.opts.Commands, "\n")) }

// languageStarted is what the first program of the command that has a language
// runs. Shells, wrappers and paths before it are passed over.
func languageStarted(start string) string {
	for _, f := range strings.FieldsFunc(start, func(r rune) bool { return strings.ContainsRune(" \t\n\"',[];&|()", r) }) {
		base := path.Base(f)
		for _, one := range startLanguages {
			if inList(one.programs, base) {
				return one.language
			}
		}
		if strings.HasPrefix(base, "python3.") {
			return "py"
		}
	}
	return ""
}
