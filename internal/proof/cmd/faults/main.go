// Command faults plays seeds of the fault run: it applies plans to a simulated
// Fly under every trouble, and says which seeds broke a promise.
//
//	go run ./internal/proof/cmd/faults [-n 10000] [-v]     a fresh range of seeds, which it prints
//	go run ./internal/proof/cmd/faults -from 1 -n 10000    these
//	go run ./internal/proof/cmd/faults -seed 4711          one seed, with its trace
//	go run ./internal/proof/cmd/faults -n 200 -twice       compares the tapes of two plays
//
// It exits with 1 when a promise was broken.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/fly-standards/fly-standards/internal/proof/faultrun"
)

func main() {
	n := flag.Uint64("n", 1000, "how many seeds, from -from on")
	from := flag.Uint64("from", 0, "the first seed; 0: a fresh range")
	one := flag.Uint64("seed", 0, "this seed alone, with its trace and its tape")
	verbose := flag.Bool("v", false, "the trace of every seed that fails")
	twice := flag.Bool("twice", false, "play each seed twice and compare the tapes")
	stop := flag.Bool("stop", false, "stop at the first seed that fails")
	atMost := flag.Duration("for", 0, "begin no new seed after this long; 0: play all")
	workers := flag.Int("workers", 0, "how many seeds at a time; 0: one for each processor")
	flag.Parse()
	debug.SetGCPercent(800) // seeds are short and small
	debug.SetMemoryLimit(1 << 30)
	root, err := faultrun.Root()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	b := &faultrun.Batch{Root: root, From: *from, N: *n, Workers: *workers, Stop: *stop, Twice: *twice}
	if *atMost > 0 {
		b.Until = time.Now().Add(*atMost)
	}
	switch {
	case *one != 0:
		b.From, b.N, *verbose, b.Workers = *one, 1, true, 1
	case *from == 0:
		b.From = faultrun.Fresh()
	}
	ok := play(b, *verbose, *one != 0)
	_ = os.RemoveAll(root)
	if !ok {
		os.Exit(1)
	}
}

func play(b *faultrun.Batch, verbose, single bool) bool {
	began := time.Now()
	fmt.Printf("seeds %d to %d (-from %d -n %d)\n", b.From, b.From+b.N-1, b.From, b.N)
	b.Play(func(r faultrun.Result) {
		if len(r.Failures) > 0 {
			fmt.Printf("seed %d:\n", r.Seed)
			for _, f := range r.Failures {
				fmt.Printf("  %s\n", f)
			}
			if !single {
				fmt.Printf("  again: %s\n", faultrun.Replay(r.Seed))
			}
		}
		if single || verbose && len(r.Failures) > 0 {
			fmt.Print(r.Trace)
		}
		if single {
			fmt.Print(r.Tape)
		}
	})
	took := time.Since(began)
	fmt.Printf("%d seeds from %d on, %d failed; %d struck by trouble, %d killed, %d requests; %v, %.0f seeds a second\n",
		b.Sum.Played, b.From, b.Sum.Failed, b.Sum.Struck, b.Sum.Killed, b.Sum.Requests, took.Round(time.Millisecond), float64(b.Sum.Played)/took.Seconds())
	return b.Sum.Failed == 0
}
