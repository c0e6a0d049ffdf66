package fixers_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/fly"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/flysim/shortform"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/repo"
	"github.com/fly-standards/fly-standards/internal/secret"
	"github.com/fly-standards/fly-standards/internal/settings"
	"github.com/fly-standards/fly-standards/plan"
)

var update = flag.Bool("update", false, "write what was got into the fixtures, and the pages made of them")

var fixtureDir = flag.String("fixtures", "../testdata/fixers", "the folder of the fixtures")

// fixture is one testdata/fixers/*.txtar. Its comment says in plain words what
// it shows; lines of the form `allow: review` in it are flags; `git: yes` makes
// the folder a repository that keeps all but the `untracked`. The files:
//
//	fly.toml        in
//	repo/...        the source tree beside it
//	repo.want/...   those of it that apply changes
//	app             the live app, in the form of package shortform; none: offline
//	settings.toml   .fly-standards.toml
//	plan.want       what plan says
//	fly.toml.want   after apply; none: as before
//	calls.want      the writing calls of apply, in order
type fixture struct {
	name  string
	path  string
	rule  string // the rule it belongs to: its file name up to the first dot
	arc   *txtar.Archive
	flags map[string][]string

	mu   sync.Mutex
	read *plan.Target // see target
	calm *undisturbed
}

func loadFixtures() ([]*fixture, error) {
	paths, err := filepath.Glob(*fixtureDir + "/*.txtar")
	if err != nil {
		return nil, err
	}
	var out []*fixture
	for _, path := range paths {
		arc, err := txtar.ParseFile(path)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		f := &fixture{name: name, path: path, arc: arc, flags: map[string][]string{}}
		f.rule, _, _ = strings.Cut(name, ".")
		for line := range strings.Lines(string(arc.Comment)) {
			key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if ok && slices.Contains([]string{"allow", "regions", "rules", "no-restart", "git", "untracked"}, key) {
				f.flags[key] = strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
			}
		}
		out = append(out, f)
	}
	return out, nil
}

func (f *fixture) file(name string) ([]byte, bool) {
	for _, file := range f.arc.Files {
		if file.Name == name {
			return file.Data, true
		}
	}
	return nil, false
}

func (f *fixture) live() bool {
	_, short := f.file("app")
	_, long := f.file("app.json")
	return short || long
}

// scenario is the live app; app.json says all of it.
func (f *fixture) scenario() (flysim.Scenario, error) {
	if raw, ok := f.file("app.json"); ok {
		return flysim.ParseScenario(raw)
	}
	raw, _ := f.file("app")
	src, _ := f.file("fly.toml")
	return shortform.Parse(raw, src)
}

// want compares a part of the fixture, or writes it with -update.
func (f *fixture) want(t *testing.T, name, got string) {
	t.Helper()
	have, ok := f.file(name)
	if *update {
		f.set(name, got)
		return
	}
	if !ok && got != "" || ok {
		if diff := cmp.Diff(string(have), got); diff != "" {
			t.Errorf("%s differs (-want +got; -update writes it):\n%s", name, diff)
		}
	}
}

func (f *fixture) set(name, got string) {
	i := slices.IndexFunc(f.arc.Files, func(x txtar.File) bool { return x.Name == name })
	switch {
	case got == "" && i >= 0:
		f.arc.Files = slices.Delete(f.arc.Files, i, i+1)
	case got == "":
	case i >= 0:
		f.arc.Files[i].Data = []byte(got)
	default:
		f.arc.Files = append(f.arc.Files, txtar.File{Name: name, Data: []byte(got)})
	}
}

func (f *fixture) save(t *testing.T) {
	t.Helper()
	if *update {
		if err := os.WriteFile(f.path, txtar.Format(f.arc), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// world is a fixture brought to life: a folder with its files, and its app on
// a simulated platform.
type world struct {
	f        *fixture
	dir      string
	clk      *clock.Virtual
	platform *flysim.Platform
	server   *flysim.Server
	app      *flysim.App
	client   *fly.Client
}

func (f *fixture) world(t *testing.T, src []byte) *world {
	t.Helper()
	w := &world{f: f, dir: t.TempDir(), clk: clock.NewVirtual(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))}
	w.write(t, "fly.toml", src)
	for _, file := range f.arc.Files {
		if name, ok := strings.CutPrefix(file.Name, "repo/"); ok {
			w.write(t, name, file.Data)
		}
	}
	if len(f.flags["git"]) > 0 {
		w.gitIndex(t)
	}
	if !f.live() {
		return w
	}
	scenario, err := f.scenario()
	if err != nil {
		t.Fatal(err)
	}
	w.platform = flysim.New(w.clk)
	if w.app, err = w.platform.Load(scenario); err != nil {
		t.Fatal(err)
	}
	w.server = w.platform.Serve()
	t.Cleanup(w.server.Close)
	w.client, err = fly.New(context.Background(), fly.Config{
		Token: secret.New("test"), FlapsURL: w.server.URL, APIURL: w.server.URL, Clock: w.clk,
	}, scenario.App.Name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) write(t *testing.T, name string, data []byte) {
	t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func (w *world) read(t *testing.T) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(w.dir, "fly.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// target reads the world once, as the commands do.
func (w *world) target(t *testing.T) plan.Target {
	t.Helper()
	ctx := context.Background()
	file, err := flytoml.Parse("fly.toml", w.read(t))
	if err != nil {
		t.Fatal(err)
	}
	facts, err := repo.Scan(ctx, repo.OptionsFor(filepath.Join(w.dir, "fly.toml"), "", file))
	if err != nil {
		t.Fatal(err)
	}
	facts.Root, facts.Absent = "", repo.Absent(w.dir, file)
	target := plan.Target{File: file, Repo: facts, Edition: "4ed17104"}
	if n, ok := file.Get("app"); ok {
		target.AppName, _ = n.Str()
	}
	if raw, ok := w.f.file("settings.toml"); ok {
		parsed, err := settings.Parse("settings.toml", raw, settings.Options{Rules: ruleIDs(), FlyToml: "fly.toml"})
		if err != nil {
			t.Fatal(err)
		}
		target.Settings = parsed.Settings
	}
	if r := w.f.flags["regions"]; len(r) > 0 {
		target.Settings.Regions, target.Settings.RegionsFrom = r, "--regions"
	}
	if w.client == nil {
		target.Offline = plan.OfflineNoToken
		return target
	}
	if target.App, err = w.client.Snapshot(ctx); err != nil {
		t.Fatal(err)
	}
	w.recall(t, &target)
	return target
}

func ruleIDs() []string {
	var ids []string
	for _, fx := range fixers.All() {
		ids = append(ids, fx.ID)
	}
	return ids
}

func (w *world) plan(t *testing.T) (*plan.Plan, plan.Target) {
	t.Helper()
	target := w.target(t)
	p, err := plan.Build(target, fixers.All(), w.f.options())
	if err != nil {
		t.Fatal(err)
	}
	return p, target
}

// crlf gives the file Windows line ends; the rules must not care.
func crlf(src []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}
