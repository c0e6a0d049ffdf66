package faultrun

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/commands"
	"github.com/fly-standards/fly-standards/internal/clock"
)

// killed is how a process ends that is killed: by a panic that nobody but
// process recovers. What is deferred on the way reaches neither the platform
// nor the disk any more.
type killed struct{}

// process is one run of the program, from a state of its own.
type process struct {
	w           *world
	run         int
	args        []string
	out, errOut bytes.Buffer
	code        int
	dead        bool // killed
	interrupted bool
	cancel      context.CancelFunc
	abort       chan struct{}
	aborted     bool
	planned     bool // the world was read
	secretsRead bool
	firstTape   int
	nth         int // its last request on the tape
	began       time.Time
	start       map[string]snapshot
	fileBefore  string
	edits       int  // by hand, before it
	faulty      bool // something struck
	calls       map[string]int
	unsynced    unsynced
	record      string            // path of its journal; "" before there is one
	listed      map[string]string // clones that the program was told of, by mark
	sawSick     map[string]bool   // by machine: it was not healthy when the program last read it
	newClone    string            // one whose id the program has, and must have on record before it asks for anything else
	recordFull  bool              // a write of its journal was refused
	destroyed   bool              // it took a machine away
}

// tired is the clock of a computer that sleeps longer than it is asked to: so
// looks come at other times, and fewer of them.
type tired struct {
	clock.Clock
	pace int
	p    *process
}

// Every implements clock.Clock. What a killed process did in the background ends
// with it.
func (t tired) Every(d time.Duration, do func()) (stop func()) {
	return t.Clock.Every(d, func() {
		if !t.p.dead && t.p.w.proc == t.p {
			do()
		}
	})
}

func (t tired) Sleep(ctx context.Context, d time.Duration) error {
	return t.Clock.Sleep(ctx, d*time.Duration(t.pace))
}

// snapshot is a machine at the start of a run.
type snapshot struct {
	state, config     string
	healthy           bool
	restarts, outside int
	leases            int // given so far; the last may last still
}

// process runs one command line and looks at what must hold after any.
func (w *world) process(args []string) *process {
	w.runs++
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p := &process{w: w, run: w.runs, args: args, cancel: cancel, abort: make(chan struct{}), calls: map[string]int{}, start: map[string]snapshot{}, unsynced: newUnsynced(), listed: map[string]string{}, sawSick: map[string]bool{}}
	w.p.Mark()
	p.firstTape, p.began, p.fileBefore, p.edits = w.p.Count(), w.clk.Now(), w.file(), w.edits
	for _, m := range w.app.Machines() {
		p.start[m.ID()] = snapshot{m.State(), string(m.Config()), m.Healthy(), m.Record().Restarts, w.outside[m.ID()], len(m.Record().Leases)}
	}
	w.proc = p
	w.note("run %d: %s", p.run, strings.Join(args, " "))
	p.main(ctx)
	w.proc, w.known = nil, false
	w.p.ClearFaults()
	w.note("exit %d, killed %v", p.code, p.dead)
	if w.verbose {
		w.note("%s", p.out.String())
	}
	for line := range strings.Lines(p.errOut.String()) {
		if strings.Contains(line, "DEBU") {
			continue // the tape tells it
		}
		w.note("| %s", strings.TrimRight(line, "\n"))
	}
	w.everKilled = w.everKilled || p.dead
	w.undoKilled = args[0] == "undo" && p.dead || w.undoKilled && args[0] != "undo"
	p.check()
	return p
}

func (p *process) main(ctx context.Context) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case killed:
			p.code = 137
		default:
			panic(r)
		}
	}()
	w := p.w
	vars := map[string]string{
		"FLY_API_TOKEN": "test", "FLY_FLAPS_BASE_URL": "http://fly.test", "FLY_API_BASE_URL": "http://fly.test",
		"XDG_STATE_HOME": w.state(),
	}
	jitter := rand.New(rand.NewPCG(w.seed, uint64(p.run)))
	p.code = commands.Main(ctx, &commands.Env{
		Stdin: strings.NewReader(""), Stdout: alive{p, &p.out}, Stderr: alive{p, &p.errOut}, Width: 80,
		Getenv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		Dir:    w.dir, Home: w.dir, GOOS: "linux", Clock: tired{w.clk, w.pace, p}, Transport: wire{w}, Abort: p.abort,
		Replay: &commands.Replay{Jitter: jitter.Float64, FS: disk{w}, Journal: records{disk{w}}},
	}, p.args)
}

func (w *world) state() string { return filepath.Join(w.dir, "state") }

// alive is a stream that a killed process writes no more to.
type alive struct {
	p *process
	w io.Writer
}

func (a alive) Write(b []byte) (int, error) {
	if a.p.dead {
		return len(b), nil
	}
	return a.w.Write(b)
}

// end kills the process here and now, perhaps with the whole computer.
func (p *process) end(s strike) {
	p.dead = true
	if s.power {
		p.w.losePower()
	}
	panic(killed{})
}

// document is what promise 10 is about: with --json, stdout is one JSON
// document.
func (p *process) document() string {
	if p.dead || !strings.Contains(strings.Join(p.args, " "), "--json") || p.out.Len() == 0 {
		return ""
	}
	dec := json.NewDecoder(bytes.NewReader(p.out.Bytes()))
	var one any
	if err := dec.Decode(&one); err != nil {
		return fmt.Sprintf("stdout is no JSON document: %v", err)
	}
	if dec.More() {
		return "stdout holds more than one document"
	}
	return ""
}
