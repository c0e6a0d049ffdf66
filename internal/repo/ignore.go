package repo

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ignoreList is a .gitignore: names, paths from its folder, globs, ** for any
// number of folders, and ! for the exceptions.
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
		if line == "" {
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
func (l ignoreList) match(rel string, isDir bool) bool { return l.matchFrom(false, rel, isDir) }

// matchFrom is match where another list has said something before.
func (l ignoreList) matchFrom(ignored bool, rel string, isDir bool) bool {
	for _, rule := range l {
		if rule.dirOnly && !isDir || rule.negated != ignored {
			continue
		}
		name := rel
		if !rule.anchored {
			name = path.Base(rel)
		}
		if glob(strings.Split(rule.pattern, "/"), strings.Split(name, "/")) {
			ignored = !rule.negated
		}
	}
	return ignored
}

// glob matches a path segment by segment.
func glob(pattern, name []string) bool {
	switch {
	case len(pattern) == 0:
		return len(name) == 0
	case pattern[0] == "**":
		return glob(pattern[1:], name) || len(name) > 0 && glob(pattern, name[1:])
	case len(name) == 0:
		return false
	}
	ok, err := path.Match(pattern[0], name[0])
	return err == nil && ok && glob(pattern[1:], name[1:])
}
