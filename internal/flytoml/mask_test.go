package flytoml_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMasked(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		paths          []string
	}{
		{
			"value, comments and copies", "[env]\nKEY = 'hunter22' # hunter22!\nB = \"x-hunter22\"\n",
			"[env]\nKEY = \"(hidden)\" # (hidden)!\nB = \"x-(hidden)\"\n",
			[]string{"env.KEY", "env.NONE", "no path["},
		},
		{
			"URL", "[env]\nDB = \"postgres://app:hunter22@db:5432/app?sslmode=disable\" # hunter22\n",
			"[env]\nDB = \"postgres://app:(hidden)@db:5432/app?(hidden)\" # (hidden)\n",
			[]string{"env.DB"},
		},
		{"URL with a short password", "a = \"x://u:pw@h/\" # x://u:pw@h/\n", "a = \"x://u:(hidden)@h/\" # (hidden)\n", []string{"a"}},
		{"URL whose password has an @", "a = 'x://u:p@ss/w@h/'\n", "a = \"(hidden)\"\n", []string{"a"}},
		{"URL with a token as user", "a = 'https://ghp_abcdefghijklmnop:x@h/'\n", "a = \"(hidden)\"\n", []string{"a"}},
		{
			"several lines", "a = \"\"\"\n-----BEGIN\nabcdefgh\n\"\"\"\n# abcdefgh\nb = 1\n",
			"a = \"\"\"(hidden)\n\n\n\"\"\"\n# (hidden)\nb = 1\n",
			[]string{"a"},
		},
		{"number", "[env]\nPIN = 1234567 # 1234567\nB = 1234567\n", "[env]\nPIN = \"(hidden)\" # (hidden)\nB = (hidden)\n", []string{"env.PIN"}},
		{"short values hide themselves only", "a = 'abc'\nb = 'abc'\n", "a = \"(hidden)\"\nb = 'abc'\n", []string{"a"}},
		{"escaped", "a = \"hun\\tter22\" # hun\tter22\n", "a = \"(hidden)\" # (hidden)\n", []string{"a"}},
		{"table", "[t]\nx = 'secret-1'\ny = ['secret-2']\n", "[t]\nx = \"(hidden)\"\ny = [\"(hidden)\"]\n", []string{"t", "t.x"}},
		{"overlapping", "a = 'abcdefgh'\nb = 'efghijkl'\n# abcdefghijkl\n", "a = \"(hidden)\"\nb = \"(hidden)\"\n# (hidden)\n", []string{"a", "b"}},
		{"nothing", "a = 'abcdefgh'\n", "a = 'abcdefgh'\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, crlf := range []bool{false, true} {
				in, want := c.in, c.want
				if crlf {
					in, want = strings.ReplaceAll(in, "\n", "\r\n"), strings.ReplaceAll(want, "\n", "\r\n")
				}
				f := mustParse(t, in)
				got := f.Masked(c.paths...)
				if diff := cmp.Diff(want, string(got)); diff != "" {
					t.Errorf("crlf %v (-want +got):\n%s", crlf, diff)
				}
				if bytes.Count(got, []byte("\n")) != strings.Count(in, "\n") {
					t.Error("the number of lines changed")
				}
			}
		})
	}
}
