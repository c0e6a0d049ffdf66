package apply

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/plan"
)

// Deps is all that Run touches.
type Deps struct {
	// Machines and Secrets are both nil offline: then only a plan that edits
	// the file alone can be carried out.
	Machines Machines
	Secrets  Secrets
	File     FileSystem
	Others   OtherFiles // nil: a plan that edits other files can't be carried out
	Clock    clock.Clock
	Journal  *journal.Journal // nil: none is kept
	Emit     func(Event)      // nil: nobody listens; called on Run's own goroutine
	// Abort, when closed, means leave now: leases are released and nothing
	// else is begun or waited for. Cancelling Run's context, which comes
	// first, finishes the machine in hand. Must be closed, not sent to.
	Abort <-chan struct{}
	Options

	// LateSecrets: secrets were stored a moment ago, by another run, and may
	// not have reached every host: each update waits for the newest ones.
	LateSecrets bool
	// Asked are machines that earlier runs asked for a moment ago, and that Fly may
	// create yet.
	Asked []PastClone

	// Secret says whether a text holds a secret value of the file, wherever it
	// stands there; such a text is not written down. Nil: only the env entries
	// that leave the file are known.
	Secret func(text string) bool

	// Without makes the plan again, from the same look at the world, with the fix
	// held back that adds these checks. Nil: a check that does not pass takes
	// everything back.
	Without func([]plan.Tried) (*plan.Plan, error)
	// Hide takes secrets out of words of the app; nil takes out nothing.
	Hide func(string) string

	undoOf     string // journal of the apply that is taken back; "" for an apply
	undoPartly bool
}

// Options are the user's.
type Options struct {
	// MaxUnavailable is how many started machines of a group may be away at
	// one time, as plan.AtOnce reads it; "" is a third.
	MaxUnavailable string
	// WaitTimeout bounds every wait for one machine; 0 is 5 minutes.
	WaitTimeout time.Duration
	// NoRollback leaves the machines alone that are healthy with the change
	// when another one is not.
	NoRollback bool
	// NoRestart carries out secrets and the file only.
	NoRestart bool
	// Batch is what the runs of one `apply --all` have in common; "" for a single
	// one.
	Batch string
}

const defaultWaitTimeout = 5 * time.Minute

// FileSystem is the one file of the plan.
type FileSystem interface {
	// Read gives the present bytes.
	Read() ([]byte, error)
	// Write replaces them as a whole, or not at all.
	Write(data []byte) error
}

// maxFile is more than any fly.toml; the parser takes less.
const maxFile = 4 << 20

type onDisk struct {
	path string
	fs   atomicfile.FS // nil: the real one
}

// OnDisk is the file at path.
func OnDisk(path string) FileSystem { return onDisk{path: path} }

// OnDiskVia is the file at path, written through other system calls, for a
// simulation that makes one of them fail.
func OnDiskVia(path string, fs atomicfile.FS) FileSystem { return onDisk{path, fs} }

// writable is what a FileSystem may have besides: why Write would be refused.
// It is asked before anything is done, because a file that turns out to be
// read-only after the secrets were stored leaves half a migration.
type writable interface{ Writable() error }

// othersWritable is the same of OtherFiles.
type othersWritable interface{ Writable(file string) error }

// located is a FileSystem that knows where its file is: from the root, as the
// same relative name means another file in another folder.
type located interface{ Where() string }

func (p onDisk) Where() string { return p.path }

func (p onDisk) Writable() error { return atomicfile.Writable(p.path) }

func (p onDisk) Read() ([]byte, error) { return atomicfile.ReadRegular(p.path, maxFile) }

func (p onDisk) Write(data []byte) error {
	return atomicfile.Write(p.path, data, atomicfile.Options{FS: p.fs})
}

// OtherFiles are the files of the repository besides fly.toml, by their path
// from its folder, with slashes.
type OtherFiles interface {
	// Read gives the present bytes; fs.ErrNotExist where there is no such file.
	Read(file string) ([]byte, error)
	// Write replaces the file as a whole or not at all, or makes it.
	Write(file string, data []byte) error
	// Remove takes away a file that a run had made.
	Remove(file string) error
}

type othersOnDisk struct {
	dir string
	fs  atomicfile.FS
}

// OthersOnDisk are the files around the folder of fly.toml. via replaces the
// system calls of a write, as in OnDiskVia; nil: the real ones.
func OthersOnDisk(dir string, via atomicfile.FS) OtherFiles { return othersOnDisk{dir, via} }

func (o othersOnDisk) path(file string) (string, error) {
	if !filepath.IsLocal(filepath.FromSlash(withoutUps(file))) {
		return "", fmt.Errorf("%s: it is not a path of the repository", file)
	}
	return filepath.Join(o.dir, filepath.FromSlash(file)), nil
}

// withoutUps takes the way up from the folder of fly.toml off a path: below
// what is left of it no further step up is meant.
func withoutUps(file string) string {
	for len(file) > 3 && file[:3] == "../" {
		file = file[3:]
	}
	return file
}

func (o othersOnDisk) Read(file string) ([]byte, error) {
	path, err := o.path(file)
	if err != nil {
		return nil, err
	}
	return atomicfile.ReadRegular(path, maxFile)
}

func (o othersOnDisk) Writable(file string) error {
	path, err := o.path(file)
	if err != nil {
		return err
	}
	return atomicfile.Writable(path)
}

func (o othersOnDisk) Write(file string, data []byte) error {
	path, err := o.path(file)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, data, atomicfile.Options{FS: o.fs})
}

func (o othersOnDisk) Remove(file string) error {
	path, err := o.path(file)
	if err != nil {
		return err
	}
	return atomicfile.Remove(path, atomicfile.Options{FS: o.fs})
}
