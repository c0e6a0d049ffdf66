package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
)

const suffix = ".jsonl"

// stampLayout is the time in an id, in UTC.
const stampLayout = "20060102T150405Z"

// limit of a journal: 1000 machines with a config of 16 KiB each are 16 MiB.
const limit = 256 << 20

// Read gives the entries of a journal file. A last line without its end was
// torn by a crash and is left out: what it would have told had not begun
// (an intent) or must be looked up again (the others). Any other damage is an
// error, with the entries before it.
func Read(path string) ([]Entry, error) {
	raw, err := atomicfile.ReadRegular(path, limit)
	if err != nil {
		return nil, err
	}
	return parse(path, raw)
}

func parse(path string, raw []byte) ([]Entry, error) {
	var entries []Entry
	for n := 1; ; n++ {
		line, rest, complete := bytes.Cut(raw, []byte("\n"))
		if !complete {
			return entries, nil
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return entries, fmt.Errorf("read journal %s, line %d: %w", path, n, err)
		}
		if e.Seq != n {
			return entries, fmt.Errorf("read journal %s, line %d: it is entry %d", path, n, e.Seq)
		}
		entries, raw = append(entries, e), rest
	}
}

// List gives the paths of an app's journals, oldest first; none when there is
// no folder.
func List(root, app string) ([]string, error) {
	return list(Dir(root, app))
}

func list(dir string) ([]string, error) {
	if err := private(dir); err != nil {
		return nil, err
	}
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, f := range files {
		if f.Type().IsRegular() && strings.HasSuffix(f.Name(), suffix) && isID(f.Name()) {
			paths = append(paths, filepath.Join(dir, f.Name()))
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return byAge(filepath.Base(a), filepath.Base(b)) })
	return paths, nil
}

// isID says whether a file's name is one that a journal gets: somebody's copy
// beside it is no run.
func isID(name string) bool {
	stamp, _ := stampOf(name)
	_, err := time.Parse(stampLayout, stamp)
	return err == nil
}

// byAge sorts ids: the second, then the number of the apply in that second.
func byAge(a, b string) int {
	stampA, nA := stampOf(a)
	stampB, nB := stampOf(b)
	if c := strings.Compare(stampA, stampB); c != 0 {
		return c
	}
	if len(nA) != len(nB) {
		return len(nA) - len(nB)
	}
	return strings.Compare(nA, nB)
}

// stampOf takes the name of a journal apart; number is "" for the first one of
// its second.
func stampOf(name string) (stamp, number string) {
	name = strings.TrimSuffix(name, suffix)
	if i := strings.LastIndex(name, "Z-"); i >= 0 {
		return name[:i+1], name[i+2:]
	}
	return name, ""
}
