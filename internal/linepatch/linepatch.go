// Package linepatch is the way back from a text to the one before it, in a
// form that may be written down: of both texts it holds only the lines that go
// back, and of all others a keyed hash, by which they are known again.
package linepatch

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Patch leads from the text "after" back to the text "before".
type Patch struct {
	Salt  []byte   `json:"salt"`   // the key of the hashes, of this patch only
	Lines []string `json:"lines"`  // the hash of each line of after
	Hunks []Hunk   `json:"hunks"`  // in order, apart from each other
	Sum   string   `json:"sha256"` // of before, in hex
	// Ended: the last line counts with an end, whether it has one or not, so that
	// a line is not another one because something was added behind it. Before and
	// after had none where the others say so. False in records of before 2026-11-25.
	Ended       bool `json:"ended,omitempty"`
	NoEnd       bool `json:"no_end,omitempty"`
	NoEndBefore bool `json:"no_end_before,omitempty"`
}

// Hunk replaces the lines From to To (excluded, counted from 0) of after.
type Hunk struct {
	From int    `json:"from"`
	To   int    `json:"to"`
	Text string `json:"text"`
}

// ErrTouched is a text in which the lines of the patch, or those beside them,
// are not as they were in after.
var ErrTouched = errors.New("its lines were edited since, or those beside them")

// New makes the patch from after to before.
func New(after, before []byte) (*Patch, error) {
	p := &Patch{Salt: make([]byte, 16), Sum: Sum(before), Ended: true, NoEnd: !hasEnd(after), NoEndBefore: !hasEnd(before)}
	if _, err := rand.Read(p.Salt); err != nil {
		return nil, err
	}
	whole := after
	after, before = ended(after), ended(before)
	for _, line := range split(string(after)) {
		p.Lines = append(p.Lines, p.hash(line))
	}
	for _, e := range udiff.Lines(string(after), string(before)) {
		from, to := lineAt(after, e.Start), lineAt(after, e.End)
		p.Hunks = append(p.Hunks, Hunk{from, to, e.New})
	}
	if _, err := p.Apply(whole); err != nil {
		return nil, fmt.Errorf("make a patch of lines: it does not lead back (%w)", err)
	}
	return p, nil
}

// Sum is the SHA-256 of a text, in hex.
func Sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

// Apply makes before of after. Any other text is an error.
func (p *Patch) Apply(after []byte) ([]byte, error) {
	lines := p.split(after)
	if len(lines) != len(p.Lines) {
		return nil, ErrTouched
	}
	var out strings.Builder
	next := 0
	for _, h := range p.Hunks {
		if h.From < next || h.To < h.From || h.To > len(lines) {
			return nil, errors.New("take lines back: the patch is damaged")
		}
		out.WriteString(strings.Join(lines[next:h.From], ""))
		out.WriteString(h.Text)
		next = h.To
	}
	out.WriteString(strings.Join(lines[next:], ""))
	before := []byte(out.String())
	if p.Ended && p.NoEndBefore {
		before = withoutEnd(before)
	}
	if Sum(before) == p.Sum {
		return before, nil
	}
	return nil, ErrTouched
}

// Merge takes the hunks out of a text that came from after by somebody's
// edits, which stay. It is all or nothing: half of a change means something
// else than either. A hunk that somebody has taken back already is done.
func (p *Patch) Merge(now []byte) ([]byte, error) {
	lines := p.split(now)
	hashed := make([]string, len(lines))
	for i, line := range lines {
		hashed[i] = p.hash(line)
	}
	all := p.changes(hashed)
	theirs := all
	var out strings.Builder
	next, shift := 0, 0 // shift: by how many lines now is ahead of after
	for _, h := range p.Hunks {
		if h.From < 0 || h.To < h.From || h.To > len(p.Lines) {
			return nil, errors.New("take lines back: the patch is damaged")
		}
		done := false
		for len(theirs) > 0 && theirs[0].to < h.From {
			shift += theirs[0].len() - (theirs[0].to - theirs[0].from)
			theirs = theirs[1:]
		}
		ours := p.zone(h.From, h.To, p.hashes(h.Text))
		for _, t := range all {
			if t.from == h.From && t.to == h.To && p.same(h.Text, hashed[t.start:t.end]) {
				done = true
			} else if ours.touches(p.zone(t.from, t.to, hashed[t.start:t.end])) {
				return nil, ErrTouched
			}
		}
		if done {
			if p.moved(h, hashed, all) {
				return nil, ErrTouched
			}
			continue
		}
		out.WriteString(strings.Join(lines[next:h.From+shift], ""))
		out.WriteString(h.Text)
		next = h.To + shift
	}
	out.WriteString(strings.Join(lines[next:], ""))
	return p.end([]byte(out.String()), now, all), nil
}

// end gives a merged text the end of before, where the end of now is still that
// of after; somebody else's stays.
func (p *Patch) end(out, now []byte, all []change) []byte {
	theirs := slices.ContainsFunc(all, func(c change) bool { return c.to == len(p.Lines) })
	switch {
	case !p.Ended:
		return out
	case !theirs && hasEnd(now) == !p.NoEnd:
		if p.NoEndBefore {
			return withoutEnd(out)
		}
	case !hasEnd(now):
		return withoutEnd(out)
	}
	return out
}

// hasEnd says whether the last line of a text has an end; there is none to miss
// in an empty one.
func hasEnd(text []byte) bool { return len(text) == 0 || text[len(text)-1] == '\n' }

// ended is the text with an end of its last line, of the kind that its others
// have.
func ended(text []byte) []byte {
	switch {
	case hasEnd(text):
		return text
	case bytes.Contains(text, []byte("\r\n")):
		return append(slices.Clone(text), '\r', '\n')
	}
	return append(slices.Clone(text), '\n')
}

func withoutEnd(text []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
}

func (p *Patch) split(text []byte) []string {
	if p.Ended {
		text = ended(text)
	}
	return split(string(text))
}

// change replaces lines from..to of after by lines start..end of now.
type change struct{ from, to, start, end int }

func (c change) len() int { return c.end - c.start }

// changes are what somebody did to after, found by the hashes alone.
func (p *Patch) changes(now []string) []change {
	join := func(hashes []string) string {
		var b strings.Builder
		for _, h := range hashes {
			b.WriteString(h + "\n")
		}
		return b.String()
	}
	var out []change
	shift := 0
	for _, e := range udiff.Lines(join(p.Lines), join(now)) {
		c := change{from: e.Start / (hashLen + 1), to: e.End / (hashLen + 1)}
		c.start = c.from + shift
		c.end = c.start + strings.Count(e.New, "\n")
		shift += c.len() - (c.to - c.from)
		out = append(out, c)
	}
	return out
}

func (p *Patch) same(text string, hashes []string) bool {
	return slices.Equal(p.hashes(text), hashes)
}

func (p *Patch) hashes(text string) []string {
	lines := split(text)
	for i, line := range lines {
		lines[i] = p.hash(line)
	}
	return lines
}

const hashLen = 16

func (p *Patch) hash(line string) string {
	mac := hmac.New(sha256.New, p.Salt)
	mac.Write([]byte(line))
	return hex.EncodeToString(mac.Sum(nil)[:hashLen/2])
}

// split gives the lines with their ends.
func split(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// lineAt is the number of lines before an offset; one that is at the end
// behind a last line without its end counts that line.
func lineAt(text []byte, offset int) int {
	return len(split(string(text[:offset])))
}
