package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/journal"
)

func TestLockNamesItsHolder(t *testing.T) {
	root := t.TempDir()
	unlock, err := journal.Lock(root, "shop", journal.Holder{PID: 4711, Since: noon, Doing: "apply"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = journal.Lock(root, "shop", journal.Holder{PID: 1})
	var held *journal.HeldError
	if !errors.As(err, &held) {
		t.Fatalf("the second lock: %v", err)
	}
	want := "process 4711 runs fly-standards apply for shop on this computer, since 2026-11-23 12:00:00 UTC"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	other, err := journal.Lock(root, "other-app", journal.Holder{PID: 1})
	if err != nil {
		t.Errorf("another app is locked as well: %v", err)
	} else {
		other()
	}
	unlock()
	again, err := journal.Lock(root, "shop", journal.Holder{PID: 2, Since: noon})
	if err != nil {
		t.Fatalf("after the unlock: %v", err)
	}
	again()
	if paths, err := journal.List(root, "shop"); err != nil || len(paths) != 0 {
		t.Errorf("the lock is taken for a journal: %v, %v", paths, err)
	}
}

// A file that a dead process left behind keeps nobody out.
func TestLockAfterCrash(t *testing.T) {
	root := t.TempDir()
	dir := journal.Dir(root, "shop")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "lock"), []byte(`{"pid": 4711, "doing": "apply", "and": "much more text than a new one has ................................"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	unlock, err := journal.Lock(root, "shop", journal.Holder{PID: 5, Since: noon, Doing: "undo"})
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := journal.Lock(root, "shop", journal.Holder{}); err == nil || !strings.Contains(err.Error(), "process 5 runs fly-standards undo") {
		t.Errorf("got %v", err)
	}
}

// What did not come to its end, or can't be read, is kept: nothing else tells of it.
func TestPruneKeepsTheUnfinished(t *testing.T) {
	root, clk := t.TempDir(), clock.NewVirtual(noon)
	var want []string
	for i := range 6 {
		j := journal.New(root, "a", clk)
		if err := j.Append(journal.Begin, "", nil); err != nil {
			t.Fatal(err)
		}
		if i != 1 {
			if err := j.Append(journal.End, "", nil); err != nil {
				t.Fatal(err)
			}
		}
		if i <= 1 || i >= 3 {
			want = append(want, j.Path())
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if i == 0 { // damaged: for a person to look at
			if err := os.WriteFile(j.Path(), []byte("{\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := clk.Sleep(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if err := journal.Prune(root, "a", 3); err != nil {
		t.Fatal(err)
	}
	got, err := journal.List(root, "a")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
