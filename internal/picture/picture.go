// Package picture draws what the program prints, for the README.
package picture

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
)

var escape = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// leftOut are the blocks that the picture does without.
var leftOut = []string{"auto-rollback", "deploy-strategy", "force-https", "concurrency"}

// Cut takes the plan out of what the demo prints in colour, and leaves some
// blocks out, each run of them marked. A block begins at the left edge; an
// empty line or the next block ends it.
func Cut(printed string) ([]string, error) {
	_, rest, found := strings.Cut(printed, "fly-standards plan")
	_, rest, broken := strings.Cut(rest, "\n")
	text, _, ended := strings.Cut(rest, "fly-standards apply --yes")
	if !found || !broken || !ended {
		return nil, fmt.Errorf("the demo prints no plan:\n%s", printed)
	}
	plan := strings.Split(strings.TrimSpace(text), "\n")
	lines := []string{"\x1b[36m$ \x1b[0m\x1b[1mfly-standards plan\x1b[0m"}
	skipping := false
	for _, line := range plan[:len(plan)-1] { // the last one is the prompt of the apply
		text := escape.ReplaceAllString(line, "")
		word, _, _ := strings.Cut(text, " ")
		switch {
		case slices.Contains(leftOut, word):
			if !skipping {
				lines = append(lines, mark)
			}
			skipping = true
		case text == "" && skipping: // more may be left out right behind it
		case text == "" || !strings.HasPrefix(text, " "):
			if skipping && !strings.HasPrefix(text, "Needs consent") {
				lines = append(lines, "")
			}
			skipping = false
		}
		if !skipping {
			lines = append(lines, line)
		}
	}
	for lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines, nil
}

// mark stands where something is left out.
const mark = "\x1b[2m      ⋮\x1b[0m"

// Theme maps what a terminal is asked for to colours.
type Theme struct {
	background, border, text string
	colors                   map[string]string // by SGR code
}

// Themes are those of GitHub's pages.
func Themes() map[string]Theme {
	return map[string]Theme{
		"light": {"#ffffff", "#d1d9e0", "#1f2328", map[string]string{
			"2": "#59636e", "31": "#cf222e", "32": "#116329", "33": "#8a5300", "36": "#0969da",
		}},
		"dark": {"#0d1117", "#3d444d", "#f0f6fc", map[string]string{
			"2": "#9198a1", "31": "#ff7b72", "32": "#3fb950", "33": "#e3b341", "36": "#58a6ff",
		}},
	}
}

const (
	charWidth  = 8.43 // of 14px in the fonts below, all about 0.6 em
	lineHeight = 19
	margin     = 20
	columns    = 80
)

// Draw makes an SVG of lines with colours for a terminal.
func Draw(lines []string, t Theme) []byte {
	var b bytes.Buffer
	width, height := columns*charWidth+2*margin, len(lines)*lineHeight+2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0f %d" role="img">
<title>fly-standards plan</title>
<rect x="0.5" y="0.5" width="%.0f" height="%d" rx="8" fill="%s" stroke="%s"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace" font-size="14" fill="%s" xml:space="preserve">
`, width, height, width, height, width-1, height-1, t.background, t.border, t.text)
	for i, line := range lines {
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\">%s</text>\n", margin, margin+14+i*lineHeight, spans(line, t))
	}
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes()
}

// spans draws one line. Each part has its own place, so that fonts of another
// width don't move what is below one another.
func spans(line string, t Theme) string {
	var b strings.Builder
	bold, color, column := false, "", 0
	part := func(text string) {
		if text == "" {
			return
		}
		fmt.Fprintf(&b, `<tspan x="%.1f" textLength="%.1f"`, margin+float64(column)*charWidth, float64(len([]rune(text)))*charWidth)
		if bold {
			b.WriteString(` font-weight="600"`)
		}
		if color != "" {
			fmt.Fprintf(&b, ` fill="%s"`, color)
		}
		b.WriteString(">" + html.EscapeString(text) + "</tspan>")
		column += len([]rune(text))
	}
	at := 0
	for _, m := range escape.FindAllStringSubmatchIndex(line, -1) {
		part(line[at:m[0]])
		at = m[1]
		for code := range strings.SplitSeq(line[m[2]:m[3]], ";") {
			switch {
			case code == "0" || code == "":
				bold, color = false, ""
			case code == "1":
				bold = true
			case t.colors[code] != "":
				color = t.colors[code]
			}
		}
	}
	part(line[at:])
	return b.String()
}
