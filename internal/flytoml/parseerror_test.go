package flytoml

import (
	"errors"
	"testing"
)

// TestLineOfAnErrorInAnArray shows the key of a `key = value` that stands in
// an array, and nothing of what may be the middle of a string.
func TestLineOfAnErrorInAnArray(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"key in an array", "processes = [\n  web = \"bin/rails server\"\n]\n", "  web = (hidden)"},
		{"string in an array", "list = [\n  \"canary=\" x\n]\n", "(hidden)"},
		{"middle of a string", "[env]\nX = \"\"\"\ncanary = \x01\n\"\"\"\n", "(hidden)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("fly.toml", []byte(tt.src))
			var p *ParseError
			if !errors.As(err, &p) || p.Text != tt.want {
				t.Errorf("got %#v, want the line %q", err, tt.want)
			}
		})
	}
}
