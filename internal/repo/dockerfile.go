package repo

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/fly-standards/fly-standards/plan"
)

// fileExists says whether a regular file lies at rel below dir.
func fileExists(dir, rel string) bool {
	info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(rel)))
	return err == nil && info.Mode().IsRegular()
}

// dockerfile reads the Dockerfile that fly.toml builds. Without
// build.dockerfile, flyctl takes Dockerfile or dockerfile beside fly.toml.
func dockerfile(root string, opts Options) (name string, text []byte) {
	names := []string{"Dockerfile", "dockerfile"}
	if opts.Dockerfile != "" {
		names = []string{path.Clean(filepath.ToSlash(opts.Dockerfile))}
	}
	for _, name := range names {
		if !path.IsAbs(name) && fileExists(root, name) && !linkedOut(root, name) {
			text, _ := readInto(nil, filepath.Join(root, filepath.FromSlash(name)))
			return name, text
		}
	}
	return "", nil
}

// linkedOut: a linked folder on the way leads out of the tree. A name with ..
// is the user's own choice, and its file is read.
func linkedOut(root, name string) bool {
	if strings.HasPrefix(name, "../") {
		return false
	}
	realRoot, err := filepath.EvalSymlinks(root)
	if err != nil {
		return true
	}
	file, err := filepath.EvalSymlinks(filepath.Join(root, filepath.FromSlash(name)))
	return err != nil || !strings.HasPrefix(file, realRoot+string(filepath.Separator))
}

// stage is what one FROM leads to.
type stage struct {
	check *plan.Healthcheck
	env   map[string]string
}

// healthcheck is the HEALTHCHECK of the last stage, inherited through the
// stages that it builds on, as Docker does. A file that doesn't parse has none.
func healthcheck(text []byte, ports []int) *plan.Healthcheck {
	if !bytes.Contains(bytes.ToUpper(text), []byte("HEALTHCHECK")) {
		return nil
	}
	tree, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	named := map[string]stage{}
	name, current := "", stage{env: map[string]string{}}
	for _, node := range tree.AST.Children {
		args := arguments(node)
		switch strings.ToLower(node.Value) {
		case "from":
			if name != "" {
				named[name] = current
			}
			name, current = "", stage{env: map[string]string{}}
			if len(args) > 0 {
				base := named[strings.ToLower(args[0])]
				current.check = base.check
				for key, value := range base.env {
					current.env[key] = value
				}
			}
			if len(args) == 3 && strings.EqualFold(args[1], "as") {
				name = strings.ToLower(args[2])
			}
		case "env":
			// The parser gives name, value and separator for each.
			for i := 0; i+1 < len(args); i += 3 {
				current.env[args[i]] = strings.Trim(args[i+1], `"'`)
			}
		case "arg":
			for _, arg := range args {
				if key, value, ok := strings.Cut(arg, "="); ok {
					current.env[key] = strings.Trim(value, `"'`)
				}
			}
		case "healthcheck":
			current.check = localCheck(args, current.env, ports)
			if current.check != nil {
				current.check.Line = node.StartLine
				current.check.Text = shownCommand(strings.ReplaceAll(node.Original, "\\\n", " "))
			}
		}
	}
	return current.check
}

func arguments(node *parser.Node) []string {
	var args []string
	for n := node.Next; n != nil; n = n.Next {
		args = append(args, n.Value)
	}
	return args
}

// localCheck reads `CMD curl -f http://localhost:8080/health || exit 1` in
// shell or exec form. NONE, and commands other than curl and wget, give nil.
func localCheck(args []string, env map[string]string, ports []int) *plan.Healthcheck {
	if len(args) < 2 || !strings.EqualFold(args[0], "CMD") {
		return nil
	}
	words := strings.Fields(strings.Join(args[1:], " "))
	tool := false
	for i, word := range words {
		word = strings.Trim(word, `"'()`)
		base := path.Base(word)
		tool = tool || base == "curl" || base == "wget"
		if !tool {
			continue
		}
		if word == "-X" && i+1 < len(words) && strings.Trim(words[i+1], `"'`) != "GET" || strings.HasPrefix(word, "--post-") || word == "-d" || word == "--data" {
			return nil
		}
		if port, p, ok := localURL(strings.TrimRight(word, ";"), env, ports); ok {
			return &plan.Healthcheck{Port: port, Path: p}
		}
	}
	return nil
}

// localURL takes a URL of this machine apart; port 0 means that it names none.
func localURL(word string, env map[string]string, ports []int) (port int, p string, ok bool) {
	rest, isHTTP := strings.CutPrefix(word, "http://")
	if !isHTTP && strings.Contains(word, "://") {
		return 0, "", false
	}
	host := ""
	for _, name := range []string{"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"} {
		if strings.HasPrefix(rest, name) {
			host = name
		}
	}
	rest = strings.TrimPrefix(rest, host)
	if host == "" || rest != "" && rest[0] != ':' && rest[0] != '/' {
		return 0, "", false
	}
	rest, known := expand(rest, env, ports)
	if !known {
		return 0, "", false
	}
	if after, named := strings.CutPrefix(rest, ":"); named {
		digits, tail, _ := strings.Cut(after, "/")
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 || n > 65535 {
			return 0, "", false
		}
		port, rest = n, ""
		if len(after) > len(digits) {
			rest = "/" + tail
		}
	}
	rest, _, _ = strings.Cut(rest, "#")
	if rest == "" {
		rest = "/"
	}
	return port, rest, true
}

// expand fills in ${NAME}, ${NAME:-default} and $NAME. PORT without a value is
// the port that fly.toml sends traffic to, if there is one only.
func expand(text string, env map[string]string, ports []int) (string, bool) {
	known := true
	out := os.Expand(text, func(name string) string {
		name, fallback, _ := strings.Cut(name, ":-")
		switch value := env[name]; {
		case value != "":
			return value
		case fallback != "":
			return fallback
		case name == "PORT" && len(ports) == 1:
			return strconv.Itoa(ports[0])
		}
		known = false
		return ""
	})
	return out, known
}
