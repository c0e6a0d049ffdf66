package commands

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

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

// readFlyToml finds and parses the file that --config means.
func readFlyToml(env *Env, config string) (shown, path string, file *flytoml.File, err error) {
	shown = config
	if shown == "" {
		shown = "fly.toml"
	}
	path = env.abs(shown)
	for range 2 { // also a folder of that name in the folder
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			shown, path = filepath.Join(shown, "fly.toml"), filepath.Join(path, "fly.toml")
		}
	}
	if ext := filepath.Ext(path); ext == ".json" || ext == ".yaml" || ext == ".yml" {
		return "", "", nil, notSupported(shown)
	}
	src, err := readShown(path, shown, maxFile)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return "", "", nil, missing(shown, path, config != "")
	}
	if err != nil {
		return "", "", nil, err
	}
	file, err = flytoml.Parse(shown, src)
	return shown, path, file, err
}

// missing tells what is there instead of fly.toml, as flyctl also reads JSON
// and YAML. named: somebody named the file.
func missing(shown, path string, named bool) error {
	if _, err := os.Lstat(path); err == nil {
		return &noFileError{shown + " is a broken symbolic link"}
	}
	for _, other := range []string{"fly.json", "fly.yaml", "fly.yml"} {
		if filepath.Base(path) != "fly.toml" {
			break
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), other)); err == nil {
			return notSupported(filepath.Join(filepath.Dir(shown), other))
		}
	}
	if info, err := os.Stat(filepath.Dir(path)); err == nil && info.IsDir() && filepath.Base(filepath.Dir(path)) == "fly.toml" {
		return &noFileError{filepath.Dir(shown) + " is a folder, not a file"}
	}
	if named {
		return &noFileError{fmt.Sprintf("there is no %s: --config takes the path of fly.toml, or of its folder", shown)}
	}
	return &noFileError{fmt.Sprintf("there is no %s here: run this in the folder of one, or name it with --config "+
		"(`fly config save -a APP` writes the one of an app)", shown)}
}

func notSupported(shown string) error {
	return &noFileError{fmt.Sprintf("%s: only fly.toml is supported, not its JSON and YAML forms", shown)}
}
