package repo

import (
	"cmp"
	"path"
	"strings"
)

// What of the build context reaches the image.

// reached are the paths of the context that a path of a stage is made of; p ""
// is all of the stage.
func (im *image) reached(s *stage, p string, depth int, seen map[*stage]bool) []reach {
	if depth > 10 || seen[s] && p == "" {
		return nil
	}
	seen[s] = seen[s] || p == ""
	var out []reach
	for _, c := range s.allCopies() {
		inner, ok := c.holds(p)
		if !ok || installed(inner) || installed(c.dst) {
			continue
		}
		if c.from == "" {
			in := strings.TrimPrefix(path.Clean("/"+inner), "/")
			if inner != c.src && im.compiled { // what it is called says nothing of its source
				return im.reached(s, "", depth+1, seen)
			}
			out = append(out, reach{cmp.Or(in, "."), inner != c.src})
		} else if from := im.stage(c.from); from != nil && from != s {
			below := im.reached(from, inner, depth+1, seen)
			if len(below) == 0 {
				below = im.reached(from, "", depth+1, seen) // made there, of whatever is there
			}
			out = append(out, below...)
		}
	}
	return out
}

// reach is a path of the build context that is in the image, or of which
// something was made that is.
type reach struct {
	path string
	made bool
}

// installed: what package managers bring is nobody's source.
func installed(p string) bool {
	return strings.Contains(p, "node_modules") || strings.Contains(p, "site-packages") || strings.HasSuffix(p, ".venv") || strings.HasSuffix(p, "/venv") || strings.HasPrefix(p, "/etc/ssl") || strings.HasPrefix(p, "/etc/passwd") || strings.Contains(p, "ca-certificates") || strings.Contains(p, "zoneinfo")
}

// holds says which source path the path p of the image comes from.
func (c copied) holds(p string) (string, bool) {
	switch {
	case p == "" || p == "/" || p == c.dst || strings.HasPrefix(c.dst, strings.TrimSuffix(p, "/")+"/"):
		return c.src, true
	case c.dst == "/" || strings.HasPrefix(p, strings.TrimSuffix(c.dst, "/")+"/"):
		rest := strings.TrimPrefix(p, strings.TrimSuffix(c.dst, "/"))
		if path.Ext(c.src) != "" && !strings.HasSuffix(c.src, "/") && path.Base(c.src) == path.Base(c.dst) {
			return "", false // a file has nothing below it
		}
		if c.from == "" {
			return strings.TrimPrefix(path.Join("/"+c.src, rest), "/"), true
		}
		return path.Join(c.src, rest), true
	}
	return "", false
}
