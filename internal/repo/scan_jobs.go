package repo

import (
	"cmp"
	"maps"
	"path"
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

// job is one file to read.
type job struct {
	file string
	verdict
}

// jobs are the files that can tell something: settings, scripts, and source
// that the app is built from.
func (sc *scanner) jobs() []job {
	var out []job
	for _, file := range sc.files {
		base := path.Base(file)
		if IsConfig(base) { // it is no source
			continue
		}
		v := sc.of(file)
		if v != outside || isScript(file, base) {
			out = append(out, job{file, v})
		}
	}
	sc.servers = sc.serverFiles()
	for _, file := range slices.Sorted(maps.Keys(sc.servers)) {
		if !slices.Contains(sc.files, file) && fileExists(sc.root, file) {
			out = append(out, job{file, inside})
		}
	}
	// Should the time run out, the app's own package was read first.
	own := func(j job) int {
		if p := sc.extent.packageOf(j.file); p != "." && slices.Contains(sc.extent.in, p) {
			return 0
		}
		return 1
	}
	if len(sc.extent.in) > 0 {
		slices.SortStableFunc(out, func(a, b job) int { return cmp.Compare(own(a), own(b)) })
	}
	return out
}

// source is one file while it is looked at. Its text is only valid meanwhile.
type source struct {
	sc         *scanner
	file, base string
	text       []byte
	facts      *facts
	verdict    verdict

	code  []byte // text with its comments blanked; see strip
	spans []span // where strings stand in code
	marks []int  // where health paths may stand; see findMarks
	index
}

func (s *source) look() {
	if kind := s.sc.servers[s.file]; kind != "" {
		s.webServer(kind)
		return
	}
	if path.Ext(s.base) == ".go" && !builtOnLinux(s.text) {
		return
	}
	if s.verdict == outside || s.verdict == beside {
		s.runsMigrations(path.Ext(s.base))
		return
	}
	if isTest(s.file, s.base) {
		return
	}
	s.settings()
	s.guardsOfFile()
	s.routes()
	s.metrics()
	s.streaming()
	s.migrations()
	if s.verdict != unsure {
		s.listenCalls()
	}
}

// at is the evidence for offset in the file.
func (s *source) at(offset int) plan.Evidence {
	return plan.Evidence{File: s.sc.shown(s.file), Line: s.lineNumber(offset), Text: shownCode(s.line(offset))}
}
