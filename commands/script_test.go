package commands

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

var update = flag.Bool("update", false, "write what was got into the scripts")

// world is what one script has besides its files: a simulated platform on a
// clock that stands still unless somebody waits.
type world struct {
	clock *clock.Virtual
	sim   *flysim.Platform
	app   *flysim.App
}

type worldKey struct{}

func scriptWorld(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// TestScripts runs whole command lines, each inside this process:
//
//	fly-standards ARGS     must exit 0
//	exits N fly-standards  must exit N
//	piped FILE N ARGS      with FILE as standard input, must exit N
//	answer yes|no ARGS     as on a terminal, with that answer to the question
//	sim FILE...            starts the platform with the app in each FILE (flysim.Scenario)
//	sim-writes             prints the writing requests so far
//	sim-unseen TEXT        no request but those to the secrets endpoint held TEXT
//	sim-touch MACHINE      somebody else updates the machine
func TestScripts(t *testing.T) {
	version = "test"
	testscript.Run(t, testscript.Params{
		Dir:           "../testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			// Each script has records and locks of its own: scripts run side by side.
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, ".tmp", "state"))
			e.Values[worldKey{}] = &world{clock: clock.NewVirtual(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fly-standards": func(ts *testscript.TestScript, neg bool, args []string) {
				if code := runScripted(ts, "", args); (code != 0) != neg {
					ts.Fatalf("exit code %d", code)
				}
			},
			"exits": func(ts *testscript.TestScript, _ bool, args []string) {
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				if code := runScripted(ts, "", args[2:]); code != want {
					ts.Fatalf("exit code %d, want %d", code, want)
				}
			},
			"answer":     scriptAnswer,
			"piped":      scriptPiped,
			"sim":        scriptSim,
			"sim-writes": scriptSimWrites,
			"sim-unseen": scriptSimUnseen,
			"sim-touch":  scriptSimTouch,
		},
	})
}

// runScripted runs one command line. With an answer it believes to be on a
// terminal, though a plain one.
func runScripted(ts *testscript.TestScript, answer string, args []string) int {
	return runWith(ts, newAnswer(answer), answer != "", args)
}

func runWith(ts *testscript.TestScript, stdin io.Reader, person bool, args []string) int {
	env := &Env{
		Stdin: stdin, Stdout: ts.Stdout(), Stderr: ts.Stderr(),
		Dir: ts.MkAbs("."), Home: ts.Getenv("HOME"), GOOS: "linux", Clock: scriptWorld(ts).clock,
		Getenv: func(name string) (string, bool) {
			switch v := ts.Getenv(name); {
			case v != "":
				return v, true
			case name == "TERM" && person:
				return "dumb", true
			}
			return "", false
		},
	}
	env.StdinTTY, env.StderrTTY = person, person
	return Main(context.Background(), env, args)
}

func scriptPiped(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if code := runWith(ts, strings.NewReader(ts.ReadFile(args[0])), false, args[3:]); code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

func scriptAnswer(ts *testscript.TestScript, neg bool, args []string) {
	if code := runScripted(ts, map[string]string{"yes": "y\n", "no": "n\n"}[args[0]], args[2:]); (code != 0) != neg {
		ts.Fatalf("exit code %d", code)
	}
}

func scriptSim(ts *testscript.TestScript, _ bool, args []string) {
	w := scriptWorld(ts)
	w.sim = flysim.New(w.clock, flysim.Options{Token: "test"})
	for _, file := range args {
		scenario, err := flysim.ParseScenario([]byte(ts.ReadFile(file)))
		ts.Check(err)
		w.app, err = w.sim.Load(scenario)
		ts.Check(err)
	}
	server := w.sim.Serve()
	ts.Defer(server.Close)
	ts.Setenv("FLY_FLAPS_BASE_URL", server.URL)
	ts.Setenv("FLY_API_BASE_URL", server.URL)
	ts.Setenv("FLY_API_TOKEN", "test")
}

func scriptSimWrites(ts *testscript.TestScript, _ bool, _ []string) {
	out := ts.Stdout() // also when nothing is written: the script sees it empty
	for _, r := range scriptWorld(ts).sim.Requests() {
		if r.Method != "GET" {
			_, _ = fmt.Fprintln(out, r.Method, r.Path)
		}
	}
}

func scriptSimUnseen(ts *testscript.TestScript, _ bool, args []string) {
	if seen := scriptWorld(ts).sim.Seen(args[0]); len(seen) > 0 {
		ts.Fatalf("%d requests hold it, the first is %s %s", len(seen), seen[0].Method, seen[0].Path)
	}
}

func scriptSimTouch(ts *testscript.TestScript, _ bool, args []string) {
	scriptWorld(ts).app.Machine(args[0]).Update(func(config map[string]any) {
		config["metadata"].(map[string]any)["touched"] = "yes"
	})
}

// newAnswer is a stdin that holds an answer, and then ends.
func newAnswer(text string) *os.File {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	_, _ = w.WriteString(text)
	_ = w.Close()
	return r
}
