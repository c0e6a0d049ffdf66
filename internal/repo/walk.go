package repo

import (
	"context"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// The bounds of a scan. A tree that is larger is read from its top down, as
// far as the bounds go.
const (
	maxFiles = 2000
	maxBytes = 16 << 20
	maxFile  = 512 << 10
	maxDepth = 12
	maxDirs  = 4000
)

// skippedDirs hold what others wrote, what tools made, or no code at all.
// Hidden folders are skipped as well, apart from those that hold CI files.
const skippedDirs = " node_modules bower_components vendor third_party thirdparty external dist build out target _build deps venv env site-packages __pycache__ coverage htmlcov tmp temp log logs priv/static public/assets Pods DerivedData bin/Debug obj storybook-static cdk.out elm-stuff bazel-bin bazel-out zig-out zig-cache "

// testDirs hold code that never runs in production.
const testDirs = " test tests __tests__ spec specs e2e cypress playwright __mocks__ mocks mock fixtures testdata test_data testing features stories examples example samples benchmarks "

const ciDirs = " .github .circleci .forgejo .gitea .buildkite .woodpecker .gitlab "

func inList(list, word string) bool {
	return word != "" && strings.Contains(list, " "+word+" ")
}

// walk lists the files worth reading, breadth first, so that the bounds cut
// off what is deepest. Symbolic links are neither followed nor listed.
func walk(ctx context.Context, root string) ([]string, error) {
	ignored := readIgnore(root)
	dirs := []string{"."}
	var files []string
	var total int64
	for i := 0; i < len(dirs) && i < maxDirs; i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(dirs[i])))
		if err != nil {
			if i == 0 {
				return nil, err
			}
			continue
		}
		for _, entry := range entries {
			name := entry.Name()
			rel := path.Join(dirs[i], name)
			switch {
			case entry.IsDir():
				if strings.Count(rel, "/") < maxDepth && entered(name, rel) && !ignored.match(rel, true) {
					dirs = append(dirs, rel)
				}
			case !entry.Type().IsRegular() || !wanted(rel, name) || ignored.match(rel, false):
			default:
				info, err := entry.Info()
				if err != nil || info.Size() > maxFile || info.Size() == 0 {
					continue
				}
				if total += info.Size(); len(files) == maxFiles || total > maxBytes {
					return files, nil
				}
				files = append(files, rel)
			}
		}
	}
	return files, nil
}

func entered(name, rel string) bool {
	if name[0] == '.' {
		return inList(ciDirs, rel)
	}
	if inList(skippedDirs, name) {
		// A package may be called build or target: below the sources of Java
		// and Kotlin they are ordinary names.
		return strings.Contains(rel, "src/main/")
	}
	return !inList(testDirs, name)
}

// sourceEnds are the endings of files in which routes may be defined.
const sourceEnds = " .js .mjs .cjs .ts .mts .cts .jsx .tsx .py .rb .ru .ex .exs .go .rs .java .kt .kts .php .cs "

// wanted says whether a file can hold a fact. Minified code and declarations
// hold none.
func wanted(rel, name string) bool {
	if isFlyConfig(name) || isScript(rel, name) || isManifest(name) {
		return true
	}
	ext := path.Ext(name)
	if !inList(sourceEnds, ext) || strings.HasSuffix(name, ".min.js") || strings.HasSuffix(name, ".d.ts") {
		return false
	}
	return !isTest(rel, name)
}

func isManifest(name string) bool {
	return inList(" pom.xml build.gradle build.gradle.kts application.properties application.yml application.yaml schema.prisma database.yml litefs.yml go.mod Cargo.toml alembic.ini flyway.conf flyway.toml diesel.toml ", name)
}

// isTest tells test files by their names; test folders aren't entered.
func isTest(rel, name string) bool {
	stem := strings.TrimSuffix(name, path.Ext(name))
	for _, end := range []string{".test", ".spec", ".e2e", ".stories", ".mock", "_test", "_spec", "Test", "Tests", "IT", "Spec"} {
		if strings.HasSuffix(stem, end) && stem != end {
			return true
		}
	}
	return strings.HasPrefix(name, "test_") || name == "conftest.py" || strings.Contains("/"+rel, "/src/test/")
}

// readInto reads a file into buffer, which grows as needed. Only regular files
// reach it, and no more than maxFile of one is read.
func readInto(buffer []byte, name string) (text, grown []byte) {
	f, err := os.Open(name)
	if err != nil {
		return nil, buffer
	}
	defer f.Close()
	if cap(buffer) == 0 {
		buffer = make([]byte, 64<<10)
	}
	buffer = buffer[:cap(buffer)]
	n := 0
	for n < maxFile {
		if n == len(buffer) {
			buffer = append(buffer, make([]byte, len(buffer))...)
		}
		m, err := f.Read(buffer[n:min(len(buffer), maxFile)])
		n += m
		if err != nil && err != io.EOF {
			return nil, buffer
		}
		if err == io.EOF || m == 0 {
			break
		}
	}
	return buffer[:n], buffer
}
