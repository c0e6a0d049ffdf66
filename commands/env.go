// Package commands is the command line. Each command is three parts: its
// options, newXxxCmd that makes flags of them, and runXxx that does it. All
// that a command takes from the machine it runs on comes in through Env, so
// that a test runs whole commands inside its own process.
package commands

import (
	"io"
	"net/http"
	"os"
	"runtime"

	"github.com/mattn/go-isatty"
	"github.com/muesli/termenv"
	"golang.org/x/term"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/journal"
)

// Env is the outside of a command.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// StdinTTY and the others say which of the streams are a terminal.
	StdinTTY, StdoutTTY, StderrTTY bool

	Width  int // of the terminal in columns; 0 when it is not known
	Getenv func(string) (string, bool)
	Dir    string // working directory
	Home   string
	GOOS   string
	Clock  clock.Clock
	// Transport carries the requests to Fly; nil is the network.
	Transport http.RoundTripper
	// Visit carries the requests of --probe to the app's public hostname; nil is
	// the network.
	Visit http.RoundTripper
	// Replay makes a run repeatable for a simulation: nil in real life.
	Replay *Replay
	// Abort is closed when the user wants out at once; nil never is.
	Abort <-chan struct{}
}

// Replay is what a simulation takes over besides clock and transport, so that
// the same world gives the same run.
type Replay struct {
	Jitter func() float64 // of the pauses between tries, in [0, 1)
	FS     atomicfile.FS  // the system calls that write fly.toml
	// Journal is those that write the record of a run; nil: the real ones.
	Journal journal.FS
}

// OSEnv is the real one.
func OSEnv(abort <-chan struct{}) *Env {
	e := &Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		StdinTTY: isTerminal(os.Stdin), StdoutTTY: isTerminal(os.Stdout), StderrTTY: isTerminal(os.Stderr),
		Getenv: os.LookupEnv, GOOS: runtime.GOOS, Clock: clock.Wall{}, Abort: abort,
	}
	// Both may be unknown: then what needs them says so.
	e.Dir, _ = os.Getwd()
	e.Home, _ = os.UserHomeDir()
	if e.StdoutTTY {
		e.Width, _, _ = term.GetSize(int(os.Stdout.Fd()))
		// Old Windows consoles print escape sequences unless told otherwise.
		_, _ = termenv.EnableVirtualTerminalProcessing(termenv.NewOutput(os.Stdout))
	}
	return e
}

func isTerminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
}

// env is a variable's value; "" when it is not there.
func (e *Env) env(name string) string {
	v, _ := e.Getenv(name)
	return v
}

// ci says whether a build server runs the command (the variables that flyctl
// looks at, present with any value).
func (e *Env) ci() bool {
	for _, name := range []string{"CI", "GITHUB_ACTIONS", "CONTINUOUS_INTEGRATION", "BUILD_NUMBER", "RUN_ID"} {
		if _, ok := e.Getenv(name); ok {
			return true
		}
	}
	return false
}

// interactive says whether there is a person to ask.
func (e *Env) interactive() bool { return e.StdinTTY && e.StderrTTY && !e.ci() }

// color says whether to paint what goes to a stream. The order is that of
// flyctl: NO_COLOR, then CLICOLOR_FORCE, then CLICOLOR, then the terminal.
func (e *Env) color(tty, off bool) bool {
	force, forced := e.Getenv("CLICOLOR_FORCE")
	switch {
	case off || e.env("NO_COLOR") != "":
		return false
	case forced && force != "" && force != "0":
		return true
	case e.env("CLICOLOR") == "0" || e.env("TERM") == "dumb":
		return false
	default:
		return tty
	}
}

// width is that of what is written: a longer line is hard to read.
func (e *Env) width() int {
	if e.Width > 0 {
		return min(e.Width, 100)
	}
	return 80
}
