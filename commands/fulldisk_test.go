package commands_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/fly-standards/fly-standards/commands"
	"github.com/fly-standards/fly-standards/internal/atomicfile"
)

// brokenDisk refuses one of the calls that write fly.toml.
type brokenDisk struct {
	atomicfile.FS
	create, write error
}

func (d brokenDisk) CreateTemp(dir, pattern string) (atomicfile.File, error) {
	if d.create != nil {
		return nil, d.create
	}
	f, err := d.FS.CreateTemp(dir, pattern)
	return brokenFile{f, d.write}, err
}

type brokenFile struct {
	atomicfile.File
	err error
}

// Write takes half, as a disk does on which that much is left.
func (f brokenFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b[:len(b)/2])
	return n, errors.Join(err, f.err)
}

// A disk that is full, or a folder that nobody may write: fly.toml stays as it
// is, nothing is left beside it, and the reason is said in one line.
func TestFileThatCannotBeWritten(t *testing.T) {
	for name, tc := range map[string]struct {
		disk brokenDisk
		want string
	}{
		"full disk":        {brokenDisk{write: syscall.ENOSPC}, "no space left on device"},
		"read-only folder": {brokenDisk{create: syscall.EACCES}, "its folder can't be written"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			var out, errOut bytes.Buffer
			tc.disk.FS = atomicfile.OS()
			code := commands.Main(context.Background(), &commands.Env{
				Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Width: 80,
				Getenv: func(string) (string, bool) { return "", false },
				Dir:    s.dir, Home: t.TempDir(), GOOS: "linux", Clock: s.clk,
				Replay: &commands.Replay{FS: tc.disk},
			}, []string{"apply", "--yes", "--offline"})
			last := strings.TrimSpace(errOut.String())
			if i := strings.Index(last, "Error: "); i < 0 || !strings.Contains(last[i:], tc.want) {
				t.Errorf("it does not say %q:\n%s", tc.want, last)
			}
			if code != 1 {
				t.Errorf("exit %d", code)
			}
			if strings.Contains(out.String(), "Done.") || s.read("fly.toml") != shopToml {
				t.Errorf("it says done, or fly.toml was changed\n%s", out.String())
			}
			files, err := os.ReadDir(s.dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if strings.HasSuffix(f.Name(), ".tmp") {
					t.Errorf("%s is left", f.Name())
				}
			}
		})
	}
}
