package journal_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/journal"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestAppendThenRead(t *testing.T) {
	root := filepath.Join(t.TempDir(), "state", "fly-standards")
	j := journal.New(root, "my-app", clock.NewVirtual(noon))
	if _, err := os.Stat(root); err == nil {
		t.Fatal("a folder was made before anything was appended")
	}
	for _, e := range []struct {
		kind journal.Kind
		step string
		data any
	}{
		{journal.Begin, "", map[string]string{"app": "my-app"}},
		{journal.Intent, "machine-1", nil},
		{journal.Done, "machine-1", map[string]int{"version": 2}},
	} {
		if err := j.Append(e.kind, e.step, e.data); err != nil {
			t.Fatal(err)
		}
	}
	path := j.Path()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := journal.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []journal.Entry{
		{Seq: 1, Time: noon, Kind: journal.Begin, Data: json.RawMessage(`{"app":"my-app"}`)},
		{Seq: 2, Time: noon, Kind: journal.Intent, Step: "machine-1"},
		{Seq: 3, Time: noon, Kind: journal.Done, Step: "machine-1", Data: json.RawMessage(`{"version":2}`)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for path, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700, root: 0o700} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s is %v, want %v", path, got, want)
		}
	}
}

func TestTwoInOneSecondAndOrder(t *testing.T) {
	root := filepath.Join(t.TempDir(), "Z-1")
	clk := clock.NewVirtual(noon)
	if err := os.MkdirAll(journal.Dir(root, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(journal.Dir(root, "a"), "mine.jsonl"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 12 {
		if i == 11 {
			if err := clk.Sleep(t.Context(), time.Second); err != nil {
				t.Fatal(err)
			}
		}
		j := journal.New(root, "a", clk)
		if err := j.Append(journal.Begin, "", nil); err != nil {
			t.Fatal(err)
		}
		want = append(want, j.Path())
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := journal.List(root, "a")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err := journal.List(root, "never-seen"); err != nil || got != nil {
		t.Errorf("an app without journals: %v, %v", got, err)
	}
}

// A clock that was put back must not make an older run the last one.
func TestOrderWhenTheClockGoesBack(t *testing.T) {
	root := t.TempDir()
	var want []string
	for i, at := range []time.Duration{time.Hour, 0, -24 * time.Hour, 30 * time.Minute, 2 * time.Hour} {
		j := journal.New(root, "a", clock.NewVirtual(noon.Add(at)))
		for _, kind := range []journal.Kind{journal.Begin, journal.End} {
			if err := j.Append(kind, "", nil); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want, j.Path())
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if i == 2 { // a number that is free again is not taken
			if err := journal.Prune(root, "a", 1); err != nil {
				t.Fatal(err)
			}
			want = want[2:]
		}
	}
	got, err := journal.List(root, "a")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadTornAndDamaged(t *testing.T) {
	line := func(n string) string { return `{"seq":` + n + `,"time":"2026-11-23T12:00:00Z","kind":"done"}` }
	cases := []struct {
		name, text string
		entries    int
		err        string
	}{
		{"empty", "", 0, ""},
		{"torn in the middle", line("1") + "\n" + line("2")[:20], 1, ""},
		{"torn before the end of line", line("1") + "\n" + line("2"), 1, ""},
		{"damaged inside", line("1") + "\n!\n" + line("3") + "\n", 1, "line 2"},
		{"entry missing", line("1") + "\n" + line("3") + "\n", 1, "it is entry 3"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.jsonl")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := journal.Read(path)
			if len(got) != c.entries {
				t.Errorf("%d entries, want %d", len(got), c.entries)
			}
			switch {
			case c.err == "" && err != nil:
				t.Error(err)
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
				t.Errorf("error is %v, want %q", err, c.err)
			}
		})
	}
}

// After a failed write nothing is appended any more, so that no entry can
// follow a hole.
// broken fails at one system call.
type broken struct {
	journal.FS
	call string
}

type brokenFile struct {
	journal.File
	call string
}

var errBroken = errors.New("no space left on device")

func (b broken) Create(path string) (journal.File, error) {
	f, err := b.FS.Create(path)
	return brokenFile{f, b.call}, err
}

func (b broken) SyncDir(dir string) error {
	if b.call == "syncdir" {
		return errBroken
	}
	return b.FS.SyncDir(dir)
}

func (f brokenFile) Write(b []byte) (int, error) {
	if f.call == "write" {
		return 0, errBroken
	}
	return f.File.Write(b)
}

func (f brokenFile) Sync() error {
	if f.call == "sync" {
		return errBroken
	}
	return f.File.Sync()
}

// What is not on the disk for sure, its name in the folder too, is an error: nothing
// may be done that rests on it.
func TestAppendSaysWhatIsNotOnTheDisk(t *testing.T) {
	for _, call := range []string{"write", "sync", "syncdir"} {
		j := journal.NewVia(t.TempDir(), "a", clock.NewVirtual(noon), broken{journal.OS(), call})
		if err := j.Append(journal.Begin, "", nil); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", call, err)
		}
	}
}

func TestAppendAfterFailure(t *testing.T) {
	j := journal.New(t.TempDir(), "a", clock.NewVirtual(noon))
	if err := j.Append(journal.Begin, "", nil); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(journal.Intent, "s", func() {}); err == nil {
		t.Fatal("data that is no JSON was taken")
	}
	if err := j.Append(journal.Done, "s", nil); err == nil {
		t.Error("an entry was appended after a failed one")
	}
	if got, err := journal.Read(j.Path()); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestNilJournal(t *testing.T) {
	var j *journal.Journal
	if err := j.Append(journal.Begin, "", nil); err != nil || j.ID() != "" || j.Path() != "" || j.Close() != nil {
		t.Error("a nil journal is not silent")
	}
}

func TestDefaultDir(t *testing.T) {
	cases := []struct {
		name, goos string
		env        map[string]string
		want       string
	}{
		{"linux", "linux", nil, "/home/u/.local/state/fly-standards"},
		{"xdg", "linux", map[string]string{"XDG_STATE_HOME": "/s"}, "/s/fly-standards"},
		{"relative xdg", "linux", map[string]string{"XDG_STATE_HOME": "s"}, "/home/u/.local/state/fly-standards"},
		{"mac", "darwin", nil, "/home/u/Library/Application Support/fly-standards"},
		{"windows", "windows", map[string]string{"LOCALAPPDATA": "/c/local"}, "/c/local/fly-standards"},
		{"windows, bare", "windows", nil, "/home/u/AppData/Local/fly-standards"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			getenv := func(k string) (string, bool) { v, ok := c.env[k]; return v, ok }
			got := filepath.ToSlash(journal.DefaultDir(getenv, "/home/u", c.goos))
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestDirStaysInside(t *testing.T) {
	seen := map[string]string{}
	for _, app := range []string{"", ".", "..", "../x", "a/b", `a\b`, "a.b", "my-app", "%", "C:", "a", "A", "a.", "con", "%63on", "com1.x", "nul", "ä", "a\x00b", strings.Repeat("../", 200)} {
		dir := journal.Dir("/r", app)
		if filepath.ToSlash(filepath.Dir(dir)) != "/r" {
			t.Errorf("app %q leads to %s", app, dir)
		}
		if base := filepath.Base(dir); len(base) > 255 || strings.HasSuffix(base, ".") || base == "con" || base == "nul" || strings.HasPrefix(base, "com1") {
			t.Errorf("app %q has a folder that a system can't have: %s", app, dir)
		}
		dir = strings.ToLower(dir)
		if other, ok := seen[dir]; ok {
			t.Errorf("apps %q and %q share %s", app, other, dir)
		}
		seen[dir] = app
	}
}
