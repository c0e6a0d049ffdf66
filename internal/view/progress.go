package view

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/plan"
)

// ProgressOptions say how an apply under way is told.
type ProgressOptions struct {
	Now func() time.Time
	// Live redraws one line with a spinner; otherwise every line is final.
	Live           bool
	Color, Verbose bool
	Width          int
}

// Progress prints the events of an apply as they come. It must be closed.
type Progress struct {
	ProgressOptions
	Style
	w io.Writer

	mu      sync.Mutex // the ticker draws from a goroutine of its own
	status  string     // what is going on; "" when nothing is
	since   time.Time
	frame   int
	drawn   bool
	last    string // the last line of a plain terminal, so that none comes twice
	started map[string]time.Time
	number  map[string]string // of a step: "[2/5]"

	stop chan struct{}
	done sync.WaitGroup
}

// NewProgress begins to tell on w.
func NewProgress(w io.Writer, o ProgressOptions) *Progress {
	if o.Width <= 0 {
		o.Width = 80
	}
	p := &Progress{
		ProgressOptions: o, Style: Style{o.Color}, w: w, stop: make(chan struct{}),
		started: map[string]time.Time{}, number: map[string]string{},
	}
	if o.Live {
		p.done.Go(p.spin)
	}
	return p
}

// Close takes the spinner away and leaves a blank line behind what was told.
func (p *Progress) Close() {
	close(p.stop)
	p.done.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	if p.last != "" {
		p.print("\n")
	}
}

func (p *Progress) spin() {
	t := time.NewTicker(120 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-t.C:
			p.mu.Lock()
			p.frame++
			p.draw()
			p.mu.Unlock()
		}
	}
}

const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

func (p *Progress) draw() {
	if !p.Live || p.status == "" {
		return
	}
	f := []rune(frames)
	elapsed := "  " + short(p.Now().Sub(p.since))
	text := cut(p.status, p.Width-3-textWidth(elapsed))
	p.erase()
	p.print(p.cyan(string(f[p.frame%len(f)])), " ", text, p.faint(elapsed))
	p.drawn = true
}

// erase takes the line of the spinner away.
func (p *Progress) erase() {
	if p.drawn {
		p.print("\r\x1b[2K")
		p.drawn = false
	}
}

// print writes to the terminal. An apply must go on when nobody can see it
// any more, so errors are nothing to stop for.
func (p *Progress) print(parts ...string) { _, _ = io.WriteString(p.w, strings.Join(parts, "")) }

// say is a line that stays.
func (p *Progress) say(mark, text string) {
	if mark+text == p.last {
		return
	}
	p.last = mark + text
	p.erase()
	if mark != "" {
		mark += " "
	}
	text = Clean(text)
	if p.Live { // a terminal would break it inside a word; a log is searched line by line
		text = p.fold(text, textWidth(mark))
	}
	p.print(mark, text, "\n")
	p.draw()
}

// fold breaks a line between words, the rest below the beginning of its text.
func (p *Progress) fold(text string, lead int) string {
	if lead+textWidth(text) <= p.Width {
		return text
	}
	body := strings.TrimLeft(text, " ")
	indent := len(text) - len(body)
	below := "\n" + strings.Repeat(" ", min(lead+indent, 8))
	return text[:indent] + strings.Join(wrap(body, p.Width-lead-indent), below)
}

// doing is what goes on now: the spinner's text, or a line of its own.
func (p *Progress) doing(text string) {
	text = Clean(text)
	if !p.Live {
		p.say("", text)
		return
	}
	if text = strings.TrimSpace(text); text != p.status {
		p.status, p.since = text, p.Now()
	}
	p.draw()
}

// short says a duration in whole seconds, as people wait in them.
func short(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Minute {
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}

// Event prints one event.
func (p *Progress) Event(e apply.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := e.(type) {
	case apply.StepStarted:
		p.started[e.Step.ID] = p.Now()
		p.number[e.Step.ID] = fmt.Sprintf("[%d/%d]", e.N, e.Of)
		p.doing(p.number[e.Step.ID] + " " + stepDoing(e.Step))
	case apply.StepDone:
		p.stepEnd(e.Step.ID, p.green("✓"), stepDone(e.Step, e.Changed))
	case apply.StepLeft:
		p.stepEnd(e.Step.ID, p.yellow("–"), stepDoing(e.Step)+": left to the next deploy (--no-restart)")
	case apply.StepFailed:
		if errors.Is(e.Err, apply.ErrRolledBack) { // which is told already
			return
		}
		why := e.Err.Error()
		if e.Step.Kind == plan.StepMachine { // which the step names
			why = brief(e.Err)
		}
		p.stepEnd(e.Step.ID, p.red("✗"), stepDoing(e.Step)+": "+why)
	case apply.Waiting:
		p.doing("      " + waiting(e))
	default:
		p.other(e)
	}
}

func (p *Progress) stepEnd(id, mark, text string) {
	took := ""
	if at, ok := p.started[id]; ok {
		took = "  " + short(p.Now().Sub(at))
	}
	p.status = ""
	p.say(mark, strings.TrimSpace(p.number[id]+" "+text)+took)
}
