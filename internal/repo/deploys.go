package repo

import (
	"bytes"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
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

// flyDeploy is one `fly deploy` of a script.
type flyDeploy struct {
	dir    string // the working directory of the deploy, from the root
	config string // the fly.toml that it deploys, from the root
	// dockerfile is that of --dockerfile, from the root; "" for none.
	dockerfile string
	inTree     bool // of a step whose working directory is there
}

// deploysOf are the `fly deploy` commands of a step.
func deploysOf(step plan.WorkStep) []flyDeploy {
	dir := path.Clean(strings.TrimPrefix(step.Dir, "./"))
	script := step.Run.Text
	if script == "" && strings.Contains(step.Uses.Text, "superfly/flyctl-actions") {
		script = "flyctl " + step.With["args"].Text // the old form of the action
	}
	var out []flyDeploy
	for line := range strings.SplitSeq(strings.ReplaceAll(script, "\\\n", " "), "\n") {
		for command := range strings.SplitSeq(strings.NewReplacer("&&", "\n", ";", "\n", "||", "\n").Replace(line), "\n") {
			fields := strings.Fields(command)
			if len(fields) > 1 && fields[0] == "cd" {
				dir = path.Join(dir, strings.Trim(fields[1], `"'`))
				continue
			}
			if d, ok := oneDeploy(dir, fields); ok {
				out = append(out, d)
			}
		}
	}
	return out
}

func oneDeploy(dir string, fields []string) (flyDeploy, bool) {
	i := slices.IndexFunc(fields, func(f string) bool { f = path.Base(f); return f == "fly" || f == "flyctl" })
	if i < 0 {
		return flyDeploy{}, false
	}
	d, deploys, skip := flyDeploy{dir: dir}, false, false
	for _, f := range fields[i+1:] {
		f = strings.Trim(f, `"'`)
		name, value, joined := strings.Cut(f, "=")
		switch {
		case skip:
			switch {
			case d.config == "?":
				d.config = path.Join(dir, f)
			case d.dockerfile == "?":
				d.dockerfile = path.Join(dir, f)
			}
			skip = false
		case name == "--dockerfile":
			d.dockerfile, skip = "?", true
			if joined {
				d.dockerfile, skip = path.Join(dir, value), false
			}
		case name == "-c" || name == "--config":
			d.config, skip = "?", true
			if joined {
				d.config, skip = path.Join(dir, value), false
			}
		case strings.HasPrefix(f, "-"):
			skip = !joined && inList(" -a --app -i --image -e --env -r --region --build-arg --build-secret --build-target --ignorefile --strategy --wait-timeout --image-label --vm-size --vm-memory -t --access-token --process-groups --regions --release-command-timeout --max-unavailable --label --org -o ", name)
		case f == "deploy" && !deploys:
			deploys = true
		case deploys && !strings.ContainsAny(f, "$<>|"):
			d.dir = path.Join(dir, f)
		}
	}
	if d.config == "" {
		d.config = path.Join(d.dir, "fly.toml")
	}
	return d, deploys
}
