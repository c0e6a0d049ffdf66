package commands

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/near"
)

// choose finds the run to take back: that of the id, or the last apply that
// left something. why says that there is nothing to take back.
func choose(all []apply.History, id string) (h apply.History, why string, err error) {
	found := false
	for _, r := range all {
		if r.Unreadable != nil {
			if id == "" || r.ID == id { // it may be the one that is meant, or its undo
				found, err = false, unreadable(r)
			}
			continue
		}
		if r.Undo == "" && (id == "" && r.Left() || r.ID == id) {
			h, found, err = r, true, nil
		}
		if r.ID == id && r.Undo != "" {
			return h, "", &usageError{message: id + " is an undo itself; `fly-standards apply` makes the changes again"}
		}
	}
	switch {
	case err != nil:
		return h, "", err
	case !found && id != "":
		return h, "", noSuchRun(all, id)
	case !found:
		return h, "no apply of this app that left a change is on record on this computer", nil
	case undone(all, h.ID):
		why = "the apply of " + when(h.At) + " has been undone already"
		more := goneOnFrom(all, h.ID)
		if before := lastBefore(all, h.ID); before != "" && len(more) == 0 {
			more = []string{before}
		}
		return h, strings.Join(append([]string{why}, more...), ". "), nil
	case !h.Left():
		return h, "the apply of " + when(h.At) + " left no change that can be undone", nil
	}
	return h, "", nil
}

// noSuchRun is the error of an id that no apply on record has.
func noSuchRun(all []apply.History, id string) error {
	var known []string
	for _, r := range all {
		if r.Undo == "" {
			known = append(known, r.ID)
		}
	}
	return &usageError{"there is no apply " + id + " on record here" + near.Hint(id, known), "`fly-standards undo --list` shows those there are"}
}

// goneOnFrom tells of the runs that stopped part-way, or were taken back
// part-way, and that the run of an id went on from: what they did is on record
// with them, and each is taken back by itself.
func goneOnFrom(all []apply.History, id string) []string {
	var out []string
	before := all[:max(0, slices.IndexFunc(all, func(h apply.History) bool { return h.ID == id }))]
	for _, r := range before {
		switch {
		case r.Unreadable != nil || r.Undo != "":
		case undone(all, r.ID):
		case r.Ended && r.Outcome == apply.Complete:
			out = nil
			if slices.ContainsFunc(before, func(o apply.History) bool { return o.Undo == r.ID }) {
				out = append(out, "What is left of the apply before it of "+when(r.At)+", whose undo stopped part-way: `fly-standards undo "+r.ID+"` undoes it")
			}
		case r.Left():
			state := "interrupted"
			if r.Ended {
				state = outcomeWord(r.Outcome)
			}
			out = append(out, fmt.Sprintf("The apply before it (%s, %s): %s; `fly-standards undo %s` undoes it", when(r.At), state, howFar(r), r.ID))
		}
	}
	return out
}

// lastBefore tells how to undo the apply before the run of an id; "" where none
// left anything.
func lastBefore(all []apply.History, id string) string {
	before := all[:max(0, slices.IndexFunc(all, func(h apply.History) bool { return h.ID == id }))]
	for _, r := range slices.Backward(before) {
		switch {
		case r.Unreadable != nil:
			return "" // it may be the one
		case r.Undo == "" && r.Left() && !undone(all, r.ID):
			return "`fly-standards undo " + r.ID + "` undoes the one before it, of " + when(r.At)
		}
	}
	return ""
}

// unreadable is why no older run is taken back in the place of one that may be
// the last.
func unreadable(r apply.History) error {
	return &usageError{
		message: fmt.Sprintf("what %s did is unknown, so nothing was changed: %v", r.ID, r.Unreadable),
		hint:    "`fly-standards undo --list` shows the others; `fly-standards undo ID` undoes one of them",
	}
}

// undone says whether an undo of the run came to its end, with nothing left
// that another one could take back.
func undone(all []apply.History, id string) bool {
	for _, r := range all {
		if r.Undo == id && r.Outcome == apply.Complete && !r.Partly {
			return true
		}
	}
	return false
}
