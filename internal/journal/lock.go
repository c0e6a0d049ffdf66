package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Holder is who works on an app on this machine.
type Holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	Doing string    `json:"doing"` // "apply", "undo"
}

// HeldError says that somebody else works on the app.
type HeldError struct {
	App string
	Holder
}

// Error implements error.
func (e *HeldError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	doing := "works on " + e.App
	if e.Doing != "" {
		doing = "runs fly-standards " + e.Doing + " for " + e.App
	}
	since := ""
	if !e.Since.IsZero() {
		since = ", since " + e.Since.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return who + " " + doing + " on this computer" + since
}

// errHeld is what lockFile gives when another process has the lock.
var errHeld = errors.New("the lock is held")

// Running tells who works on an app on this computer just now; nil: nobody.
// It makes no file. It holds the lock for an instant where a process that was
// killed has left the file behind.
func Running(root, app string) *HeldError {
	path := filepath.Join(Dir(root, app), "lock")
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return nil
	}
	f, err := lockFile(path)
	if err == nil {
		unlockFile(f)
		_ = f.Close()
	}
	if !errors.Is(err, errHeld) {
		return nil
	}
	return heldBy(path, app)
}

func heldBy(path, app string) *HeldError {
	held := &HeldError{App: app}
	if raw, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(raw, &held.Holder) // not written yet: then nobody knows who
	}
	return held
}

// Lock keeps other processes of this computer from working on an app until
// unlock is called. The system takes it back when the process ends, however it
// ends. The error is a *HeldError when somebody has it. A file system that has
// no locks gives none, and no error: leases on the machines remain.
func Lock(root, app string, me Holder) (unlock func(), err error) {
	dir := Dir(root, app)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock app %s: %w", app, err)
	}
	if err := private(dir); err != nil {
		return nil, fmt.Errorf("lock app %s: %w", app, err)
	}
	path := filepath.Join(dir, "lock")
	f, err := lockFile(path)
	if errors.Is(err, errHeld) {
		return nil, heldBy(path, app)
	}
	if err != nil {
		return nil, fmt.Errorf("lock app %s: %w", app, err)
	}
	raw, err := json.Marshal(me)
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt(raw, 0)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock app %s: %w", app, err)
	}
	return func() { _ = f.Truncate(0); unlockFile(f); _ = f.Close() }, nil
}
