// Package flysim is Fly.io in memory behind real HTTP: apps, machines, leases,
// versions, waits, health checks, secrets, volumes and faults, with state that
// the real clients of Fly (fly-go, flyctl, this program) can work against.
//
// It keeps what it is sent word for word, moves on a clock that tests drive,
// and keeps its own record of what happened (see Ledger and Timeline), so that
// a test asks the platform and not the program whether a promise was kept.
package flysim

import (
	"container/heap"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
)

// Options are how the platform as a whole behaves. The zero Options are a
// patient platform: any token, no limits, no lag.
type Options struct {
	// Token is the one that is accepted, without its scheme. Empty: any.
	Token string
	// Owner is who the caller's leases belong to. Default: you@example.com.
	Owner string
	// RateLimits turns on Fly's documented limits: per action and machine (or
	// app) 1 request a second with bursts of 3, reading one machine 5 and 10.
	RateLimits bool
	// SecretsLag is how old a set of secrets must be before a machine that
	// boots without min_secrets_version is sure to see it.
	SecretsLag time.Duration
	// CreateLag is how long a new machine is answered with 404.
	CreateLag time.Duration
	// LateNames lets machines of one name be made side by side, as while the hosts
	// have not agreed on it yet.
	LateNames bool
	// SwapStops is how long a machine that gets a new version shows as stopped
	// before the new one boots.
	SwapStops time.Duration
	// OldRows is how long a machine that got a new version shows the check rows of
	// the version before; OldRowsDated has them dated between the update and the
	// new start, as while the old instance still runs its checks.
	OldRows      time.Duration
	OldRowsDated bool
	// Owners are whose the leases of other callers are, by their Authorization
	// header.
	Owners map[string]string
	// CompatChecks adds the bg_deployments_compat rows that Fly puts among
	// the checks for old clients.
	CompatChecks bool
}

// Platform is one simulated Fly. It is an http.Handler that answers the
// Machines API (/v1), GraphQL (/graphql) and the releases API (/api/v1).
// All its methods, and those of App and Machine, may be called at any time.
type Platform struct {
	clk  clock.Clock
	opts Options
	mux  *http.ServeMux

	waiting sync.Mutex // see sleepUntil

	mu      sync.Mutex
	now     time.Time
	queue   schedule
	seq     int
	began   *beginning // of the first request; nil before
	apps    map[string]*App
	order   []*App
	images  map[string]string // reference without digest -> digest
	buckets map[string]*bucket
	faults  []*armedFault
	full    map[string]bool // regions that have no room
	serial  map[string]int

	requests   []Request
	violations []Violation
}

// New makes an empty platform.
func New(clk clock.Clock, opts ...Options) *Platform {
	p := &Platform{
		clk: clk, now: clk.Now(),
		apps: map[string]*App{}, images: map[string]string{}, buckets: map[string]*bucket{},
		full: map[string]bool{}, serial: map[string]int{},
	}
	if len(opts) > 0 {
		p.opts = opts[0]
	}
	if p.opts.Owner == "" {
		p.opts.Owner = "you@example.com"
	}
	p.mux = p.routes()
	return p
}

// lock takes the platform for one reader or writer and brings it up to date:
// everything that was due by now has happened. Every exported method starts
// here.
func (p *Platform) lock() {
	p.mu.Lock()
	p.advance()
}

// A future is something that will happen at its time, in order of (at, seq).
type future struct {
	at  time.Time
	seq int
	// do runs with the platform locked and p.now == at; when free is set it
	// runs unlocked instead, so that it may call exported methods.
	do   func()
	free bool
}

type schedule []*future

func (s schedule) Len() int { return len(s) }
func (s schedule) Less(i, j int) bool {
	if s[i].at.Equal(s[j].at) {
		return s[i].seq < s[j].seq
	}
	return s[i].at.Before(s[j].at)
}
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(x any)   { *s = append(*s, x.(*future)) }
func (s *schedule) Pop() any {
	last := len(*s) - 1
	f := (*s)[last]
	*s = (*s)[:last]
	return f
}

// after schedules do. Called with the platform locked.
func (p *Platform) after(d time.Duration, do func()) { p.plan(d, do, false) }

func (p *Platform) plan(d time.Duration, do func(), free bool) {
	p.seq++
	heap.Push(&p.queue, &future{at: p.now.Add(d), seq: p.seq, do: do, free: free})
}

// advance lets everything that is due happen, each thing at its own time.
func (p *Platform) advance() {
	now := p.clk.Now()
	for len(p.queue) > 0 && !p.queue[0].at.After(now) {
		f := heap.Pop(&p.queue).(*future)
		if f.at.After(p.now) {
			p.now = f.at
		}
		if f.free {
			p.mu.Unlock()
			f.do()
			p.mu.Lock()
			continue
		}
		f.do()
	}
	if now.After(p.now) {
		p.now = now
	}
}

// After runs do when d has passed, between two requests. It may call anything
// of the platform: this is how a test scripts what others do meanwhile.
func (p *Platform) After(d time.Duration, do func()) {
	p.lock()
	defer p.mu.Unlock()
	p.plan(d, do, true)
}

// Settle sleeps on the clock until nothing but health checks is going on, at
// most limit.
func (p *Platform) Settle(limit time.Duration) {
	p.lock()
	defer p.mu.Unlock()
	deadline := p.now.Add(limit)
	for p.now.Before(deadline) && p.busy() {
		_ = p.sleepUntil(context.Background(), deadline)
	}
}

func (p *Platform) busy() bool {
	for _, a := range p.order {
		for _, m := range a.machines {
			if !resting(m.state) {
				return true
			}
		}
	}
	return false
}

// App is the app of that name; nil when there is none.
func (p *Platform) App(name string) *App {
	p.lock()
	defer p.mu.Unlock()
	return p.apps[name]
}

// FillRegion says whether a region has no room for machines from now on.
func (p *Platform) FillRegion(code string, full bool) {
	p.lock()
	defer p.mu.Unlock()
	p.full[code] = full
}

// PushImage makes a reference such as registry.fly.io/web:latest mean another
// digest, as a push to the registry does. Machines that run keep what they
// run; the next update that names the tag gets the new one.
func (p *Platform) PushImage(ref, digest string) {
	p.lock()
	defer p.mu.Unlock()
	p.images[ref] = digest
}
