package flyschema

import (
	"strconv"
	"strings"
)

// NewerThan says whether a version of flyctl is from a later month than the
// tables here, so that it may know keys that they don't have. flyctl's versions
// are dates ("2026.11.24", "v2026.11.24-dev.1"); those before 2025 weren't, and
// are older.
func NewerThan(version string) bool {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	if len(parts) < 3 {
		return false
	}
	year, err1 := strconv.Atoi(parts[0])
	month, err2 := strconv.Atoi(parts[1])
	asOfYear, asOfMonth, _ := strings.Cut(AsOf, "-")
	y, err3 := strconv.Atoi(asOfYear)
	m, err4 := strconv.Atoi(asOfMonth)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || month < 1 || month > 12 {
		return false
	}
	return year > y || year == y && month > m
}
