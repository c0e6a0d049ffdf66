package plan

import (
	"maps"
	"path"
	"strings"
)

// Ignore comments in other files: Dockerfiles, workflows, ignore files, env
// files. They all have comments that begin with #, and only YAML has them behind
// something else on a line.

func remarks(file, text string) []remark {
	ext := path.Ext(file)
	yaml := ext == ".yml" || ext == ".yaml"
	var out []remark
	top, n := true, 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		body := strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		at := -1
		switch {
		case strings.HasPrefix(body, "#"):
			at = strings.Index(line, "#")
		case yaml && strings.Contains(body, ignoreMark):
			if i := strings.LastIndex(line[:strings.LastIndex(line, ignoreMark)], " #"); i >= 0 {
				at = i + 1
			}
		}
		alone := strings.HasPrefix(body, "#")
		if at >= 0 {
			out = append(out, remark{n, len([]rune(line[:at])) + 1, strings.TrimSpace(line[at:]), alone, top})
		}
		top = top && (body == "" || alone)
	}
	return out
}

// otherTexts are the files besides fly.toml in which an ignore comment counts.
func (t Target) otherTexts() map[string]string {
	if t.Repo == nil || t.Repo.Around == nil {
		return nil
	}
	all := maps.Clone(t.Repo.Around.Texts)
	for _, env := range t.Repo.Around.EnvFiles {
		if env.Remarks != "" {
			all[env.File] = env.Remarks
		}
	}
	return all
}

// about says whether a comment speaks of a place. One at the top of fly.toml
// speaks of the whole app, its other files too.
func (ig *ignore) about(a At) bool {
	switch {
	case ig.line == 0:
		return ig.file == "" || ig.file == a.File
	case a.Machine != "" && ig.file != "":
		return false
	}
	return ig.file == a.File && ig.line == a.Line
}

// otherPlace is place for another file: with the column where the line begins,
// and its end, where the text is at hand.
func (t Target) otherPlace(a At) At {
	text, there := t.otherFile(a.File)
	if !there || a.Line == 0 || a.EndLine != 0 {
		return a
	}
	lines := strings.Split(string(text), "\n")
	if a.Line > len(lines) {
		return a
	}
	line := strings.TrimSuffix(lines[a.Line-1], "\r")
	if a.Column == 0 {
		a.Column = len([]rune(line)) - len([]rune(strings.TrimLeft(line, " \t"))) + 1
	}
	a.EndLine, a.EndColumn = a.Line, max(len([]rune(strings.TrimRight(line, " \t")))+1, a.Column)
	return a
}
