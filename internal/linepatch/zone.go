package linepatch

import "slices"

// zone is where in after a change may be, from line to line: among equal lines
// one change can be told in several ways, which mean the same.
type zone struct{ from, to int }

func (z zone) touches(o zone) bool { return z.from <= o.to && o.from <= z.to }

// zone of a change that replaces lines from..to of after. What is only put in,
// or only taken out, may be a line higher when the line above it is the same as
// its last one, and so on; and lower in the same way. Blank lines at its ends are
// everywhere and mean nothing: what stands behind one is not beside it.
func (p *Patch) zone(from, to int, put []string) zone {
	z := zone{from, to}
	moves := put
	switch {
	case len(put) > 0 && from < to:
		return z
	case len(put) == 0:
		moves = p.Lines[from:to]
	}
	n := len(moves)
	for k := 0; n > 0 && z.from > 0 && p.Lines[z.from-1] == moves[n-1-k%n]; k++ {
		z.from--
	}
	for k := 0; n > 0 && z.to < len(p.Lines) && p.Lines[z.to] == moves[k%n]; k++ {
		z.to++
	}
	for z.from < from && p.blank(p.Lines[z.from]) {
		z.from++
	}
	for z.to > to && p.blank(p.Lines[z.to-1]) {
		z.to--
	}
	return z
}

func (p *Patch) blank(hash string) bool { return hash == p.hash("\n") || hash == p.hash("\r\n") }

// moved says whether lines of ours that are gone from their place came in at
// another one: then nobody took them back.
func (p *Patch) moved(h Hunk, now []string, theirs []change) bool {
	for _, t := range theirs {
		for _, line := range now[t.start:t.end] {
			if !p.blank(line) && slices.Contains(p.Lines[h.From:h.To], line) && !p.same(h.Text, now[t.start:t.end]) {
				return true
			}
		}
	}
	return false
}
