package view

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// lines are those of a file; a byte order mark is no part of the first.
func lines(b []byte) []string { return strings.Split(strings.TrimPrefix(string(b), "\ufeff"), "\n") }

func at(all []string, n int) string {
	if n < 1 || n > len(all) {
		return ""
	}
	return strings.TrimSuffix(all[n-1], "\r")
}

// render gives a diff as lines of at most width columns; more than limit
// changed lines are cut off with a count. limit 0 shows all.
func (s Style) render(diff []diffLine, width, limit int) []string {
	var out []string
	shown, left := 0, 0
	for _, d := range toldApart(diff, width) {
		if d.skip {
			if left == 0 {
				out = append(out, s.faint("         ⋮"))
			}
			continue
		}
		if limit > 0 && shown >= limit {
			if d.op != flytoml.KeptLine {
				left++
			}
			continue
		}
		if d.op != flytoml.KeptLine {
			shown++
		}
		out = append(out, s.diffLine(d, width))
	}
	if left > 0 {
		out = append(out, s.faint(fmt.Sprintf("         … and %s (--verbose)", count(left, "more changed line"))))
	}
	return out
}

func (s Style) diffLine(d diffLine, width int) string {
	number := ""
	if d.old > 0 {
		number = strconv.Itoa(d.old)
	}
	line := strings.TrimRight(cut(fmt.Sprintf("%8s %s %s", number, mark(d.op), Clean(d.text)), width), " ")
	switch d.op {
	case flytoml.AddedLine:
		return s.green(line)
	case flytoml.RemovedLine:
		return s.red(line)
	default:
		return s.faint(line)
	}
}

// mark is what a line of a diff begins with.
func mark(op flytoml.LineOp) string {
	return map[flytoml.LineOp]string{flytoml.AddedLine: "+", flytoml.RemovedLine: "-", flytoml.KeptLine: " "}[op]
}

// symbolic says an edit in words, for a plan whose file is not at hand.
func symbolic(e flytoml.Edit) string {
	switch e.Op {
	case flytoml.Set:
		return fmt.Sprintf("set %s = %s", e.Path, e.Value)
	case flytoml.Append, flytoml.AddTable:
		heading := "[" + e.Path + "]"
		if e.Op == flytoml.Append {
			heading = "[" + heading + "]"
		}
		var entries []string
		for _, n := range e.Entries {
			entries = append(entries, n.Key+" = "+n.Value)
		}
		return "add " + heading + " with " + strings.Join(entries, ", ")
	case flytoml.Remove:
		return "remove " + e.Path
	case flytoml.Move:
		return fmt.Sprintf("move %s to %s", e.Path, e.To)
	case flytoml.ArrayOf:
		return fmt.Sprintf("write [%s] as [[%s]]", e.Path, e.Path)
	default:
		return fmt.Sprintf("%s %s", e.Op, e.Path)
	}
}
