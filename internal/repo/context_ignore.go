package repo

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// What of the build context is sent to the builder.

// readIgnoreFile reads build.ignorefile, or .dockerignore of the context. No
// other is read by flyctl, Dockerfile.dockerignore neither (August 2026).
func (sc *scanner) readIgnoreFile(context string) {
	sc.ignore, sc.ignoreFile = nil, ""
	name := filepath.Join(context, ".dockerignore")
	if sc.opts.Ignorefile != "" {
		name = filepath.Join(sc.dir, filepath.FromSlash(sc.opts.Ignorefile))
	}
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return
	}
	text, _ := readInto(nil, name)
	patterns, err := ignorefile.ReadAll(bytes.NewReader(text))
	if err != nil {
		return
	}
	sc.ignoreFile = relSlash(sc.root, name)
	if m, err := patternmatcher.New(patterns); err == nil && len(patterns) < 1000 {
		sc.ignore = m
	}
}

// sent says whether a file of the tree is sent to the builder.
func (sc *scanner) sent(rel string) bool {
	in, ok := below2(rel, sc.context)
	if !ok || sc.ignore == nil {
		return ok
	}
	out, err := sc.ignore.MatchesOrParentMatches(in)
	return err != nil || !out
}

// ignoreAt is where the effective ignore file is, or would be.
func (sc *scanner) ignoreAt() string {
	if sc.ignoreFile != "" {
		return sc.ignoreFile
	}
	return path.Join(sc.context, ".dockerignore")
}

// reincluded: a line of the ignore file says that it is to come along.
func (sc *scanner) reincluded(rel string) bool {
	in, ok := below2(rel, sc.context)
	if !ok || sc.ignore == nil {
		return false
	}
	return slices.ContainsFunc(sc.ignore.Patterns(), func(p *patternmatcher.Pattern) bool {
		if !p.Exclusion() {
			return false
		}
		fits, err := patternmatcher.MatchesOrParentMatches(in, []string{p.String()})
		return err == nil && fits
	})
}

// below2 is rel as seen from dir, when it is in it.
func below2(rel, dir string) (string, bool) {
	if dir == "." || dir == "" {
		return rel, true
	}
	return strings.CutPrefix(rel, dir+"/")
}
