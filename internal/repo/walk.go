package repo

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The bounds of a scan. A tree that is larger is read from its top down, as
// far as the bounds go, and the plan says how far.
const (
	maxFiles  = 20_000
	maxBytes  = 64 << 20
	maxFile   = 6 << 20
	maxDepth  = 14
	maxDirs   = 20_000
	maxListed = 100_000
	maxTime   = 3 * time.Second
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

// walked are the files of a tree that are worth reading.
type walked struct {
	files   []string
	private []string // env files and keys among them and beside them
	folders int      // not listed
	locked  []string // folders that can't be read
	err     error
}

// walkOf is the root of a walk, and the repository whose ignored files it passes
// over; "" for none.
type walkOf struct{ root, git string }

// walk lists the files worth reading.
func (sc *scanner) walk(ctx context.Context) error {
	w := sc.repos.walks.get(walkOf{sc.root, sc.git}, func(of walkOf) *walked {
		w := &walked{}
		w.err = sc.repos.walk(ctx, of, w)
		return w
	})
	sc.files, sc.private, sc.unread.folders, sc.unread.locked = w.files, w.private, w.folders, w.locked
	return w.err
}

// walk goes breadth first, so that the bounds cut off what is deepest. Symbolic
// links are neither followed nor listed.
func (r *Repositories) walk(ctx context.Context, of walkOf, w *walked) error {
	list := r.ignored(of.root)
	abs := func(rel string) string { return filepath.Join(of.root, filepath.FromSlash(rel)) }
	ignored := func(rel string, isDir bool) bool {
		tracked := func() bool { return of.git != "" && has(r.tracked(of.git), relSlash(of.git, abs(rel)), isDir) }
		return list.match(rel, isDir) && !tracked()
	}
	dirs := []string{"."}
	for i := 0; i < len(dirs); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if i == maxDirs || len(w.files) >= maxListed {
			w.folders = len(dirs) - i
			return nil
		}
		entries, err := r.list(abs(dirs[i]))
		if err != nil {
			if i == 0 {
				return err
			}
			w.locked = append(w.locked, dirs[i])
			continue
		}
		for _, entry := range entries {
			name := entry.Name()
			rel := path.Join(dirs[i], name)
			switch {
			case entry.IsDir():
				if strings.Count(rel, "/") < maxDepth && entered(name, rel) && !ignored(rel, true) {
					dirs = append(dirs, rel)
				}
			case entry.Type().IsRegular() && isPrivate(name):
				if len(w.private) < 4*maxEnvFiles { // git may ignore it: a build takes it along all the same
					w.private = append(w.private, rel)
				}
			case entry.Type().IsRegular() && wanted(rel, name) && !ignored(rel, false):
				w.files = append(w.files, rel)
			}
		}
	}
	return nil
}

// unread is what the bounds left out.
type unread struct {
	folders int      // not listed
	locked  []string // folders that can't be read
	files   int      // listed and wanted, not read
	large   []string // files beyond maxFile
	read    int
}

// String says it for people, "" for nothing.
func (u *unread) String() string {
	var parts []string
	switch {
	case u.folders > 0:
		parts = append(parts, fmt.Sprintf("%s files read, and %s folders not looked into", thousands(u.read), thousands(u.folders)))
	case u.files > 0:
		parts = append(parts, fmt.Sprintf("%s of %s files read", thousands(u.read), thousands(u.read+u.files)))
	}
	if n := len(u.large); n > 0 {
		slices.Sort(u.large)
		parts = append(parts, fmt.Sprintf("%s is larger than %d MB%s", u.large[0], maxFile>>20, andMore(n)))
	}
	if n := len(u.locked); n > 0 {
		parts = append(parts, fmt.Sprintf("%s can't be read%s", u.locked[0], andMore(n)))
	}
	return strings.Join(parts, "; ")
}

func andMore(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", n-1)
}

func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func entered(name, rel string) bool {
	if name[0] == '.' {
		return inList(ciDirs, rel) || name == ".fly" // where Fly's own launchers put what the image runs
	}
	if inList(skippedDirs, name) {
		// A package may be called build or target: below the sources of Java
		// and Kotlin they are ordinary names.
		return strings.Contains(rel, "src/main/")
	}
	return !inList(testDirs, name)
}

// sourceEnds are the endings of files in which routes may be defined.
const sourceEnds = " .js .mjs .cjs .ts .mts .cts .jsx .tsx .py .rb .ru .ex .exs .go .rs .java .kt .kts .php .cs .cr "

// wanted says whether a file can hold a fact. Minified code and declarations
// hold none.
func wanted(rel, name string) bool {
	if IsConfig(name) || isScript(rel, name) || isManifest(name) {
		return true
	}
	ext := path.Ext(name)
	if !inList(sourceEnds, ext) || strings.HasSuffix(name, ".min.js") || strings.HasSuffix(name, ".d.ts") {
		return false
	}
	return !isTest(rel, name)
}

func isManifest(name string) bool {
	return inList(" pom.xml build.gradle build.gradle.kts application.properties application.yml application.yaml security.yaml package.json pyproject.toml requirements.txt Gemfile mix.exs composer.json deno.json schema.prisma database.yml litefs.yml go.mod Cargo.toml alembic.ini flyway.conf flyway.toml diesel.toml ", name)
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
	if info, err := f.Stat(); err == nil && int64(cap(buffer)) <= info.Size() {
		buffer = make([]byte, min(info.Size(), maxFile)+1) // one more, for the end to be seen
	}
	buffer = buffer[:cap(buffer)]
	n := 0
	for n < maxFile {
		if n == len(buffer) {
			buffer = append(buffer, make([]byte, max(len(buffer), 512))...)
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
