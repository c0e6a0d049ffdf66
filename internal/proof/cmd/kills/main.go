// Command kills builds the real program and kills it, as kill -9 does, at n
// instants of an apply on a simulated platform; after each it runs apply again
// and compares the end with that of a run that nobody killed:
//
//	go run ./internal/proof/cmd/kills [-n 50] [-at-once 25] [-machines 2]
//
// It runs by the real clock, many at a time. The exit code is 1 when one end
// differs.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/proof/kills"
)

func main() {
	n := flag.Int("n", 50, "how many instants")
	atOnce := flag.Int("at-once", 25, "how many runs at a time")
	machines := flag.Int("machines", 2, "how many machines the app has")
	flag.Parse()
	failed, err := run(*n, max(*atOnce, 1), *machines)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "kills:", err)
	}
	if err != nil || failed > 0 {
		os.Exit(1)
	}
}

// run gives how many instants ended otherwise than they must.
func run(n, atOnce, machines int) (failed int, err error) {
	root, err := os.MkdirTemp("", "kills-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(root) //nolint:errcheck // a folder for temporary files
	program := kills.Program{Path: filepath.Join(root, "fly-standards"), Speed: 1}
	build := exec.Command("go", "build", "-o", program.Path, "github.com/fly-standards/fly-standards")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return 0, fmt.Errorf("build the program: %w", err)
	}
	site, err := kills.NewSite(filepath.Join(root, "whole"), program, machines)
	if err != nil {
		return 0, err
	}
	want, requests, changes, err := site.Whole()
	site.Close()
	if err != nil {
		return 0, err
	}
	fmt.Printf("an apply that nobody kills: %d requests, %d changes on disk\n", requests, changes)
	instants := kills.Instants(n, requests, changes)
	var (
		mu     sync.Mutex
		all    sync.WaitGroup
		struck int
		turn   = make(chan struct{}, atOnce)
	)
	for i, at := range instants {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			got, err := one(filepath.Join(root, strconv.Itoa(i)), program, machines, at)
			mu.Lock()
			defer mu.Unlock()
			if got.Struck {
				struck++
			}
			switch diff := cmp.Diff(want, got.End); {
			case err != nil:
				failed++
				fmt.Printf("%s: %v\n", at, err)
			case diff != "":
				failed++
				fmt.Printf("killed %s (%s): the end is another one:\n%s\n", at, got.Where, diff)
			}
		})
	}
	all.Wait()
	fmt.Printf("%d instants, %d killed in the middle, %d with another end\n", len(instants), struck, failed)
	return failed, nil
}

func one(dir string, p kills.Program, machines int, at kills.Instant) (kills.Killed, error) {
	site, err := kills.NewSite(dir, p, machines)
	if err != nil {
		return kills.Killed{}, err
	}
	defer site.Close()
	return site.Kill(at)
}
