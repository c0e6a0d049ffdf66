package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes text safe for a terminal: what could move the cursor, change
// colours or reverse the reading direction is shown as an escape. Tabs become
// spaces, so that the width of a line is what it looks like.
func Clean(s string) string {
	if !strings.ContainsFunc(s, unsafeRune) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteString("    ")
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case !unsafeRune(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func unsafeRune(r rune) bool {
	// unicode.Cf has the marks that reverse text (U+202E) and hide in it.
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

func textWidth(s string) int { return ansi.StringWidth(s) }

// cut shortens s to at most width columns, with a mark where it was cut.
func cut(s string, width int) string {
	if width < 1 {
		return ""
	}
	return ansi.Truncate(s, width, "…")
}

// wrap breaks s into lines of at most width columns, between words only: a
// path, a URL or a command in backquotes that is cut in two can't be copied, so
// one that is longer than a line stands on a line of its own.
func wrap(s string, width int) []string {
	width = max(width, 8)
	var lines []string
	line := ""
	for _, word := range words(s) {
		switch {
		case line == "":
			line = word
		case textWidth(line)+1+textWidth(word) <= width:
			line += " " + word
		case textWidth(word) > width && strings.Contains(word, " "):
			// Too long to stand together anyhow.
			rest := wrap(line+" "+strings.ReplaceAll(word, "`", "\x00"), width)
			for i := range rest {
				rest[i] = strings.ReplaceAll(rest[i], "\x00", "`")
			}
			lines = append(lines, rest[:len(rest)-1]...)
			line = rest[len(rest)-1]
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// words are the words of a text; what stands in backquotes is one.
func words(s string) []string {
	var out []string
	open := false
	for word := range strings.FieldsSeq(s) {
		if open {
			out[len(out)-1] += " " + word
		} else {
			out = append(out, word)
		}
		open = open != (strings.Count(word, "`")%2 == 1)
	}
	if open { // a backquote without its other half
		return strings.Fields(s)
	}
	return out
}

// pad fills s with spaces to width columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-textWidth(s)))
}

// count says "1 machine", "3 machines".
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// list joins words: "a", "a and b", "a, b and c".
func list(words []string) string { return joined(words, "and") }

// AllOf joins words as list does.
func AllOf(words []string) string { return list(words) }

// AnyOf joins words of which one is meant: "a, b or c".
func AnyOf(words []string) string { return joined(words, "or") }

func joined(words []string, last string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
	return strings.Join(words, "")
}

// firstOf are at most so many words of many, the last of them the count of the
// rest, as one of which it is.
func firstOf(most int, words []string, one string) []string {
	n := len(words)
	if n <= most {
		return words
	}
	rest := fmt.Sprintf("%d more", n-most+1)
	if one != "" {
		rest = count(n-most+1, "more "+one)
	}
	return append(slices.Clone(words[:most-1]), rest)
}

// Wrapped is text in lines of at most width columns.
func Wrapped(text string, width int) string {
	return strings.Join(wrap(Clean(text), max(width, minWidth)), "\n")
}

// Paragraph writes text in lines of at most width columns.
func Paragraph(w io.Writer, text string, width int) error {
	return writeLines(w, "", "", Clean(text), width)
}

// Item writes text as an entry of a list.
func Item(w io.Writer, text string, width int) error {
	return writeLines(w, "  - ", "    ", Clean(text), width)
}

func writeLines(w io.Writer, lead, rest, text string, width int) error {
	for _, l := range wrap(text, max(width, minWidth)-len(lead)) {
		if _, err := fmt.Fprintln(w, lead+l); err != nil {
			return err
		}
		lead = rest
	}
	return nil
}
