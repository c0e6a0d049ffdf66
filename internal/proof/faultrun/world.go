package faultrun

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

// world is one seed.
type world struct {
	seed uint64
	rng  *rand.Rand // draws the world; the program's jitter has its own
	also *rand.Rand // draws what came later, so that what the others draw stays
	dir  string
	clk  *clock.Virtual
	p    *flysim.Platform
	app  *flysim.App

	kind           string // of fly.toml
	before         string // the file
	text           string // the file as it is now, when known
	known          bool
	changed        map[string]bool   // machines on which somebody set another value for ours
	edited         bool              // by hand, so that an undo need not bring back the previous contents
	edits          int               // by hand
	other          *otherFile        // nil: the app is in no repository
	first          map[string][]byte // configurations before the first run
	pace           int               // a second that the program means to sleep takes so many
	values         map[string]string
	mark           string // in each of the values
	service        service
	machines       []machine
	route, answers bool
	flags          []string
	limit          string   // --max-unavailable
	wait           []string // --wait-timeout, of the runs in trouble
	hardRuns       int
	noUndo         bool   // among them
	lone           bool   // one machine, and consent to a second one
	sick           string // machine whose own check fails from the beginning
	held           string // machine that somebody else holds from before the run

	troubles []*trouble
	outages  []outage
	proc     *process

	hurt       map[string]bool     // machines that a trouble struck
	why        map[string][]string // it did
	theirs     map[string]int      // machine -> run in which somebody else updated it
	othersSet  map[string]int      // secret -> run in which somebody else set it
	allowed    map[string]string   // secret -> value that somebody else gave it
	outside    map[string]int      // updates of others, by machine
	removed    map[string]*removal // secrets that somebody removed, until the file has their values again
	wasRemoved bool                // one was
	runs       int
	everKilled bool
	booted     map[string]bool // machines that somebody else booted through the API, perhaps sooner than the secrets got there
	undoKilled bool            // the last undo
	toldLeft   map[string]bool // machines that an undo left alone, and said so
	fileStays  bool            // an undo could not take all of fly.toml back, and said so
	keptTwin   bool            // an undo left the last machine that serves, and said so
	failures   []string
	verbose    bool // keep every stdout in the trace
	struck     []string
	log        []string
}

type machine struct {
	id, group, region, state string
	touchable                bool
}

var epoch = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func newWorld(seed uint64, dir string) (*world, error) {
	w := &world{
		seed: seed, dir: dir, rng: rand.New(rand.NewPCG(seed, 0x666c79)), also: rand.New(rand.NewPCG(seed, 0x616c736f)), clk: clock.NewVirtual(epoch),
		values: map[string]string{}, hurt: map[string]bool{}, why: map[string][]string{}, theirs: map[string]int{}, othersSet: map[string]int{},
		first: map[string][]byte{}, removed: map[string]*removal{}, changed: map[string]bool{}, allowed: map[string]string{}, outside: map[string]int{}, toldLeft: map[string]bool{}, booted: map[string]bool{},
	}
	w.lone = seed%6 == 4
	opts := flysim.Options{RateLimits: w.chance(5), SecretsLag: []time.Duration{0, 30 * time.Second}[w.rng.IntN(2)]}
	if w.also.IntN(4) == 0 { // a swap that passes through a state in which one may rest
		opts.SwapStops = time.Duration(1+w.also.IntN(4)) * time.Second / 2
	}
	if w.also.IntN(6) == 0 { // longer than a machine is watched without checks
		opts.OldRows, opts.OldRowsDated = time.Duration(11+w.also.IntN(15))*time.Second, w.also.IntN(2) == 0
	}
	opts.LateNames = w.seed%5 > 2
	opts.Owners = map[string]string{othersToken: "mallory@example.com"}
	w.p = flysim.New(w.clk, opts)
	w.drawFile()
	w.drawApp()
	w.drawFlags()
	w.drawTroubles()
	if err := os.WriteFile(w.path(), []byte(w.before), 0o644); err != nil {
		return nil, err
	}
	if err := w.drawOther(); err != nil || !w.route {
		return w, err
	}
	return w, os.WriteFile(filepath.Join(dir, "server.js"), []byte(server), 0o644)
}

const server = `const app = require("express")()

app.get("/healthz", (req, res) => res.send("ok"))
app.listen(process.env.PORT)
`

func (w *world) path() string { return filepath.Join(w.dir, "fly.toml") }

// chance is true once in n.
func (w *world) chance(n int) bool { return w.rng.IntN(n) == 0 }

func pick[T any](w *world, list ...T) T { return list[w.rng.IntN(len(list))] }

// rules are those that touch what can be lost: secrets, machines, the file.
// They are named, so that a new rule does not change what a seed means.
func (w *world) rules(but string) []string {
	all := []string{
		"health-checks", "env-secrets", "deploy-strategy", "auto-rollback", "extra-regions", "config-shape",
		"force-https", "autostart", "min-machines", "concurrency", "private-ports", "primary-region", "single-machine", "volume-snapshots",
	}
	if w.other != nil {
		all = append(all, "gitignore")
	}
	all = slices.DeleteFunc(all, func(r string) bool { return r == but })
	return []string{"--rule", strings.Join(all, ",")}
}

func (w *world) drawFlags() {
	if w.chance(3) {
		w.flags = append(w.flags, "--allow", "review")
	}
	if regions := w.chance(3); regions || w.lone {
		w.flags = append(w.flags, "--regions", "lhr")
	}
	if w.chance(3) {
		w.limit = pick(w, "1", "2", "0.5", "0.25", "1000")
		w.flags = append(w.flags, "--max-unavailable", w.limit)
	}
	if w.chance(8) {
		w.flags = append(w.flags, "--no-rollback")
	}
	if w.chance(10) {
		w.flags = append(w.flags, "--no-restart")
	}
	if w.chance(4) {
		w.flags = append(w.flags, "--json")
	}
	if w.chance(2) { // a tenth of the looks, too, at a machine that stays sick
		w.wait = []string{"--wait-timeout", pick(w, "45s", "90s")}
	}
	if w.chance(12) {
		w.flags = append(w.flags, "--debug", "--verbose")
	}
	w.pace = pick(w, 1, 2, 3)
	w.hardRuns = 1 + w.rng.IntN(10)/6
}

func (w *world) has(flag string) bool { return slices.Contains(w.flags, flag) }

// pass lets seconds go by.
func (w *world) pass(seconds int) {
	_ = w.clk.Sleep(context.Background(), time.Duration(seconds)*time.Second)
}

// file is what fly.toml holds. It is asked at every request, and read again
// when something may have been written only.
func (w *world) file() string {
	if !w.known {
		b, err := os.ReadFile(w.path())
		if err != nil {
			w.fail("fly.toml is gone: %v", err)
		}
		w.text, w.known = string(b), true
	}
	return w.text
}
