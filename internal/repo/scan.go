// Package repo reads facts from the source tree around fly.toml: what the
// Dockerfile checks, which health routes the app defines, what else deploys
// with this file.
//
// It only reads, follows no symbolic link, never leaves the tree and stops at
// fixed bounds, so that it is safe and quick on any tree. A fact that it
// misses costs a better proposal; a fact that isn't so costs an outage. In
// doubt it says nothing, or marks the route as Prefixed or Guarded.
package repo

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

// Options says where to look.
type Options struct {
	Dir           string // the folder of fly.toml; only its tree is read
	ConfigName    string // fly.toml's file name; "" for fly.toml
	Dockerfile    string // build.dockerfile, relative to Dir; "" for Docker's default
	InternalPorts []int  // of the services, for a HEALTHCHECK on $PORT
}

// Scan reads the tree under opts.Dir. It fails when Dir can't be read or ctx
// ends; files in it that can't be read are passed over.
func Scan(ctx context.Context, opts Options) (*plan.Repo, error) {
	if opts.ConfigName == "" {
		opts.ConfigName = "fly.toml"
	}
	root, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("source tree %s: %w", opts.Dir, err)
	}
	opts.Dir = root
	if _, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("source tree: %w", err)
	}
	var around surroundings
	reading := make(chan error, 1)
	go func() { reading <- around.read(ctx, root, opts.ConfigName) }()
	files, err := walk(ctx, root)
	if err := <-reading; err != nil {
		return nil, fmt.Errorf("repository around %s: %w", root, err)
	}
	if err != nil {
		return nil, fmt.Errorf("source tree %s: %w", root, err)
	}
	facts, err := readAll(ctx, root, files, opts)
	if err != nil {
		return nil, fmt.Errorf("source tree %s: %w", root, err)
	}
	name, text := dockerfile(root, opts)
	doubtPackages(facts.routes, text)
	r := facts.repo(root)
	around.tell(r, ownApp(root, opts.ConfigName))
	r.Dockerfile = name
	r.Migrations = facts.migrated.best(root, name, text)
	if r.Healthcheck = healthcheck(text, opts.InternalPorts); r.Healthcheck != nil {
		r.Healthcheck.File = name
	}
	return r, nil
}

// facts is what one or more files gave. Workers fill one each; they are
// merged and sorted, so that the order of reading shows nowhere.
type facts struct {
	routes    []localRoute
	forceSSL  []ranked
	hostCheck []ranked
	openHosts bool // some ALLOWED_HOSTS lets every host in
	sqlite    []ranked
	metrics   []plan.Metrics
	prom      bool // something speaks of Prometheus
	migrated  migrations

	// What one file says about routes that others define.
	prefixes map[string]string // by framework: stands before every route of it
	mounts   map[string]bool   // frameworks of which some router is mounted below a prefix
}

// ranked is evidence with how much it weighs; the lowest rank is shown.
type ranked struct {
	rank int
	plan.Evidence
}

func (f *facts) merge(o *facts) {
	f.routes = append(f.routes, o.routes...)
	f.forceSSL = append(f.forceSSL, o.forceSSL...)
	f.hostCheck = append(f.hostCheck, o.hostCheck...)
	f.openHosts = f.openHosts || o.openHosts
	f.sqlite = append(f.sqlite, o.sqlite...)
	f.metrics = append(f.metrics, o.metrics...)
	f.prom = f.prom || o.prom
	f.migrated.merge(&o.migrated)
	for framework, prefix := range o.prefixes {
		f.prefix(framework, prefix)
	}
	for framework := range o.mounts {
		f.mount(framework)
	}
}

// prefix notes a global prefix. Two that differ leave the path unknown.
func (f *facts) prefix(framework, prefix string) {
	if f.prefixes == nil {
		f.prefixes = map[string]string{}
	}
	if old, ok := f.prefixes[framework]; ok && old != prefix {
		f.mount(framework)
		prefix = min(old, prefix)
	}
	f.prefixes[framework] = prefix
}

func (f *facts) mount(framework string) {
	if f.mounts == nil {
		f.mounts = map[string]bool{}
	}
	f.mounts[framework] = true
}

func (f *facts) repo(root string) *plan.Repo {
	r := &plan.Repo{Root: root}
	for _, route := range f.routes {
		if f.mounts[route.Framework] && !route.rooted {
			route.Prefixed = true
		}
		if prefix := f.prefixes[route.Framework]; prefix != "" {
			route.Path = joinPath(prefix, route.Path)
		}
		r.Routes = append(r.Routes, route.Route)
	}
	sortRoutes(r.Routes)
	r.ForceSSL = first(f.forceSSL)
	if !f.openHosts {
		r.HostCheck = first(f.hostCheck)
	}
	r.SQLite = first(f.sqlite)
	r.Metrics = f.bestMetrics()
	return r
}

func byPlace(a, b plan.Evidence) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
}

func first(found []ranked) *plan.Evidence {
	if len(found) == 0 {
		return nil
	}
	best := slices.MinFunc(found, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.rank, b.rank), byPlace(a.Evidence, b.Evidence)) })
	return &best.Evidence
}

// readAll spreads the files over a few workers: nearly all of the time is
// spent in opening files.
func readAll(ctx context.Context, root string, files []string, opts Options) (*facts, error) {
	workers := min(runtime.GOMAXPROCS(0), 4, max(len(files)/16, 1))
	found := make([]facts, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			var buffer []byte
			for i := w; i < len(files) && ctx.Err() == nil; i += workers {
				var text []byte
				if text, buffer = readInto(buffer, filepath.Join(root, filepath.FromSlash(files[i]))); len(text) > 0 {
					s := source{file: files[i], base: path.Base(files[i]), text: text, opts: &opts, facts: &found[w]}
					s.look()
				}
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all := new(facts)
	for i := range found {
		all.merge(&found[i])
	}
	return all, nil
}

// source is one file while it is looked at. Its text is only valid meanwhile.
type source struct {
	file, base string
	text       []byte
	opts       *Options
	facts      *facts

	code  []byte // text with its comments blanked; see strip
	spans []span // where strings stand in code
	marks []int  // where health paths may stand; see findMarks
}

func (s *source) look() {
	if isFlyConfig(s.base) {
		return
	}
	if isTest(s.file, s.base) {
		return
	}
	s.settings()
	s.routes()
	s.metrics()
	s.migrations()
}

// at is the evidence for offset in the file.
func (s *source) at(offset int) plan.Evidence {
	start := bytes.LastIndexByte(s.text[:offset], '\n') + 1
	return plan.Evidence{File: s.file, Line: 1 + countLines(s.text[:offset]), Text: shownCode(lineFrom(s.text, start))}
}
