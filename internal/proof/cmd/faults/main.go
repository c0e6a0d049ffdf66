// Command faults plays seeds of the fault run: it applies plans to a simulated
// Fly under every trouble, and says which seeds broke a promise.
//
//	go run ./internal/proof/cmd/faults [-n 10000] [-v]
//	go run ./internal/proof/cmd/faults -seed 4711          one seed, with its trace
//	go run ./internal/proof/cmd/faults -n 200 -twice       compares the tapes of two plays
//
// It exits with 1 when a promise was broken.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/fly-standards/fly-standards/internal/proof/faultrun"
)

func main() {
	n := flag.Uint64("n", 1000, "how many seeds, from -from on")
	from := flag.Uint64("from", 1, "the first seed")
	one := flag.Uint64("seed", 0, "this seed alone, with its trace and its tape")
	verbose := flag.Bool("v", false, "the trace of every seed that fails")
	twice := flag.Bool("twice", false, "play each seed twice and compare the tapes")
	stop := flag.Bool("stop", false, "stop at the first seed that fails")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "how many seeds at a time")
	flag.Parse()
	debug.SetGCPercent(400) // seeds are short and small
	debug.SetMemoryLimit(1 << 30)
	root, err := faultrun.Root()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if *one != 0 {
		*from, *n, *verbose, *workers = *one, 1, true, 1
	}
	b := &batch{root: root, from: *from, n: *n, verbose: *verbose, twice: *twice, stop: *stop, single: *one != 0}
	ok := b.play(*workers)
	_ = os.RemoveAll(root)
	if !ok {
		os.Exit(1)
	}
}

// batch plays many seeds.
type batch struct {
	root                         string
	from, n                      uint64
	verbose, twice, stop, single bool

	mu                            sync.Mutex
	next, played, failed          uint64
	struck, killed, requests, end uint64
}

func (b *batch) play(workers int) bool {
	began := time.Now()
	b.next, b.end = b.from, b.from+b.n
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for seed, more := b.take(); more; seed, more = b.take() {
				b.seed(seed)
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	fmt.Printf("%d seeds, %d failed; %d struck by trouble, %d killed, %d requests; %v, %.0f seeds a second\n",
		b.played, b.failed, b.struck, b.killed, b.requests, took.Round(time.Millisecond), float64(b.played)/took.Seconds())
	return b.failed == 0
}

func (b *batch) take() (uint64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	seed := b.next
	b.next++
	return seed, seed < b.end && !(b.stop && b.failed > 0)
}

func (b *batch) seed(seed uint64) {
	r, err := faultrun.Run(seed, b.root)
	if err != nil {
		r.Failures = append(r.Failures, err.Error())
	}
	if b.twice {
		if again, err := faultrun.Run(seed, b.root); err != nil || again.Tape != r.Tape {
			r.Failures = append(r.Failures, "the second play was another one")
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.played++
	b.requests += uint64(r.Requests)
	if r.Struck > 0 {
		b.struck++
	}
	if r.Killed {
		b.killed++
	}
	if len(r.Failures) > 0 {
		b.failed++
		fmt.Printf("seed %d:\n", seed)
		for _, f := range r.Failures {
			fmt.Printf("  %s\n", f)
		}
	}
	if b.single || b.verbose && len(r.Failures) > 0 {
		fmt.Print(r.Trace)
	}
	if b.single {
		fmt.Print(r.Tape)
	}
}
