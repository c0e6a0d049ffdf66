// Command fly-standards shows and makes the changes that bring an app on
// Fly.io up to standard.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/fly-standards/fly-standards/commands"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	abort := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// `fly-standards apply | head` must not die half-way with leases held.
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		<-signals
		cancel() // finish the machine in hand, then stop
		<-signals
		close(abort) // let go and leave
	}()
	os.Exit(commands.Main(ctx, commands.OSEnv(abort), os.Args[1:]))
}
