package fixers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShellWords(t *testing.T) {
	for _, tt := range []struct {
		line string
		want []string
		ok   bool
	}{
		{`bin/web  -p 80`, []string{"bin/web", "-p", "80"}, true},
		{`sh -c 'exec "$0" x'`, []string{"sh", "-c", `exec "$0" x`}, true},
		{`a "b \"c\"" d\ e ''`, []string{"a", `b "c"`, "d e", ""}, true},
		{`a'b'"c"`, []string{"abc"}, true},
		{`a#b`, []string{"a#b"}, true},
		{`a # b`, nil, false},
		{`a 'b`, []string{"a", "b"}, false},
		{``, nil, true},
	} {
		got, ok := shellWords(tt.line)
		if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
			t.Errorf("%q: %v, %v (-want +got)\n%s", tt.line, got, ok, diff)
		}
	}
}
