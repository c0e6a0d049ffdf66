// Package repo reads facts from the source tree around fly.toml: what the
// Dockerfile checks, which health routes the app defines, what else deploys
// with this file.
//
// It only reads, follows no symbolic link, never leaves the tree and stops at
// fixed bounds, so that it is safe and quick on any tree. A fact that it
// misses costs a better proposal; a fact that isn't so costs an outage. In
// doubt it says nothing, or says its Doubts with the fact.
//
// What it knows, in the order in which it is found out: which folder is the
// build context and what the Dockerfile makes of it (context.go, image.go);
// which files of the tree are in that (extent.go, packages.go, gocode.go); what
// those files define (routes*.go, the tables); what stands before it and around
// it (doubts.go, guards.go).
package repo

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Options says where to look.
type Options struct {
	Dir        string // the folder of fly.toml
	ConfigName string // fly.toml's file name; "" for fly.toml
	// WorkingDir is the folder that the user stands in: flyctl builds from
	// there. "" for Dir.
	WorkingDir string

	// What fly.toml says: build.dockerfile and build.ignorefile relative to
	// Dir, build-target, build.image, build.builder, [build.args], and the commands of the
	// process groups that have a service.
	Dockerfile, Ignorefile, BuildTarget, Image, Builder string
	BuildArgs                                           map[string]string
	EnvPorts                                            map[string]string // the numbers in [env], which the image's own ENV gives way to
	Commands                                            []string
	InternalPorts                                       []int    // of the services
	Asked                                               []string // the paths of its HTTP checks
	Connections                                         bool     // a service counts connections

	// App is what fly.toml says that its app is, where the file on disk is not
	// the one that is meant; "": what stands there.
	App string
}

// OptionsFor are what the fly.toml at path says of the tree. workDir is the
// folder that the user stands in: the build context of a deploy from there.
func OptionsFor(path, workDir string, file *flytoml.File) Options {
	c := deployed.Read(file).Meant()
	text := func(key string) string { s, _ := c.Get(key).Str(); return s }
	args := map[string]string{}
	for _, key := range c.Get("build.args").Keys() {
		args[key], _ = c.Get("build.args").Key(key).Str()
	}
	ports := map[string]string{}
	for _, e := range deployed.EnvEntries(file) {
		if value, ok := e.Text(); ok && number5(value) > 0 {
			ports[e.Name] = value
		}
	}
	return Options{
		Dir: filepath.Dir(path), ConfigName: filepath.Base(path), WorkingDir: workDir,
		Dockerfile: text("build.dockerfile"), Ignorefile: text("build.ignorefile"),
		BuildTarget: text("build.build-target"), Image: text("build.image"), Builder: text("build.builder"), BuildArgs: args, EnvPorts: ports,
		Commands: c.Commands(c.Served), InternalPorts: c.InternalPorts(), Asked: c.CheckPaths(), Connections: c.CountsConnections(),
	}
}

// Scan reads the tree around opts.Dir: the build context, which may be a folder
// above. It fails when Dir can't be read or ctx ends; a folder that is not there is
// empty, as an editor checks a fly.toml before it saves it. Files in it that can't
// be read are passed over, and Unread tells of them. What fly.toml names and isn't
// there is for Absent.
func Scan(ctx context.Context, opts Options) (*plan.Repo, error) {
	return new(Repositories).Scan(ctx, opts)
}

// Scan is the function of that name, which remembers.
func (r *Repositories) Scan(ctx context.Context, opts Options) (*plan.Repo, error) {
	if opts.ConfigName == "" {
		opts.ConfigName = "fly.toml"
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("read the source tree %s: %w", opts.Dir, err)
	}
	sc := &scanner{opts: opts, dir: dir, repos: r}
	var around *scripts
	reading := make(chan struct{})
	go func() {
		around = r.scriptsOf(ctx, cmp.Or(r.gitRoot(dir), dir))
		close(reading)
	}()
	sc.choose()
	err = sc.walk(ctx)
	<-reading
	if around.err != nil {
		return nil, fmt.Errorf("read the repository around %s: %w", dir, around.err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the source tree %s: %w", sc.root, err)
	}
	sc.measure()
	facts, err := sc.readAll(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the source tree %s: %w", sc.root, err)
	}
	out := sc.repo(facts)
	here := relSlash(around.root, dir)
	own := path.Join(here, opts.ConfigName)
	app := opts.App
	if app == "" {
		app = ownApp(dir, opts.ConfigName)
	}
	around.tell(out, here, own, app)
	if out.Migrations != nil && out.Migrations.RunBy == nil {
		out.Migrations.RunBy = r.migratedBy(around, here, own)
	}
	return out, nil
}

// readAll spreads the files over a few workers: nearly all of the time is
// spent in opening files. It stops when the time is up.
func (sc *scanner) readAll(ctx context.Context) (*facts, error) {
	timed, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	jobs := sc.jobs()
	workers := min(runtime.GOMAXPROCS(0), 4, max(len(jobs)/16, 1))
	found, left := make([]facts, workers), make([]unread, workers)
	var bytesRead atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			var buffer []byte
			for i := w; i < len(jobs); i += workers {
				if timed.Err() != nil || bytesRead.Load() > maxBytes || i >= maxFiles {
					left[w].files++
					continue
				}
				job := jobs[i]
				name := sc.abs(job.file)
				if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
					if err == nil && info.Size() > maxFile {
						left[w].large = append(left[w].large, sc.shown(job.file))
					}
					continue
				}
				var text []byte
				text, buffer = readInto(buffer, name)
				left[w].read++
				bytesRead.Add(int64(len(text)))
				if len(text) > 0 {
					s := source{sc: sc, file: job.file, base: path.Base(job.file), text: text, facts: &found[w], verdict: job.verdict}
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
		sc.unread.files += left[i].files
		sc.unread.read += left[i].read
		sc.unread.large = append(sc.unread.large, left[i].large...)
	}
	return all, nil
}
