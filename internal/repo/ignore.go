package repo

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ignoreList is the plain part of the root's .gitignore: names, paths from the
// root, one-segment globs. Patterns with ** in the middle are passed over: a
// file too many is read, none too few.
type ignoreList []ignoreRule

type ignoreRule struct {
	pattern  string
	anchored bool // from the root, not at any depth
	dirOnly  bool
	negated  bool
}

func readIgnore(root string) ignoreList {
	name := filepath.Join(root, ".gitignore")
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil
	}
	text, _ := readInto(nil, name)
	var list ignoreList
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		var rule ignoreRule
		line, rule.negated = strings.CutPrefix(line, "!")
		line = strings.TrimPrefix(line, "**/")
		line = strings.TrimSuffix(line, "/**")
		line, rule.dirOnly = strings.CutSuffix(line, "/")
		line, rule.anchored = strings.CutPrefix(line, "/")
		rule.anchored = rule.anchored || strings.Contains(line, "/")
		if line == "" || strings.Contains(line, "**") {
			continue
		}
		if _, err := path.Match(line, ""); err != nil {
			continue
		}
		rule.pattern = line
		list = append(list, rule)
	}
	return list
}

// match says whether git would pass over rel; the last rule that fits decides.
func (l ignoreList) match(rel string, isDir bool) bool {
	ignored := false
	for _, rule := range l {
		if rule.dirOnly && !isDir || rule.negated != ignored {
			continue
		}
		name := rel
		if !rule.anchored {
			name = path.Base(rel)
		}
		if ok, err := path.Match(rule.pattern, name); err == nil && ok {
			ignored = !rule.negated
		}
	}
	return ignored
}
