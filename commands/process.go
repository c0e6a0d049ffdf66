package commands

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Process is the program as a process: the real environment, and signals. It
// gives the exit code. tune, when it is not nil, changes the environment
// first: a test of the process has a faster clock.
func Process(args []string, tune func(*Env)) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
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
	env := OSEnv(abort)
	if tune != nil {
		tune(env)
	}
	return Main(ctx, env, args)
}
