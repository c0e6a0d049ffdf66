package fixers

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// builtHere is the image that fly.toml builds of the tree; nil when it deploys
// one that is built somewhere else, or none can be read.
func builtHere(t plan.Target) *plan.Image {
	if t.Repo == nil || textAt(t, "build.image") != "" {
		return nil
	}
	return t.Repo.Image
}

// around is the repository around the app, never nil.
func around(t plan.Target) *plan.Around {
	if t.Repo == nil || t.Repo.Around == nil {
		return &plan.Around{}
	}
	return t.Repo.Around
}

// inFile is the place of a piece of evidence in another file.
func inFile(e plan.Evidence) plan.At { return plan.At{File: e.File, Line: e.Line} }

// imageRef takes an image's name apart: "node", "22-alpine", digest or not.
func imageRef(ref string) (name, tag string, digest bool) {
	ref, _, digest = strings.Cut(ref, "@")
	base := path.Base(ref)
	base, tag, _ = strings.Cut(base, ":")
	return strings.ToLower(base), tag, digest
}

// canEdit says whether the files of some edits are there to be edited, or can be
// made.
func canEdit(t plan.Target, edits []plan.LineEdit) bool {
	a := around(t)
	return len(edits) > 0 && !slices.ContainsFunc(edits, func(e plan.LineEdit) bool {
		_, there := a.Texts[e.File]
		return !there && (e.Line > 0 || !a.Makeable[e.File])
	})
}

// asked says whether the user named the rule.
func asked(t plan.Target, rule string) bool { return t.Asked != nil && t.Asked(rule) }

// databaseImages are images, by the last part of their name, of nothing but a
// database.
func databaseImages() []string {
	return strings.Fields("postgres postgis postgresql mysql mariadb redis valkey keydb mongo mongodb elasticsearch opensearch " +
		"memcached clickhouse-server cassandra cockroach etcd couchdb qdrant meilisearch typesense influxdb neo4j")
}

// columnOf is where a word begins in its line, in characters: a script's lines
// are indented, and YAML's mark is that of the whole script.
func columnOf(t plan.Target, w plan.Workflow, word plan.Word) int {
	lines := strings.Split(around(t).Texts[w.File], "\n")
	if word.Line < 1 || word.Line > len(lines) {
		return word.Column
	}
	line := lines[word.Line-1]
	if i := strings.Index(line, strings.TrimSpace(word.Text)); i >= 0 && strings.TrimSpace(word.Text) != "" {
		return len([]rune(line[:i])) + 1
	}
	return 0 // where the line begins
}
