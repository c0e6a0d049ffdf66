package repo

import (
	"bytes"
	"path"
	"path/filepath"
	"strings"
)

// IsConfig tells by its name whether a file is a Fly configuration in TOML:
// fly.toml, fly.staging.toml, fly-prod.toml, staging.fly.toml.
func IsConfig(name string) bool {
	if strings.HasPrefix(name, "fly-standards") || strings.HasPrefix(name, "flyway") { // ours, and a database tool's
		return false
	}
	return strings.HasPrefix(name, "fly") && strings.HasSuffix(name, ".toml") || strings.HasSuffix(name, ".fly.toml") && name != ".fly.toml"
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
		return inList(" Makefile makefile GNUmakefile Justfile justfile Rakefile Jenkinsfile Earthfile Procfile ", name) || inList(" bin script scripts ", dir)
	}
	return inList(" package.json composer.json deno.json .justfile mise.toml tasks.py fabfile.py ", name) || strings.HasPrefix(name, "Procfile.")
}

// isTarget: the flags that choose the app or the file.
func isTarget(flag string) bool {
	return inList(" -a --app -c --config ", flag)
}
