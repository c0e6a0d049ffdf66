package commands

import (
	"fmt"
	"io"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// fromStdin is the --config that means standard input.
const fromStdin = "-"

// buffer is a fly.toml that does not stand on disk as it is read: that of
// standard input, or one that an editor has not saved. It is read as if it
// stood at its path.
type buffer struct {
	path string
	text []byte
}

// readStdin takes fly.toml from standard input for a file named path.
func readStdin(env *Env, path string) (*buffer, error) {
	if path == "" {
		path = "fly.toml"
	}
	text, err := io.ReadAll(io.LimitReader(env.Stdin, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s from standard input: %w", path, err)
	case len(text) > maxFile:
		return nil, fmt.Errorf("read %s from standard input: it is larger than %d KiB", path, maxFile>>10)
	}
	return &buffer{path: path, text: text}, nil
}

// readConfig finds and parses what --config means.
func (o *sourceOptions) readConfig(env *Env) (shown, path string, file *flytoml.File, err error) {
	if o.config == fromStdin && o.buffer == nil {
		return "", "", nil, &usageError{"--config - is for check: the others need the file itself", "name the file: --config PATH"}
	}
	if o.buffer == nil {
		return readFlyToml(env, o.config)
	}
	shown, path = o.buffer.path, env.abs(o.buffer.path)
	file, err = flytoml.Parse(shown, o.buffer.text)
	return shown, path, file, err
}
