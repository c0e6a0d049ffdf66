package repo

import (
	"bytes"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/secretscan"
	"github.com/fly-standards/fly-standards/plan"
)

// addPrivate adds the env files and keys that lie below the root of the scan and
// at that of the repository: git does not know them, a build may send them.
func (v *surveyor) addPrivate() {
	var more []string
	add := func(rel string) {
		if !v.has(rel) && !slices.Contains(more, rel) {
			more = append(more, rel)
		}
	}
	for _, file := range v.sc.private {
		if rel := relSlash(v.base, v.sc.abs(file)); !strings.HasPrefix(rel, "../") {
			add(rel)
		}
	}
	for _, dir := range []string{".", relSlash(v.base, v.sc.dir), relSlash(v.base, v.sc.abs(v.sc.context))} {
		if strings.HasPrefix(dir, "..") {
			continue
		}
		entries, _ := v.sc.repos.list(filepath.Join(v.base, filepath.FromSlash(dir)))
		for _, entry := range entries {
			if entry.Type().IsRegular() && isPrivate(entry.Name()) {
				add(path.Join(dir, entry.Name()))
			}
		}
	}
	if len(more) > 0 {
		own := *v.holdings
		own.files, own.telling = slices.Sorted(slices.Values(slices.Concat(v.files, more))), slices.Sorted(slices.Values(slices.Concat(v.telling, more)))
		v.holdings = &own
	}
}

// isEnvFile: .env, .env.production, prod.env.
func isEnvFile(name string) bool {
	return name == ".env" || strings.HasPrefix(name, ".env.") || strings.HasSuffix(name, ".env") && !strings.HasPrefix(name, "docker")
}

// isSample: by its name it holds examples.
func isSample(name string) bool {
	for _, word := range []string{"example", "sample", "template", "dist", "default", "schema"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func (v *surveyor) envFiles() {
	for _, file := range v.telling {
		if !isEnvFile(path.Base(file)) || elsewhere(file) || len(v.out.EnvFiles) == maxEnvFiles {
			continue
		}
		text := v.read(file)
		v.out.EnvFiles = append(v.out.EnvFiles, plan.EnvFile{
			File: v.shown(file), Sample: isSample(path.Base(file)), Entries: envEntries(text), Remarks: envRemarks(text),
			Tracked: v.tracks(file), Ignored: v.ignored(file), Shared: v.shared(file),
		})
	}
}

func (v *surveyor) tracks(file string) bool {
	return v.known && has(v.sc.repos.tracked(v.base), file, false)
}

// shared: an env file that git is to keep, with the defaults of everybody, as in
// Symfony and Vite: what is one's own stands in .env.local, which it ignores.
func (v *surveyor) shared(file string) bool { return v.tracks(file) && v.ignored(file+".local") }

// envEntries are the assignments of an env file, each with the verdict on its
// value: the value itself goes nowhere.
func envEntries(text []byte) []plan.EnvEntry {
	var out []plan.EnvEntry
	line := 0
	for raw := range bytes.Lines(text) {
		line++
		name, value, ok := strings.Cut(strings.TrimSpace(string(raw)), "=")
		name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "export "))
		if !ok || name == "" || name[0] == '#' || strings.ContainsAny(name, " \t") || len(out) == 500 {
			continue
		}
		value = strings.TrimSpace(value)
		if value != "" && (value[0] == '"' || value[0] == '\'') {
			if i := strings.IndexByte(value[1:], value[0]); i >= 0 {
				value = value[1 : 1+i]
			}
		} else if i := strings.Index(value, " #"); i >= 0 {
			value = strings.TrimSpace(value[:i])
		}
		if value != "" {
			certain := !secretscan.Placeholder(value) && !secretscan.Stock(value) && secretscan.Classify(name, value).Verdict == secretscan.Certain
			out = append(out, plan.EnvEntry{Name: name, Line: line, Secret: certain})
		}
	}
	return out
}

// envRemarks are the ignore comments of an env file, without what it holds.
func envRemarks(text []byte) string {
	const mark = "fly-standards:"
	if !contains(text, mark) {
		return ""
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "#") && strings.Contains(line, mark), line == "":
		case strings.HasPrefix(line, "#"):
			lines[i] = "#"
		default:
			lines[i] = "x"
		}
	}
	return strings.Join(lines, "\n")
}

// hasSecret: some value is a secret for certain.
func (v *surveyor) hasSecret(file string) bool {
	return slices.ContainsFunc(envEntries(v.read(file)), func(e plan.EnvEntry) bool { return e.Secret })
}

// hasSecretLike: any value at all; what is a secret, the rule says.
func (v *surveyor) hasSecretLike(file string) bool { return len(envEntries(v.read(file))) > 0 }
