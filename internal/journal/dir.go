package journal

import (
	"fmt"
	"path/filepath"
	"strings"
)

// DefaultDir is the folder for the journals of all apps: below the user's
// state directory, which is XDG_STATE_HOME or ~/.local/state, on a Mac
// ~/Library/Application Support, on Windows LOCALAPPDATA. A relative
// XDG_STATE_HOME is ignored, as its specification says.
func DefaultDir(getenv func(string) (string, bool), home, goos string) string {
	env := func(name string) string { v, _ := getenv(name); return v }
	state := env("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		state = ""
	}
	if state == "" {
		switch goos {
		case "darwin", "ios":
			state = filepath.Join(home, "Library", "Application Support")
		case "windows":
			state = env("LOCALAPPDATA")
			if state == "" {
				state = filepath.Join(home, "AppData", "Local")
			}
		default:
			state = filepath.Join(home, ".local", "state")
		}
	}
	return filepath.Join(state, "fly-standards")
}

// Dir is the folder of one app below root. Names that Fly would never give
// (in a fly.toml anybody can write anything) can't lead out of root: all but
// small letters, digits, '-', '_' and inner dots is written as %XX. Capitals
// too, as some file systems don't tell them apart, and the first letter of the
// names that are devices on Windows.
func Dir(root, app string) string {
	var b strings.Builder
	for i := range len(app) {
		c := app[i]
		switch {
		case i == 0 && isDevice(app):
			fmt.Fprintf(&b, "%%%02X", c)
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_',
			c == '.' && i > 0 && i < len(app)-1:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	name := b.String()
	if name == "" {
		name = "%" // no app name escapes to this
	}
	if len(name) > 200 { // file systems end at 255
		name = name[:200]
	}
	return filepath.Join(root, name)
}

// isDevice says whether Windows takes a name for a device, whatever follows
// the first dot.
func isDevice(name string) bool {
	name, _, _ = strings.Cut(name, ".")
	switch strings.TrimRight(name, "0123456789") {
	case "con", "prn", "aux", "nul", "com", "lpt":
		return true
	}
	return false
}
