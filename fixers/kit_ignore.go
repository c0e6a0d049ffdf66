package fixers

import (
	"path"
	"strings"
)

// namesEnv says whether a line of an ignore file is about an env file.
func namesEnv(pattern string) bool {
	base := path.Base(pattern)
	return strings.HasPrefix(base, ".env") || strings.HasSuffix(base, ".env")
}
