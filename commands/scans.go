package commands

import (
	"context"
	"maps"
	"reflect"
	"sync"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/repo"
	"github.com/fly-standards/fly-standards/plan"
)

// scanner reads a source tree; nil is repo.Scan.
type scanner func(context.Context, repo.Options) (*plan.Repo, error)

// scanTree reads the source tree around fly.toml. What is said about that file is
// about the text as it was read, which may not stand on disk.
func (o *sourceOptions) scanTree(ctx context.Context, path, workDir string, file *flytoml.File) (*plan.Repo, error) {
	opts := repo.OptionsFor(path, workDir, file)
	opts.App = fileApp(file)
	read := o.scan
	if read == nil {
		read = repo.Scan
	}
	facts, err := read(ctx, opts)
	if err != nil {
		return nil, err
	}
	of := *facts
	of.Absent = repo.Absent(opts.Dir, file)
	return &of, nil
}

// maxScans is how many trees are remembered. Each fly.toml has one, and one
// more for every Dockerfile that is typed into it.
const maxScans = 64

// scans remembers what source trees told, for a program that checks the same
// file at every keystroke. Nobody may change what it gives.
type scans struct {
	clock clock.Clock
	// ctx ends reading. A scan that nobody waits for any more goes on: the next
	// keystroke wants it too.
	ctx  context.Context
	mu   sync.Mutex
	seen []*scan
}

// scan is one tree.
type scan struct {
	of    repo.Options
	facts *plan.Repo
	err   error
	at    time.Time
	took  time.Duration
	done  chan struct{} // closed when the scan that is under way has ended; nil: none is
}

// get gives what is remembered of a tree, or reads it. With look it is read in
// any case, from now on. aged says that what is remembered may be old.
func (c *scans) get(ctx context.Context, o repo.Options, look bool) (facts *plan.Repo, aged bool, err error) {
	c.mu.Lock()
	s := c.of(o)
	if s.facts != nil && !look {
		// A large tree takes long, and is not read all the time.
		aged = c.clock.Now().Sub(s.at) > max(2*time.Second, 20*s.took)
		facts = s.facts
		c.mu.Unlock()
		return facts, aged, nil
	}
	for s.done != nil && look { // it began before
		wait := s.done
		c.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
		c.mu.Lock()
	}
	if s.done == nil {
		s.done = make(chan struct{})
		go c.read(s)
	}
	wait := s.done
	c.mu.Unlock()
	select {
	case <-wait:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return s.facts, false, s.err
}

// of is what is remembered of a tree.
func (c *scans) of(o repo.Options) *scan {
	for _, s := range c.seen {
		if sameTree(s.of, o) {
			return s
		}
	}
	if len(c.seen) >= maxScans {
		c.seen = nil
	}
	s := &scan{of: o}
	c.seen = append(c.seen, s)
	return s
}

// sameTree compares the arguments, of which there may be many, without
// reflection.
func sameTree(a, b repo.Options) bool {
	args := maps.Equal(a.BuildArgs, b.BuildArgs) && maps.Equal(a.EnvPorts, b.EnvPorts)
	a.BuildArgs, b.BuildArgs, a.EnvPorts, b.EnvPorts = nil, nil, nil, nil
	return args && reflect.DeepEqual(a, b)
}

func (c *scans) read(s *scan) {
	began := c.clock.Now()
	facts, err := repo.Scan(c.ctx, s.of)
	c.mu.Lock()
	defer c.mu.Unlock()
	s.facts, s.err, s.at, s.took = facts, err, c.clock.Now(), c.clock.Now().Sub(began)
	close(s.done)
	s.done = nil
}

func newScans(ctx context.Context, env *Env) *scans {
	return &scans{ctx: ctx, clock: env.Clock}
}
