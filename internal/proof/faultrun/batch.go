package faultrun

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
)

// freshStep keeps the ends of a fresh range round, for people who type them.
const freshStep = 1000

// Fresh is the first seed of a range that most likely nobody has played: all
// that are typed or kept in tests lie below it.
func Fresh() uint64 { return (1000 + rand.Uint64N(1<<32)) * freshStep } //nolint:gosec // no secret

// Replay is the command that plays one seed again, with its trace.
func Replay(seed uint64) string {
	return fmt.Sprintf("go run ./internal/proof/cmd/faults -seed %d", seed)
}

// Batch plays the seeds from From on, N of them, some at a time.
type Batch struct {
	Root    string
	From, N uint64
	Workers int  // 0: as many as there are processors
	Stop    bool // no new seed after one that failed
	Twice   bool // each seed is played again, and its tapes are compared
	// Until is when no new seed is begun any more; zero: all are played.
	Until time.Time

	mu   sync.Mutex
	next uint64
	Sum  Sum
}

// Sum is what a batch was like. A run in which nothing strikes proves nothing.
type Sum struct{ Played, Failed, Struck, Killed, Requests uint64 }

// Play gives each result to each, one at a time, in no order.
func (b *Batch) Play(each func(Result)) {
	b.next = b.From
	var all sync.WaitGroup
	workers := b.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	for range workers {
		all.Go(func() {
			for seed, more := b.take(); more; seed, more = b.take() {
				b.count(b.seed(seed), each)
			}
		})
	}
	all.Wait()
}

func (b *Batch) take() (uint64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next-b.From >= b.N || b.Stop && b.Sum.Failed > 0 || !b.Until.IsZero() && time.Now().After(b.Until) {
		return 0, false
	}
	b.next++
	return b.next - 1, true
}

func (b *Batch) seed(seed uint64) Result {
	r, err := Run(seed, b.Root)
	if err != nil {
		return Result{Seed: seed, Failures: []string{err.Error()}}
	}
	if b.Twice {
		if again, err := Run(seed, b.Root); err != nil || again.Tape != r.Tape {
			r.Failures = append(r.Failures, "the second play was another one")
		}
	}
	return r
}

func (b *Batch) count(r Result, each func(Result)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Sum.Played++
	b.Sum.Requests += uint64(r.Requests)
	if r.Struck > 0 {
		b.Sum.Struck++
	}
	if r.Killed {
		b.Sum.Killed++
	}
	if len(r.Failures) > 0 {
		b.Sum.Failed++
	}
	each(r)
}
