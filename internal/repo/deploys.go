package repo

import (
	"bytes"
	"path"
	"path/filepath"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// isFlyConfig: fly.toml, fly.staging.toml, fly-prod.toml.
func isFlyConfig(name string) bool {
	if strings.HasPrefix(name, "fly-standards") || strings.HasPrefix(name, "flyway") { // ours, and a database tool's
		return false
	}
	return strings.HasPrefix(name, "fly") && strings.HasSuffix(name, ".toml")
}

// sibling notes another fly*.toml with the app that it names.
func (s *source) sibling() {
	if s.file == s.opts.ConfigName || path.Dir(s.file) == "." && strings.EqualFold(s.base, s.opts.ConfigName) {
		return
	}
	s.facts.siblings = append(s.facts.siblings, plan.Sibling{File: s.file, App: appOf(s.text)})
}

// appOf is the top-level `app` of a fly.toml, read by its line, so that a file
// with an error further down still tells.
func appOf(text []byte) string {
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))) {
		trimmed := strings.TrimSpace(string(line))
		if strings.HasPrefix(trimmed, "[") {
			return ""
		}
		key, value, ok := strings.Cut(trimmed, "=")
		if !ok || strings.Trim(strings.TrimSpace(key), `"'`) != "app" {
			continue
		}
		value = strings.TrimSpace(value)
		if value == "" || value[0] != '"' && value[0] != '\'' {
			return ""
		}
		name, _, _ := strings.Cut(value[1:], value[:1])
		return name
	}
	return ""
}

// ownApp is the app that the scanned fly.toml itself names.
func ownApp(root, config string) string {
	if !fileExists(root, config) {
		return ""
	}
	text, _ := readInto(nil, filepath.Join(root, config))
	return appOf(text)
}

// isScript: a file in which a deploy may be written down.
func isScript(rel, name string) bool {
	switch path.Ext(name) {
	case ".yml", ".yaml":
		top, _, _ := strings.Cut(rel, "/")
		return inList(ciDirs, top) || strings.HasPrefix(name, ".gitlab-ci") || inList(" Taskfile.yml Taskfile.yaml bitbucket-pipelines.yml azure-pipelines.yml .travis.yml .woodpecker.yml .drone.yml appveyor.yml cloudbuild.yaml ", name)
	case ".sh", ".bash", ".mk", ".just":
		return true
	case "":
		dir := path.Base(path.Dir(rel))
		return inList(" Makefile makefile GNUmakefile Justfile justfile Rakefile Jenkinsfile Earthfile ", name) || inList(" bin script scripts ", dir)
	}
	return name == "package.json" || name == ".justfile" || name == "mise.toml"
}

// commands notes the lines that deploy another app, or with another file.
// Looking at another app (fly logs -a other) is none of it.
func (s *source) commands() {
	if !bytes.Contains(s.text, []byte("fly")) {
		return
	}
	number, pending, from := 0, "", 0
	for raw := range bytes.Lines(s.text) {
		number++
		line := strings.TrimRight(string(raw), "\r\n")
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		if pending == "" {
			from = number
		}
		if rest, ok := strings.CutSuffix(line, "\\"); ok {
			pending += rest + " "
			continue
		}
		line, pending = pending+line, ""
		if target := s.elsewhere(line); target != "" {
			text := shownCommand(strings.TrimPrefix(strings.TrimSpace(line), "- "))
			if flag, _, _ := strings.Cut(target, " "); !strings.Contains(text, flag) {
				text = cut("… " + hideRuns(target)) // beyond where the line was cut
			}
			s.facts.elseApps = append(s.facts.elseApps, plan.Evidence{File: s.file, Line: from, Text: text})
		}
	}
}

// elsewhere judges one logical line. It gives the flag and what it names, ""
// when the line deploys nothing else.
func (s *source) elsewhere(line string) string {
	if strings.Contains(line, "superfly/fly-pr-review-apps") {
		return "superfly/fly-pr-review-apps" // an app for each pull request, from this file
	}
	if !strings.Contains(line, "deploy") && !strings.Contains(line, "launch") && !strings.Contains(line, "secrets") {
		return ""
	}
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\"'`;|&()[],", r) })
	command, acts := false, false
	for i, word := range words {
		base := path.Base(word)
		if base == "fly" || base == "flyctl" || word == "args:" {
			command, acts = true, false
			continue
		}
		acts = acts || word == "deploy" || word == "launch" || word == "secrets"
		if strings.HasPrefix(word, "#") {
			return "" // a comment behind the command
		}
		name, value, _ := strings.Cut(word, "=")
		if !command || !isTarget(name) {
			continue
		}
		if value == "" && i+1 < len(words) {
			value = words[i+1] // apart, or in quotes
		}
		if acts && s.another(name, value) {
			return name + " " + value
		}
	}
	return ""
}

// isTarget: the flags that choose the app or the file.
func isTarget(flag string) bool {
	return inList(" -a --app -c --config ", flag)
}

// another: not the app that fly.toml names, and not that file.
func (s *source) another(flag, value string) bool {
	if flag == "-a" || flag == "--app" {
		return value != "" && value != s.app
	}
	clean := path.Clean(value)
	if value == "" || clean == "." || path.Base(clean) == s.opts.ConfigName && strings.Contains(clean, "$") {
		return false
	}
	// A script may run from a folder above this one.
	own := filepath.ToSlash(filepath.Join(s.opts.Dir, s.opts.ConfigName))
	return clean != s.opts.ConfigName && !strings.HasSuffix(own, "/"+strings.TrimLeft(clean, "./"))
}
