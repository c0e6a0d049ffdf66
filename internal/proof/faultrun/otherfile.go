package faultrun

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// otherFile is a file of the repository besides fly.toml that an apply edits:
// .gitignore, which lacks a line. Nil bytes: there is none.
type otherFile struct{ before, after []byte }

// drawOther puts some worlds into a repository. It draws from numbers of its
// own, so that the rest of a seed stays what it was.
func (w *world) drawOther() error {
	r := rand.New(rand.NewPCG(w.seed, 0x6f74686572))
	if r.IntN(4) > 0 {
		return nil
	}
	w.other = &otherFile{after: []byte(".env\n")}
	if text := []string{"", "*.log\n", "*.log", "*.log\r\ntmp/\r\n"}[r.IntN(4)]; text != "" {
		end := "\n"
		if strings.Contains(text, "\r\n") {
			end = "\r\n"
		}
		w.other.before = []byte(text)
		w.other.after = []byte(strings.TrimSuffix(text, end) + end + ".env" + end)
	}
	if err := os.Mkdir(filepath.Join(w.dir, ".git"), 0o755); err != nil {
		return err
	}
	files := map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".env.example": "TOKEN=\n"}
	if w.other.before != nil {
		files[".gitignore"] = string(w.other.before)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) otherPath() string { return filepath.Join(w.dir, ".gitignore") }

// readOther gives nil where there is no such file.
func (w *world) readOther() []byte {
	b, err := os.ReadFile(w.otherPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	w.must(err)
	return append([]byte{}, b...)
}

// checkOther: at every instant the file is what it was or what was planned.
func (w *world) checkOther(when string) {
	if w.other == nil {
		return
	}
	if b := w.readOther(); !same(b, w.other.before) && !same(b, w.other.after) {
		w.fail("promise 1: .gitignore is %q %s", b, when)
	}
}

// otherIs: by now it has to be just that.
func (w *world) otherIs(want func(*otherFile) []byte, when string) {
	if w.other == nil {
		return
	}
	if b, want := w.readOther(), want(w.other); !same(b, want) {
		w.fail(".gitignore is %q %s, and not %q", b, when, want)
	}
}

func otherBefore(o *otherFile) []byte { return o.before }
func otherAfter(o *otherFile) []byte  { return o.after }

// same tells no file from an empty one.
func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }
