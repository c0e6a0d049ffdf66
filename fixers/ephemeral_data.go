package fixers

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/plan"
)

func ephemeralData() plan.Fixer {
	return plan.Fixer{
		ID:       "ephemeral-data",
		Title:    "data that must survive is on a volume",
		Severity: plan.Warning,
		Doc: `A machine's disk is recreated from the image at every deploy, and whenever the machine moves to another host. What an app wrote there is
then gone: a SQLite file, uploads, a database's data folder. A volume stays, and fly.toml says where it is mounted.

The rule looks for database files named in [env], in the Dockerfile's ENV or in the settings of Rails, Django, Laravel and Prisma, for a
VOLUME of the final stage, and for database images, whose folder no [[mounts]] covers. A database image without a volume loses everything at its next deploy.

The fix is manual: existing data has to be moved to the volume first.

Manual fix: [[mounts]] with source = "data" and destination = "/data", and the path of the file below it.`,
		Check: checkEphemeralData,
	}
}

// dataFolders are where images of databases keep their data, by the last part
// of the image's name.
func dataFolders() map[string]string {
	return map[string]string{
		"postgres": "/var/lib/postgresql", "postgis": "/var/lib/postgresql", "mysql": "/var/lib/mysql", "mariadb": "/var/lib/mysql",
		"mongo": "/data/db", "elasticsearch": "/usr/share/elasticsearch/data", "opensearch": "/usr/share/opensearch/data",
		"clickhouse-server": "/var/lib/clickhouse", "cockroach": "/cockroach/cockroach-data", "meilisearch": "/meili_data",
		"qdrant": "/qdrant/storage", "couchdb": "/opt/couchdb/data", "influxdb": "/var/lib/influxdb2", "neo4j": "/data", "minio": "/data",
	}
}

func checkEphemeralData(t plan.Target) []plan.Finding {
	c := t.Deployed()
	mounts := c.Get("mounts")
	if mounts.Mistyped() {
		return nil
	}
	var folders []string
	for _, m := range mounts.Items() {
		if folder, ok := m.Key("destination").Str(); ok {
			folders = append(folders, folder)
		}
	}
	if t.App != nil { // what runs has a volume that the file doesn't say
		for _, m := range t.App.Machines {
			for _, mount := range m.Config.Mounts() {
				folders = append(folders, mount.Path)
			}
		}
	}
	var out []plan.Finding
	for _, file := range databaseFiles(t) {
		if t.Repo != nil && t.Repo.LiteFS != nil && covered(file.path, []string{t.Repo.LiteFS.Dir}) {
			file.path = path.Join(t.Repo.LiteFS.Data, path.Base(file.path))
		}
		if !covered(file.path, folders) {
			out = append(out, plan.Finding{
				Message:  file.name + " names a database file that no volume holds: it is lost at every deploy",
				At:       file.at,
				Evidence: plan.Saw("its folder is " + path.Dir(file.path)),
				Notes:    []string{"[[mounts]] with a source, and destination = " + quote(path.Dir(file.path))},
			})
		}
	}
	if f, ok := databaseImage(t, c, folders); ok {
		out = append(out, f)
	}
	if len(folders) == 0 && len(out) == 0 {
		out = declaredVolumes(t)
	}
	if t.Repo != nil && t.Repo.LiteFS != nil && len(out) == 0 && !covered(t.Repo.LiteFS.Data, folders) {
		return []plan.Finding{{
			Message: "LiteFS keeps its data in " + t.Repo.LiteFS.Data + ", and no volume holds it: it is lost at every deploy", At: inFile(t.Repo.LiteFS.Evidence),
			Notes: []string{"[[mounts]] with a source, and destination = " + quote(t.Repo.LiteFS.Data)},
		}}
	}
	if f, ok := ownData(t); ok && len(folders) == 0 && len(out) == 0 {
		out = append(out, f)
	}
	return out
}

// ownData is what the app's own settings say, in an app that mounts nothing: a
// SQLite file beside its source.
func ownData(t plan.Target) (plan.Finding, bool) {
	f := plan.Finding{
		Message: "the app keeps its data in a SQLite file, and no volume holds it: it is lost at every deploy",
		Notes:   []string{"[[mounts]] with a source, and the file below its destination"},
	}
	if word := t.Deployed().Get("env.DB_CONNECTION"); textAt(t, "env.DB_CONNECTION") == "sqlite" && !elsewhere(t, "DB_DATABASE", "DB_URL", "DATABASE_URL") { // Laravel's
		f.At = placeOf(t.File, word.Path(), "")
		return f, true
	}
	if t.Repo == nil || t.Repo.OwnData == nil || textAt(t, "build.image") != "" || elsewhere(t, "DATABASE_URL") {
		return f, false
	}
	f.At, f.Evidence = inFile(*t.Repo.OwnData), []plan.Evidence{*t.Repo.OwnData}
	if t.App == nil {
		f.Notes = append(f.Notes, "unless DATABASE_URL is a secret of the app, which was not checked")
	}
	return f, true
}

// elsewhere says whether one of these names tells the app where its data is.
func elsewhere(t plan.Target, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		if t.App != nil {
			if _, secret := t.App.Secret(name); secret {
				return true
			}
		}
		return t.Deployed().Get("env." + name).Said()
	})
}

// declaredVolumes are the folders that the image declares for data, in an app
// that mounts nothing at all. One that mounts something chose its own folder.
func declaredVolumes(t plan.Target) []plan.Finding {
	image := builtHere(t)
	if image == nil {
		return nil
	}
	var out []plan.Finding
	for _, i := range image.Runs {
		if i.Name == "VOLUME" && len(i.Args) > 0 {
			out = append(out, plan.Finding{
				Message: fmt.Sprintf("the image declares a volume at %s, and nothing is mounted: what is written there is lost at every deploy", strings.Join(i.Args, ", ")),
				At:      inFile(i.Evidence), Notes: []string{"[[mounts]] with a source, and destination = " + quote(i.Args[0]) + "; or remove the VOLUME if nothing in it must survive"},
			})
		}
	}
	return out
}

// databaseImage finds an image of a database without a volume for its data.
func databaseImage(t plan.Target, c *deployed.Config, folders []string) (plan.Finding, bool) {
	image := c.Get("build").Key("image")
	ref, ok := image.Str()
	if !ok {
		return plan.Finding{}, false
	}
	name, _, _ := strings.Cut(path.Base(strings.SplitN(ref, "@", 2)[0]), ":")
	folder := dataFolders()[name]
	if folder == "" || slices.ContainsFunc(folders, func(f string) bool { return covered(folder, []string{f}) || covered(f, []string{folder}) }) {
		return plan.Finding{}, false
	}
	if len(folders) > 0 { // told to keep its data elsewhere, by a flag or an env entry that nobody here knows
		return plan.Finding{}, false
	}
	return plan.Finding{
		Severity: plan.Error, Message: fmt.Sprintf("%s runs without a volume: the database is lost at every deploy", name), At: placeOf(t.File, image.Path(), ""),
		Evidence: plan.Saw("the image keeps its data in " + folder),
		Notes:    []string{"[[mounts]] with a source, and destination = " + quote(folder)},
	}, true
}
