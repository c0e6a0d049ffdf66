package commands

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/live"
)

// readShown reads a regular file; what is wrong with it is said of the name
// that the user gave it.
func readShown(path, shown string, limit int64) ([]byte, error) {
	src, err := atomicfile.ReadRegular(path, limit)
	var refused *atomicfile.RefusedError
	var system *fs.PathError // it names the path that the user did not write, perhaps twice
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		return src, err
	case errors.As(err, &refused):
		return nil, fmt.Errorf("read %s: %s", shown, refused.Reason)
	}
	for errors.As(err, &system) {
		err = system.Err
	}
	return nil, fmt.Errorf("read %s: %w", shown, err)
}

// writeShown writes a file; what keeps it from that is said with doing, which
// has the name that the user gave it.
func writeShown(path, doing string, text []byte, mode fs.FileMode) error {
	err := atomicfile.Write(path, text, atomicfile.Options{Mode: mode})
	var refused *atomicfile.RefusedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return &atomicfile.RefusedError{Path: doing, Reason: refused.Reason, Err: refused.Err}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// postgresError names an app that is a database. One that is updated without
// its own tools can lose its leader, and with it data.
type postgresError struct{ app string }

func (e *postgresError) Error() string {
	return e.app + " is a Postgres cluster; fly-standards changes none: use `fly postgres` for it. Nothing was changed"
}

// refusePostgres says whether the app is a Postgres cluster: by its role, or
// by what its machines are marked with.
func refusePostgres(app *live.App) error {
	if app.Role == "postgres_cluster" {
		return &postgresError{app.Name}
	}
	for _, m := range app.Machines {
		if m.Config.Metadata()["fly-managed-postgres"] == "true" {
			return &postgresError{app.Name}
		}
	}
	return nil
}
