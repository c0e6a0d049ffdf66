package plan

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// UnusedIgnore is the rule whose findings Build makes itself: an ignore
// comment that ignores nothing.
const UnusedIgnore = "unused-ignore"

// Shape is the rule about what flyctl refuses. It comes before every other: no
// rule writes over a value that can't be read.
const Shape = "config-shape"

// IgnoreError is an ignore comment that can't be meant. It is an error and not
// a finding: one that did nothing would be believed to work.
type IgnoreError struct {
	File    string
	Line    int
	Message string
}

// Error implements error.
func (e *IgnoreError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message) }

// ignore is one rule of one ignore comment.
type ignore struct {
	rule   string
	file   string // "" is fly.toml
	at     int    // line of the comment
	column int
	line   int // that it is about; 0: the whole file
	until  string
	reason string
	used   bool
}

const (
	ignoreMark = "fly-standards:"
	ignoreForm = "write `# fly-standards: ignore[RULE] reason`, or ignore-file[RULE] at the top of the file"
)

// readIgnores reads the comments of fly.toml and of the other files:
//
//	# fly-standards: ignore[rule-a, rule-b] until=2027-01-31 reason
//	# fly-standards: ignore-file[rule-a] reason
//
// An ignore is about the line that it ends, or about the next line when it
// stands alone. An ignore-file is about the whole file, and stands above everything.
func readIgnores(t Target, fixers []Fixer, shown string) ([]*ignore, error) {
	var comments []remark
	top := firstKey(t.File)
	for _, c := range t.File.CommentLines() {
		comments = append(comments, remark{c.Line, commentColumn(t.File, c.Line), c.Text, c.Alone, c.Line <= top})
	}
	out, err := ignoresIn("", t.File.Name(), comments, fixers)
	texts := t.otherTexts()
	for _, file := range slices.Sorted(maps.Keys(texts)) {
		if err != nil {
			break
		}
		if strings.Contains(texts[file], ignoreMark) {
			var more []*ignore
			more, err = ignoresIn(file, shownPath(shown, file), remarks(file, texts[file]), fixers)
			out = append(out, more...)
		}
	}
	return out, err
}

// remark is a comment of a file.
type remark struct {
	line, column int // column in characters
	text         string
	alone, top   bool // top: only comments and blank lines stand above
}

func ignoresIn(file, shown string, comments []remark, fixers []Fixer) ([]*ignore, error) {
	var out []*ignore
	alone := map[int]bool{}
	for _, c := range comments {
		alone[c.line] = c.alone
	}
	for _, c := range comments {
		text, ours := ignoreText(c.text)
		if !ours {
			continue
		}
		found, whole, problem := parseIgnore(strings.TrimSpace(text), fixers)
		if problem == "" && whole && !c.top {
			problem = "ignore-file is about the whole file and belongs at its top"
			if file == "" {
				problem += ", above the first key"
			}
		}
		if problem != "" {
			return nil, &IgnoreError{shown, c.line, problem}
		}
		line := c.line
		for alone[line] {
			line++
		}
		if whole {
			line = 0
		}
		for _, ig := range found {
			ig.file, ig.at, ig.line, ig.column = file, c.line, line, c.column
			out = append(out, ig)
		}
	}
	return out, nil
}

// ignoreText is what stands behind the mark in a comment, which may say
// something else before: # the port # fly-standards: ignore[rule]
func ignoreText(comment string) (string, bool) {
	for found := true; found; {
		if text, ours := strings.CutPrefix(strings.TrimSpace(strings.TrimLeft(comment, "#")), ignoreMark); ours {
			return text, true
		}
		_, comment, found = strings.Cut(strings.TrimLeft(comment, "#"), "#")
	}
	return "", false
}

