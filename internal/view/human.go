package view

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Options say how a plan is shown.
type Options struct {
	Width   int // columns; 0 means 80
	Color   bool
	Verbose bool
	// File is the file that was planned for. With nil, or with other bytes
	// than those, edits are said in words instead of as a diff.
	File *flytoml.File
	Mask *Mask
	// Next is the command to run next; "" prints none.
	Next string
	// Same are the flags, each behind a space, that another command needs to
	// mean the same file and app.
	Same string
}

// Formats are the names that --format takes.
func Formats() []string { return []string{"human", "json", "markdown", "sarif", "github", "junit"} }

// minWidth is the narrowest terminal that is written for.
const minWidth = 30

// human is one rendering under way.
type human struct {
	Options
	Style
	plan *plan.Plan
	diff *fileDiff // of all that apply does to fly.toml; nil: not asked for yet
	// shown are the lines of diff, by index, that a block has shown already.
	shown map[int]bool
	buf   bytes.Buffer
	rule  int // width of the rule column; 0: the rule stands on a line of its own
}

// Human writes a plan for a person to read in ten seconds.
func Human(w io.Writer, p *plan.Plan, o Options) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	o.Width = max(o.Width, minWidth)
	if o.File != nil && SHA256(o.File.Bytes()) != p.File.SHA256 {
		o.File = nil
	}
	h := &human{Options: o, Style: Style{o.Color}, plan: p}
	h.rule = h.ruleColumn()
	h.header()
	for _, b := range blocks(p.Findings, o.Verbose) {
		h.block(b)
	}
	h.totals()
	h.next()
	_, err := w.Write(h.buf.Bytes())
	return err
}

func (h *human) line(parts ...string) {
	h.buf.WriteString(strings.TrimRight(strings.Join(parts, ""), " "))
	h.buf.WriteByte('\n')
}

// say makes a text from outside fit to print.
func (h *human) say(s string) string { return Clean(h.Mask.hide(s)) }

func (h *human) ruleColumn() int {
	if h.Width < 60 {
		return 0
	}
	n := 14
	for _, f := range h.plan.Findings {
		n = max(n, textWidth(f.Rule))
	}
	return min(n, 20) + 2
}

func (h *human) header() {
	name := h.say(h.plan.App.Name)
	if name == "" {
		name = "(no app name)"
	}
	parts := []string{name, h.say(h.plan.File.Path)}
	if h.plan.Offline != "" {
		parts = append(parts, h.offline())
	} else {
		parts = append(parts, where(h.plan.App), "live")
	}
	plain := strings.Join(parts, "   ")
	if textWidth(plain) > h.Width {
		for _, p := range parts {
			h.line(cut(p, h.Width))
		}
	} else {
		h.line(h.bold(name), plain[len(name):])
	}
	h.line()
}

// offline says it in a word or two; the totals have the whole reason.
func (h *human) offline() string {
	if h.plan.Offline == plan.OfflineAsked {
		return "offline"
	}
	return "offline: " + h.say(h.plan.Offline.String())
}

// where says "3 machines in iad", or how many are in each of several regions.
func where(app plan.AppRef) string {
	if app.Machines == 0 {
		return "no machines"
	}
	regions := slices.Sorted(maps.Keys(app.Regions))
	text := count(app.Machines, "machine")
	if len(regions) == 1 {
		return text + " in " + regions[0]
	}
	var each []string
	for _, r := range regions {
		each = append(each, fmt.Sprintf("%d %s", app.Regions[r], r))
	}
	return text + ": " + strings.Join(each, ", ")
}

func (h *human) next() {
	switch {
	case len(h.plan.Findings) == 0 && h.plan.Offline != "":
		h.line(h.green("Nothing found in fly.toml."))
	case len(h.plan.Findings) == 0:
		h.line(h.green("Up to standard: nothing found."))
	case !h.plan.Changes():
		h.line("Nothing to apply.")
	case h.Next != "":
		h.line("Next: ", h.bold(Clean(h.Next)))
	}
}
