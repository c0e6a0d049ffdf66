package atomicfile_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
)

func put(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// alone fails when anything but the named files is left in dir.
func alone(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(names) {
		t.Errorf("%d files in the folder, want %d: %v", len(entries), len(names), entries)
	}
}

func TestWriteReplacesAndKeepsMode(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "fly.toml")
	put(t, path, "old", 0o640)
	if err := atomicfile.Write(path, []byte("new\r\n"), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, path); got != "new\r\n" {
		t.Errorf("file is %q", got)
	}
	if err := atomicfile.Writable(path); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		t.Errorf("mode is %v, want 0640", info.Mode())
	}
	alone(t, dir, "fly.toml")
}

func TestWriteCreatesWithMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new")
	if err := atomicfile.Write(path, []byte("x"), atomicfile.Options{Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, want 0600", info.Mode())
	}
}

func TestWriteKeepsSymlink(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	real := filepath.Join(other, "real.toml")
	put(t, real, "old", 0o644)
	link := filepath.Join(dir, "fly.toml")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(link, []byte("new"), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, real); got != "new" {
		t.Errorf("the target is %q", got)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v %v", info, err)
	}
	alone(t, dir, "fly.toml")
	alone(t, other, "real.toml")
}

func TestWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	readOnly := filepath.Join(dir, "ro.toml")
	put(t, readOnly, "old", 0o444)
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), dangling); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, path, want string }{
		{"read-only file", readOnly, "it is read-only"},
		{"folder", dir, "it is a folder, not a file"},
		{"dangling link", dangling, "it is a broken symbolic link"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := atomicfile.Write(c.path, []byte("new"), atomicfile.Options{})
			var refused *atomicfile.RefusedError
			if !errors.As(err, &refused) || refused.Reason != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if err := atomicfile.Writable(c.path); !errors.As(err, &refused) || refused.Reason != c.want {
				t.Errorf("Writable gives %v, want %q", err, c.want)
			}
		})
	}
	if got := get(t, readOnly); got != "old" {
		t.Errorf("the read-only file is %q", got)
	}
}

// failing makes one system call fail.
type failing struct {
	atomicfile.FS
	call string
}

var errInjected = errors.New("injected")

func (f failing) fail(call string) error {
	if f.call == call {
		return errInjected
	}
	return nil
}

func (f failing) TryOpen(path string) error {
	return errors.Join(f.fail("tryopen"), f.FS.TryOpen(path))
}

func (f failing) CreateTemp(dir, pattern string) (atomicfile.File, error) {
	if err := f.fail("createtemp"); err != nil {
		return nil, err
	}
	file, err := f.FS.CreateTemp(dir, pattern)
	return failingFile{file, f}, err
}

func (f failing) Rename(from, to string) error {
	if err := f.fail("rename"); err != nil {
		return err
	}
	return f.FS.Rename(from, to)
}

func (f failing) SyncDir(dir string) error { return errors.Join(f.fail("syncdir"), f.FS.SyncDir(dir)) }

type failingFile struct {
	atomicfile.File
	fs failing
}

func (f failingFile) Write(b []byte) (int, error) {
	if err := f.fs.fail("write"); err != nil {
		n, _ := f.File.Write(b[:len(b)/2]) // a full disk takes a part
		return n, err
	}
	return f.File.Write(b)
}

func (f failingFile) Chmod(m fs.FileMode) error {
	return errors.Join(f.fs.fail("chmod"), f.File.Chmod(m))
}
func (f failingFile) Sync() error  { return errors.Join(f.fs.fail("sync"), f.File.Sync()) }
func (f failingFile) Close() error { return errors.Join(f.fs.fail("close"), f.File.Close()) }

func TestWriteFailingCallLeavesOldBytes(t *testing.T) {
	for _, call := range []string{"tryopen", "createtemp", "write", "chmod", "sync", "close", "rename", "syncdir"} {
		t.Run(call, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "fly.toml")
			put(t, path, "old bytes", 0o644)
			err := atomicfile.Write(path, []byte("new bytes"), atomicfile.Options{FS: failing{atomicfile.OS(), call}})
			if !errors.Is(err, errInjected) {
				t.Fatalf("got %v", err)
			}
			want := "old bytes"
			if call == "syncdir" { // the rename has happened; only its lasting is not sure
				want = "new bytes"
			}
			if got := get(t, path); got != want {
				t.Errorf("file is %q, want %q", got, want)
			}
			alone(t, dir, "fly.toml")
		})
	}
}

// Only a regular file is removed, and for good.
func TestRemove(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "f"), filepath.Join(dir, "link")
	put(t, path, "x", 0o644)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	var refused *atomicfile.RefusedError
	for _, other := range []string{link, dir} {
		if err := atomicfile.Remove(other, atomicfile.Options{}); !errors.As(err, &refused) {
			t.Errorf("%s: got %v", other, err)
		}
	}
	if err := atomicfile.Remove(path, atomicfile.Options{FS: failing{atomicfile.OS(), "syncdir"}}); !errors.Is(err, errInjected) {
		t.Errorf("got %v", err)
	}
	alone(t, dir, "link")
}

func TestReadRegular(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	put(t, path, "12345", 0o644)
	if b, err := atomicfile.ReadRegular(path, 5); err != nil || !bytes.Equal(b, []byte("12345")) {
		t.Errorf("got %q, %v", b, err)
	}
	var refused *atomicfile.RefusedError
	if _, err := atomicfile.ReadRegular(path, 4); !errors.As(err, &refused) {
		t.Errorf("too large: got %v", err)
	}
	if _, err := atomicfile.ReadRegular(dir, 4); !errors.As(err, &refused) {
		t.Errorf("folder: got %v", err)
	}
	if _, err := atomicfile.ReadRegular(filepath.Join(dir, "none"), 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: got %v", err)
	}
}