// parseIgnore reads what stands behind the mark.
func parseIgnore(text string, fixers []Fixer) (found []*ignore, whole bool, problem string) {
	verb, rest, _ := strings.Cut(text, "[")
	ids, rest, closed := strings.Cut(rest, "]")
	verb = strings.TrimSpace(verb)
	if !closed || verb != "ignore" && verb != "ignore-file" {
		return nil, false, "this comment ignores nothing; " + ignoreForm
	}
	until, words := "", []string{}
	for word := range strings.FieldsSeq(rest) {
		date, isDate := strings.CutPrefix(word, "until=")
		if !isDate {
			words = append(words, word)
			continue
		}
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return nil, false, fmt.Sprintf("until=%s is not a date; write it as until=2027-01-31", date)
		}
		until = date
	}
	for id := range strings.SplitSeq(ids, ",") {
		id = strings.TrimSpace(id)
		if id == "" {
			return nil, false, "no rule is named; " + ignoreForm
		}
		if err := KnownRule(id, fixers); err != nil {
			return nil, false, err.Error()
		}
		found = append(found, &ignore{rule: id, until: until, reason: strings.Join(words, " ")})
	}
	return found, verb == "ignore-file", ""
}

// firstKey is the first line that holds more than a comment.
func firstKey(f *flytoml.File) int {
	n := 0
	for line := range bytes.Lines(f.Bytes()) {
		n++
		if text := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff"))); len(text) > 0 && text[0] != '#' {
			break
		}
	}
	return n
}

// expired says whether the day after until has begun.
func (ig *ignore) expired(today time.Time) bool {
	return ig.until != "" && !today.IsZero() && today.Format(time.DateOnly) > ig.until
}

// ignoreWhere it says so: in a comment, or in the settings.
func (f *finding) ignoreWhere(ignores []*ignore, o Options) {
	for _, ig := range ignores {
		if ig.rule != f.Rule || ig.expired(o.Today) || !ig.about(f.At) {
			continue
		}
		ig.used = true
		f.ignore(IgnoredBy{Kind: IgnoreComment, File: shownPath(o.FilePath, ig.file), Line: ig.at, Reason: ig.reason, Until: ig.until})
	}
	if o.Accepted != nil && f.outcome != Ignored && o.Accepted(f.Finding) {
		f.ignore(IgnoredBy{Kind: IgnoreBaseline, File: o.AcceptedIn})
	}
	if where, off := o.Disabled[f.Rule]; off {
		f.ignore(IgnoredBy{Kind: IgnoreSettings, File: where})
	}
}

func (f *finding) ignore(by IgnoredBy) {
	f.outcome, f.reason, f.heldFor, f.ignoredBy = Ignored, "", "", &by
	f.Flags, f.HowTo = nil, ""
}

// unusedIgnores are the findings about ignore comments without effect. Of a
// rule that did not run, or that finds things on the live app only and could
// not look at it, nothing can be said.
func unusedIgnores(t Target, chosen []Fixer, found []*finding, ignores []*ignore, o Options) []Finding {
	var out []Finding
	for _, ig := range ignores {
		i := slices.IndexFunc(chosen, func(f Fixer) bool { return f.ID == ig.rule })
		if ig.used || i < 0 || ig.rule == UnusedIgnore || t.App == nil && chosen[i].NeedsApp {
			continue
		}
		f := Finding{At: At{File: ig.file, Line: ig.at, Column: ig.column}, HowTo: "remove the comment"}
		j := slices.IndexFunc(found, func(f *finding) bool {
			return f.Rule == ig.rule && f.File == ig.file && f.outcome != Ignored && f.Line > 0
		})
		switch {
		case ig.expired(o.Today):
			f.Message = fmt.Sprintf("this comment ignored %s until %s, and no longer does", ig.rule, ig.until)
		case j >= 0:
			f.Message = fmt.Sprintf("this comment ignores %s here; the finding is at line %d", ig.rule, found[j].Line)
			f.HowTo = "move it to that line, or remove it"
		default:
			f.Message = fmt.Sprintf("this comment ignores %s, which finds nothing here", ig.rule)
		}
		if ig.file != "" {
			if chosen[i].MoreAsked && !o.asked(ig.rule) {
				continue
			}
			f.Severity = Info
		}
		out = append(out, f)
	}
	return out
}

// commentColumn is where the comment of a line begins, counted in characters.
func commentColumn(f *flytoml.File, line int) int {
	text := []byte(f.Line(line))
	i := bytes.LastIndex(text, []byte(ignoreMark))
	i = bytes.LastIndexByte(text[:max(i, 0)], '#')
	return len([]rune(string(text[:max(i, 0)]))) + 1
}

// shownPath is the path of a file as the user knows it; "" is fly.toml.
func shownPath(shown, file string) string {
	if file == "" {
		return shown
	}
	return path.Join(path.Dir(shown), file)
}
