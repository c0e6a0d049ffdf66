package faultrun

import (
	"fmt"
	"os"
	"strings"
)

// handEdit is what a person does to fly.toml between two runs, or during one.
// What was written so belongs to the file from then on: it must stay.
func (w *world) handEdit() {
	w.edits++
	mine := fmt.Sprintf("# by hand, %d", w.edits)
	anchor := pick(w, `app = "shop"`, "internal_port = 8080", "  PORT = ", "the last line of all", `interval = "15s"`)
	if anchor == `interval = "15s"` {
		w.write(strings.Replace(w.file(), anchor, `interval = "25s"`, 1), "the interval of a check")
		w.edited = true
		return
	}
	if anchor == "  PORT = " { // a comment would go with the entry below it
		mine = fmt.Sprintf("  BY_HAND_%d = \"yes\"", w.edits)
	}
	now, okNow := insertBehind(w.file(), anchor, mine)
	before, okBefore := insertBehind(w.before, anchor, mine)
	if !okNow || !okBefore {
		return
	}
	w.write(now, "a line behind "+anchor)
	w.before = before
	// Beside a line of the apply's an undo may leave it all to the person, and
	// so it may after several applies.
	w.edited = w.edited || anchor != `app = "shop"` || w.runs > 1
}

func (w *world) write(text, what string) {
	w.note("by hand: %s", what)
	w.must(os.WriteFile(w.path(), []byte(text), 0o644))
	w.known = false
}

// insertBehind puts a line behind the first that has the anchor, with its line
// end.
func insertBehind(text, anchor, line string) (string, bool) {
	i := strings.Index(text, anchor)
	if i < 0 {
		return text, false
	}
	end := "\n"
	if strings.Contains(text, "\r\n") {
		end = "\r\n"
	}
	j := strings.Index(text[i:], end)
	if j < 0 { // the last line has none
		return text + end + line, true
	}
	j += i + len(end)
	return text[:j] + line + end + text[j:], true
}
