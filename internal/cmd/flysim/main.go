// Command flysim serves apps on a simulated Fly.io, on loopback and by the
// real clock, so that the built program, flyctl or any other client of Fly can
// be tried by hand against it:
//
//	go run ./internal/cmd/flysim [-listen 127.0.0.1:4280] [-speed N] SCENARIO.json...
//
// It prints the variables to export and then serves until it is interrupted.
// At the end it says which writing requests came in, and what it saw that must
// not happen. SCENARIO is a flysim.Scenario, as in the app.json of
// testdata/script/*.txtar. The token is "test"; any other one is refused.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "flysim:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("flysim", flag.ContinueOnError)
	listen := f.String("listen", "127.0.0.1:0", "address to serve on; port 0 is any free one")
	speed := f.Int("speed", 1, "how many seconds of the platform pass in one of ours")
	if err := f.Parse(args); err != nil {
		return flag.ErrHelp
	}
	if f.NArg() == 0 || *speed < 1 {
		return errors.New("usage: flysim [-listen ADDRESS] [-speed N] SCENARIO.json [SCENARIO.json]")
	}
	sim := flysim.New(clock.NewScaled(*speed), flysim.Options{Token: "test"})
	for _, path := range f.Args() {
		raw, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read scenario: %w", err)
		}
		scenario, err := flysim.ParseScenario(raw)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if _, err := sim.Load(scenario); err != nil {
			return err
		}
	}
	server, err := sim.ServeOn(*listen)
	if err != nil {
		return err
	}
	defer server.Close()
	_, _ = fmt.Fprintf(out, "export FLY_FLAPS_BASE_URL=%[1]s FLY_API_BASE_URL=%[1]s FLY_UIEX_BASE_URL=%[1]s FLY_API_TOKEN=test\n", server.URL)
	<-ctx.Done()
	tell(out, sim)
	return nil
}

// tell says what the platform saw.
func tell(out io.Writer, sim *flysim.Platform) {
	for _, r := range sim.Writes() {
		_, _ = fmt.Fprintf(out, "%s %d\n", r.Line(), r.Status)
	}
	for _, v := range sim.Violations() {
		_, _ = fmt.Fprintf(out, "must not happen: %v\n", v)
	}
	for _, id := range sim.HeldLeases() {
		_, _ = fmt.Fprintf(out, "lease left on %s\n", id)
	}
}
