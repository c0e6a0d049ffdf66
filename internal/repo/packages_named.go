package repo

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Packages and scripts that commands name.

// npmScript is the script that a start command runs, of the first package.json
// in the folders that has one of its name.
func (sc *scanner) npmScript(start string, dirs []string) plan.Evidence {
	fields := strings.Fields(start)
	for i, f := range fields {
		if !inList(" npm pnpm yarn bun ", path.Base(f)) || i+1 == len(fields) {
			continue
		}
		name := fields[i+1]
		if name == "run" && i+2 < len(fields) {
			name = fields[i+2]
		}
		script := lazy(`"` + quoteMeta(name) + `"\s*:\s*"((?:[^"\\]|\\.)*)"`)
		for _, dir := range dirs {
			file := path.Join(dir, "package.json")
			text, _ := readInto(nil, sc.abs(file))
			if at := script().FindSubmatchIndex(text); at != nil {
				return plan.Evidence{File: sc.shown(file), Line: 1 + bytes.Count(text[:at[2]], []byte("\n")), Text: string(text[at[2]:at[3]])}
			}
		}
	}
	return plan.Evidence{}
}

func quoteMeta(s string) string {
	return strings.NewReplacer(".", `\.`, "+", `\+`, "*", `\*`, "(", `\(`, ")", `\)`, "[", `\[`, "?", `\?`, "\\", `\\`, "$", `\$`, "|", `\|`, "{", `\{`, "^", `\^`).Replace(s)
}

// filterFlags take the name of a package.
const filterFlags = " --filter -F -w --workspace --scope -p --package --bin --manifest-path --prefix --cwd -C -pl --project workspace prune --dir "

// namedPackages are the packages that a command names: behind a flag that
// takes one, and with paths by a path into its folder.
func (sc *scanner) namedPackages(all []packageInfo, command string, paths bool) []string {
	var out []string
	add := func(word string, flagged bool) {
		word = strings.Trim(word, `"'.{}!^`)
		for _, p := range all {
			in, _ := below2(p.dir, sc.context)
			hit := flagged && (word == p.name || word == path.Base(p.dir) || strings.TrimPrefix(word, "/") == in || word == in+"/Cargo.toml") ||
				paths && strings.Contains("/"+word+"/", "/"+in+"/") || !paths && strings.HasPrefix(strings.TrimPrefix(word, "./"), in+"/")
			if hit && !slices.Contains(out, p.dir) {
				out = append(out, p.dir)
			}
		}
	}
	fields := strings.FieldsFunc(command, func(r rune) bool { return strings.ContainsRune(" \t\n,[];&|()\"'", r) })
	for i, f := range fields {
		name, value, joined := strings.Cut(f, "=")
		switch {
		case inList(filterFlags, name) && joined:
			add(value, true)
		case inList(filterFlags, f) && i+1 < len(fields):
			add(fields[i+1], true)
		case f == "cd" && i+1 < len(fields), f == "publish" && i+1 < len(fields):
			add(fields[i+1], true)
		case strings.HasPrefix(f, ":") && strings.Count(f, ":") == 2: // :api:bootJar
			add(strings.Split(f, ":")[1], true)
		case paths && strings.Contains(f, "/"):
			add(f, false)
		}
	}
	if len(out) == 0 && paths { // a compiled program is called like its package
		if first := firstProgram(command); first != "" {
			for _, p := range all {
				if base := path.Base(first); base == p.name || base == path.Base(p.dir) && inList(containers, path.Base(path.Dir(p.dir))) {
					out = append(out, p.dir)
				}
			}
		}
	}
	// The outer of two that contain one another is only on the way.
	return slices.DeleteFunc(out, func(d string) bool {
		return slices.ContainsFunc(out, func(o string) bool { return strings.HasPrefix(o, d+"/") })
	})
}

func firstProgram(command string) string {
	for _, f := range strings.FieldsFunc(command, func(r rune) bool { return strings.ContainsRune(" \t\n,[]\"'", r) }) {
		if base := path.Base(f); !inList(" sh bash exec tini dumb-init -- -c su-exec gosu ", base) {
			return f
		}
	}
	return ""
}
