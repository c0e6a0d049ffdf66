package view

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// Options say how a plan is shown.
type Options struct {
	Width int // of the terminal in columns; 0 means 80
	Color bool
	// Fold wraps a long line of check, as a person reads it; else each finding
	// is one line, as programs do.
	Fold    bool
	Verbose bool
	// File is the file that was planned for. With nil, or with other bytes
	// than those, edits are described instead of shown as a diff.
	File *flytoml.File
	Mask *Mask
	// Next is the command that carries the plan out; "" prints none.
	Next string
	// More is the apply command that takes further flags; "": no flag can be
	// added, as to a saved plan.
	More string
	// On completes the commands that are named.
	On Commands
	// Earlier are the applies that were cut off, and that this one went on from.
	Earlier []apply.History
	// Root gives a path as documents for CI name it: relative to the root of
	// the repository, with slashes. nil leaves it as it is.
	Root func(path string) string
	// Rules are all rules, for documents that describe them.
	Rules []plan.Fixer
}

// minWidth is the narrowest terminal that is written for, maxWidth the widest
// that text is written for: longer lines are hard to read.
const (
	minWidth = 30
	maxWidth = 100
)

// fit is the width to write for.
func (o *Options) fit() {
	if o.Width <= 0 {
		o.Width = 80
	}
	o.Width = min(max(o.Width, minWidth), maxWidth)
}

// human is one rendering under way.
type human struct {
	Options
	Style
	plan *plan.Plan
	diff *fileDiff // of all that apply does to fly.toml; nil: not asked for yet
	// shown are the lines of diff, by index, that a block has shown already.
	shown map[int]bool
	// shownOther are edits of other files that a block has shown.
	shownOther []plan.LineEdit
	buf        bytes.Buffer
	rule       int // width of the rule column; 0: the rule stands on a line of its own
}

// Human writes a plan for a person to read in ten seconds.
func Human(w io.Writer, p *plan.Plan, o Options) error {
	o.fit()
	if o.File != nil && SHA256(o.File.Bytes()) != p.File.SHA256 {
		o.File = nil
	}
	h := &human{Options: o, Style: Style{o.Color}, plan: p}
	g := grouped(p.Findings)
	h.rule = h.ruleColumn()
	h.header()
	h.refused()
	if h.section(h.red, "Broken now", g.broken, h.detailed); len(g.broken) > 0 {
		h.line()
	}
	h.verdict(g)
	if len(g.will) == 0 { // what apply will do belongs right below the verdict
		h.line()
	}
	h.section(h.green, "Will do", g.will, h.block)
	h.allConsent(g.consent)
	h.section(h.yellow, "Can't be done now", g.held, h.short)
	h.section(h.bold, "Manual", g.manual, h.short)
	if o.Verbose {
		h.section(h.faint, "Ignored", g.ignored, h.short)
	}
	if len(g.consent)+len(g.held)+len(g.manual) > 0 || len(g.ignored) > 0 && o.Verbose {
		h.line()
	}
	h.totals()
	h.next(g)
	text := h.buf.Bytes()
	if !p.Changes() { // and no question follows
		text = append(bytes.TrimRight(text, "\n"), '\n')
	}
	_, err := w.Write(text)
	return err
}

func (h *human) line(parts ...string) {
	h.buf.WriteString(strings.TrimRight(strings.Join(parts, ""), " "))
	h.buf.WriteByte('\n')
}

// say makes a text from outside fit to print.
func (h *human) say(s string) string { return Clean(h.Mask.Hide(h.On.Complete(s))) }

// section is a heading with its blocks.
func (h *human) section(look func(string) string, title string, blocks []block, show func(block)) {
	if len(blocks) == 0 {
		return
	}
	h.line(h.bold(look(title)))
	for _, b := range blocks {
		show(b)
	}
}

func (h *human) allConsent(all []consent) {
	for _, c := range all {
		h.line(h.bold(h.yellow("Needs consent: " + h.say(c.flags))))
		for _, b := range c.blocks {
			h.short(b)
		}
	}
}

func (h *human) ruleColumn() int {
	if h.Width < 60 {
		return 0
	}
	n := 12
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
	parts := []string{name, h.say(h.plan.File.Path), h.where()}
	plain := strings.Join(parts, "   ")
	if textWidth(plain) > h.Width {
		h.line(h.bold(name))
		for _, p := range parts[1:] {
			h.line(p)
		}
	} else {
		h.line(h.bold(name), plain[len(name):])
	}
	if text := otherApps(h.plan.File); text != "" {
		for _, l := range wrap(h.say(text), h.Width) {
			h.line(h.yellow(l))
		}
	}
}

// otherApps says that a change to the file is one to other apps too.
func otherApps(file plan.FileRef) string {
	var to []string
	for _, o := range file.OtherApps {
		to = append(to, fmt.Sprintf("%s (%s:%d)", o.App, o.File, o.Line))
	}
	if len(to) == 0 {
		return ""
	}
	return file.Path + " is also deployed to " + list(firstOf(4, to, ""))
}

// where says "3 machines in iad", or how many are in each of several regions.
func (h *human) where() string {
	if h.plan.Offline != "" {
		if h.plan.Offline == plan.OfflineAsked {
			return "offline"
		}
		return "offline (" + h.say(h.plan.Offline.String()) + ")"
	}
	app := h.plan.App
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

// next is the one command to type: what mends the app that is broken comes
// before what improves it.
func (h *human) next(g groups) {
	switch {
	case h.plan.Changes() && h.Next == "": // what follows is not the plan's
		h.line()
	case len(g.broken) > 0 && g.broken[0].findings[0].HowTo != "":
		h.line("Next: ", h.bold(h.say(g.broken[0].findings[0].HowTo)))
	case h.plan.Changes() && h.Next != "":
		h.line("Next: ", h.bold(Clean(h.Next)))
	case !h.plan.Changes() && len(g.consent) > 0 && h.More != "":
		if next := g.consent[0].next(h.More); next != "" {
			h.line("Next: ", h.bold(h.say(next)))
		}
	}
}
