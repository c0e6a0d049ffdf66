package fly

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/secret"
)

// A server that repeats a value may do so in its own manner.
func TestHideInEveryManner(t *testing.T) {
	const value = "p@ss word/Canary+7d1f&x"
	b64 := base64.StdEncoding
	for name, said := range map[string]string{
		"as it is": value, "upper": strings.ToUpper(value), "lower": strings.ToLower(value), "a part": value[:12],
		"base64": b64.EncodeToString([]byte(value)), "base64 within": b64.EncodeToString([]byte("x" + value + "yz")), "base64 within, by two": b64.EncodeToString([]byte("xy" + value)),
		"base64 url": base64.RawURLEncoding.EncodeToString([]byte(value)), "hex": hex.EncodeToString([]byte(value)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(value))),
		"query": url.QueryEscape(value), "path": url.PathEscape(value),
	} {
		got := hide("invalid value "+said+" of X", []secret.Value{secret.New(value)}, 6)
		if strings.Contains(got, said) || !strings.Contains(got, "(hidden)") || !strings.HasPrefix(got, "invalid value ") || !strings.HasSuffix(got, " of X") {
			t.Errorf("%s: %q", name, got)
		}
	}
}
