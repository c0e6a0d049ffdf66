package repo

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxIndex bounds git's index: of a hundred thousand files it has some ten
// megabytes.
const maxIndex = 64 << 20

// tracked are the files that git keeps, from the root of the repository and
// sorted; nil when that can't be told. A file that is ignored and tracked all
// the same is as much a part of the repository as any other.
func tracked(root string) []string {
	dir := filepath.Join(root, ".git")
	if info, err := os.Lstat(dir); err != nil {
		return nil
	} else if info.Mode().IsRegular() { // a worktree or a submodule: "gitdir: PATH"
		text, _ := readInto(nil, dir)
		to, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
		if !ok {
			return nil
		}
		if dir = to; !filepath.IsAbs(dir) {
			dir = filepath.Join(root, dir)
		}
	}
	name := filepath.Join(dir, "index")
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxIndex {
		return nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return parseIndex(data)
}

// parseIndex reads the names of an index of version 2, 3 or 4 (git's
// index-format, 2026). It gives nil for anything else.
func parseIndex(data []byte) []string {
	const header, fixed = 12, 62
	if len(data) < header || string(data[:4]) != "DIRC" {
		return nil
	}
	version, count := binary.BigEndian.Uint32(data[4:]), int(binary.BigEndian.Uint32(data[8:]))
	if version < 2 || version > 4 || count > len(data)/fixed {
		return nil
	}
	names, at, last := make([]string, 0, count), header, ""
	for range count {
		start := at
		if at+fixed > len(data) {
			return nil
		}
		flags := binary.BigEndian.Uint16(data[at+60:])
		at += fixed
		if flags&0x4000 != 0 { // extended flags
			at += 2
		}
		keep := 0
		if version == 4 {
			strip, n := varint(data[min(at, len(data)):])
			if n == 0 || strip > len(last) {
				return nil
			}
			at, keep = at+n, len(last)-strip
		}
		end := bytes.IndexByte(data[min(at, len(data)):], 0)
		if end < 0 {
			return nil
		}
		last = last[:keep] + string(data[at:at+end])
		names = append(names, last)
		at += end + 1
		if version < 4 { // padded to eight bytes, with at least one NUL
			at = start + (at-start+7)/8*8
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// varint is the number form of version 4: seven bits a byte, each step adding
// one.
func varint(data []byte) (value, n int) {
	for n < len(data) && n < 5 {
		c := data[n]
		n++
		value = value<<7 | int(c&0x7f)
		if c&0x80 == 0 {
			return value, n
		}
		value++
	}
	return 0, 0
}

// has says whether a sorted list holds name, or something below it.
func has(list []string, name string, isDir bool) bool {
	if !isDir {
		_, found := slices.BinarySearch(list, name)
		return found
	}
	n, _ := slices.BinarySearch(list, name+"/")
	return n < len(list) && strings.HasPrefix(list[n], name+"/")
}
