package faultrun_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/proof/faultrun"
)

// seeds is how many are played of two ranges that are the same each time. Fresh
// ones are played by the workflow, and by hand: of some thousands one fails yet,
// so they can't decide whether a change may land.
// go run ./internal/proof/cmd/faults plays any number.
const seeds = 200

func TestPromisesHold(t *testing.T) { play(t, 1) }

func TestMoreSeeds(t *testing.T) { play(t, 500001) }

func play(t *testing.T, from uint64) {
	t.Helper()
	t.Logf("seeds %d to %d; all again: go run ./internal/proof/cmd/faults -from %d -n %d", from, from+seeds-1, from, seeds)
	b := &faultrun.Batch{Root: t.TempDir(), From: from, N: seeds}
	b.Play(func(r faultrun.Result) {
		if len(r.Failures) > 0 {
			t.Errorf("seed %d: %v\nagain: %s\n%s", r.Seed, r.Failures, faultrun.Replay(r.Seed), r.Trace)
		}
	})
	// A run in which nothing strikes proves nothing.
	if b.Sum.Struck < seeds/3 || b.Sum.Killed < seeds/20 {
		t.Errorf("of %d seeds from %d on, %d were struck and %d killed", seeds, from, b.Sum.Struck, b.Sum.Killed)
	}
}

// A seed that fails can be looked at again only if it is the same again.
func TestSeedsReplayExactly(t *testing.T) {
	root := t.TempDir()
	for seed := uint64(1); seed <= 20; seed++ {
		a, err := faultrun.Run(seed, root)
		if err != nil {
			t.Fatal(err)
		}
		b, err := faultrun.Run(seed, root)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a.Tape, b.Tape); diff != "" {
			t.Errorf("seed %d: %s", seed, diff)
		}
	}
}

// TestSeedsThatFailed plays the seeds that once found a fault in apply. What a
// seed means may drift with the templates; that costs nothing but its point.
func TestSeedsThatFailed(t *testing.T) {
	root := t.TempDir()
	for seed, found := range map[uint64]string{
		27:   "killed between the two updates of a lone machine, the check was never added",
		1296: "our own update, delivered twice, was taken for refused",
		1544: "the same, while putting back",
		1787: "one odd 404 made a machine count as gone",
		6763: "somebody else's update on top of ours was taken for ours, and rolled back",
		// Of some of these the judge was wrong: it looked for a lease at the end of a
		// run that had ended before its start, it read words that had changed, and it
		// counted machines for the floor that an undo takes away for good.
		173601243264:     "a late second machine; an undo takes both",
		254032374793:     "a machine whose host had vanished, so that no check of it was known, was taken for healthy",
		254032375205:     "a stopped machine that had failed was chosen to be copied, and refused each time",
		254032376203:     "a check of the machine's own that failed too counted as one that the update brought",
		254032376463:     "a machine that was not well without the check either was tried once more",
		1169043293052:    "a rescue went out after its lease had run out over a slow read",
		4133368998142:    "a machine was added with the image of before a deploy, since its creation was asked for once more",
		2637911353115:    "both healthy machines of a region were taken at once, since a sick third one counted as up",
		794249034775:     "a check that no machine had passed stayed on one that the proxy had stopped during its test",
		1697208878410:    "an update whose machine's host vanished with the answer counted as somebody else's, and stayed there",
		1697208884452:    "the judge forgot the machine that an earlier run had added",
		2760422352699:    "the judge blamed an update for somebody else's that came while its answer was slow",
		1303283416306:    "a check that was to prove another one stayed on a machine at rest when reads failed",
		1303283416431:    "the judge took a look at a lease that a fault had answered for one",
		941684220184:     "an undo wanted to destroy the healthy one of two machines first, which the group needed while the sick one was there",
		941684231320:     "an undo destroyed the last machine of a group, whose other one somebody destroyed between two looks",
		941684233753:     "a web page that something in between answered with counted as a destroyed machine",
		4162468968422:    "a stopped machine whose check had been taken off was to be repaired again and again",
		4162468979872:    "a machine whose creation was answered twice, the second time that its name is taken, counted as not made",
		4162468981844:    "a machine that is not managed carried its region, so that both others of it were taken at once",
		383229501669:     "the second machine of a doubled creation stayed sick with the new check, and its group could not be updated",
		2085502631169:    "a run was killed while it wrote fly.toml once more, and its undo knew the lines of the second writing only",
		2085502630324:    "a machine that came 41 s after its run was killed, and 1 s after its undo, was kept by every later undo",
		3112281871043:    "somebody's update of a machine that was to stay as it is counted as ours, since both say the same",
		3112281872052:    "a machine that was slow to come to rest had no time left to boot",
		3112281872551:    "the judge did not count the machine that came late, of an earlier run",
		853880141205:     "a machine was to be destroyed by an undo while somebody else held it",
		1795706157014506: "a machine that came late, and was starting, was destroyed beside one that nothing starts",
		1795707493002031: "a copy that failed its check and could not be destroyed got a second one beside it",
		1795707493014233: "the judge told somebody's second update, which changed nothing, from ours",
		1795705599005768: "a copy that failed its check was to be destroyed while somebody else held it",
		853880147239:     "somebody destroyed the first of two machines of a doubled creation, and the other one went too",
		853880149078:     "the judge forgot a second machine that the proxy stopped, once it was destroyed",
		500008:           "an update was sent again that leaves a machine down, though it had started meanwhile",
		844339806783:     "of two machines that one creation made, an undo left the second, once the first was gone",
		2717126269058:    "an apply with nothing left to do let a copy of fly.toml lie that one before it had left when the power went",
		2717126269062:    "one slow answer took the whole wait, and a healthy machine was put back",
		3479194851123:    "a machine was added with the image of before a deploy, since its creation was refused for the moment and sent again",
		3479194857462:    "a rescue went without a lease after one slow read",
		86733622209:      "the judge wanted a value back in a file that a person had edited",
		3250190104006:    "an update that leaves a machine down met one that was just made, and was starting",
		2782384500748:    "one odd 404 to a request to destroy a machine made it gone",
		3451612256091:    "a lease that was dropped in time counted as one that was overlooked",
		3451612256111:    "a lone machine whose second update could not be leased counted as put back for a stop by the proxy",
	} {
		r, err := faultrun.Run(seed, root)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Failures) > 0 {
			t.Errorf("seed %d (%s): %v\n%s", seed, found, r.Failures, r.Trace)
		}
	}
}
