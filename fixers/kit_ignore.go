package fixers

import (
	"path"
	"strings"
)

// namesKey says whether a line of an ignore file is about a private key.
func namesKey(pattern string) bool {
	return strings.HasSuffix(pattern, ".key") || strings.HasSuffix(pattern, ".pem") || strings.HasPrefix(path.Base(pattern), "id_")
}

// namesEnv says whether a line of an ignore file is about an env file.
func namesEnv(pattern string) bool {
	base := path.Base(pattern)
	return strings.HasPrefix(base, ".env") || strings.HasSuffix(base, ".env")
}
