package repo

import (
	"bytes"
	"strings"
)

// Settings by which production keeps its data in a file of its own machine, whatever
// it is told from outside. One that takes a variable first (DATABASE_URL) may keep
// it anywhere.

var (
	databaseLine = lazy(`(?m)^[ \t]*(?:database|url):[^\n]*$`)
	djangoData   = lazy(`(?m)^DATABASES\s*(?::[^=\n]+)?=\s*\{`)
	djangoEnds   = lazy(`(?m)^\}`)
	prismaFile   = lazy(`(?m)^[ \t]*url\s*=\s*"file:`)
)

// ownData notes the settings at offset when nothing in them asks a variable.
func (s *source) ownData(rank, offset int, settings string) {
	if !strings.Contains(settings, "ENV") && !strings.Contains(settings, "env") && !strings.Contains(settings, "config(") {
		s.facts.ownData = append(s.facts.ownData, ranked{rank, s.at(offset)})
	}
}

// railsData: of database.yml, whose adapter stands at offset.
func (s *source) railsData(offset int) {
	s.ownData(1, offset, string(bytes.Join(databaseLine().FindAll(s.code, 20), nil)))
}

// djangoData: DATABASES holds nothing but the file.
func (s *source) djangoData() {
	s.parse()
	at := djangoData().FindIndex(s.code)
	s.facts.databases++
	if at == nil || contains(s.code, "dj_database_url") || contains(s.code, "DATABASES[") || bytes.Count(s.code, []byte("DATABASES")) > 1 {
		return
	}
	block := s.from(at[0], 1500)
	if end := djangoEnds().FindStringIndex(block); end != nil {
		rest, _, _ := strings.Cut(block[end[0]:], "\n")
		block = block[:end[0]] + " " + rest
	}
	if strings.Contains(block, "sqlite3") && !strings.Contains(block, " if ") {
		s.ownData(1, at[0], block)
	}
}

// prismaData: the schema names the file itself.
func (s *source) prismaData() {
	if at := s.seenIn(prismaFile); at != nil && prismaSQLite().Match(s.code) {
		s.ownData(1, at[0], "")
	}
}
