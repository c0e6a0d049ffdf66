package deployed

import (
	"strconv"
	"strings"
)

// Units of sizes: flyctl counts volumes in decimal gigabytes and memory in
// binary megabytes.
const (
	gb  = 1_000_000_000
	mib = 1 << 20
)

// parseSize reads a size as flyctl does (go-units, August 2026): a plain number
// counts whole units; with a suffix (k, m, g, t, p, each also with b or ib) it
// is bytes by powers of base, cut to whole units. One space may stand before
// the suffix.
func parseSize(text string, base float64, unit int64) (int64, bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return int64(n), true
	}
	end := strings.LastIndexAny(text, "0123456789. ")
	if end < 0 {
		return 0, false
	}
	number, suffix := text[:end+1], strings.ToLower(text[end+1:])
	number = strings.TrimSuffix(number, " ")
	size, err := strconv.ParseFloat(number, 64)
	if err != nil || size < 0 {
		return 0, false
	}
	switch {
	case suffix == "" || suffix == "b":
	case len(suffix) == 1 || suffix[1:] == "b" || suffix[1:] == "ib":
		power := strings.IndexByte("kmgtp", suffix[0])
		if power < 0 {
			return 0, false
		}
		for range power + 1 {
			size *= base
		}
	default:
		return 0, false
	}
	return int64(size) / unit, true
}

// gigabytes is a size of a volume.
func gigabytes(text string) (int64, bool) { return parseSize(text, 1000, gb) }

// Megabytes is a size of memory.
func Megabytes(text string) (int64, bool) { return parseSize(text, 1024, mib) }
