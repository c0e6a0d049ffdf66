package plan

import "testing"

// TestEditLines changes the lines that are named, and no other byte.
func TestEditLines(t *testing.T) {
	replace := LineEdit{File: "f", Line: 2, Old: "b", New: "B"}
	add := LineEdit{File: "f", New: "z"}
	for _, c := range []struct {
		name, text, want string
		edits            []LineEdit
	}{
		{"a line", "a\nb\nc\n", "a\nB\nc\n", []LineEdit{replace}},
		{"windows", "a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\nz\r\n", []LineEdit{replace, add}},
		{"no final newline", "a\nb", "a\nB\nz\n", []LineEdit{replace, add}},
		{"a byte order mark", "\ufeffa\nb\n", "\ufeffa\nB\n", []LineEdit{replace}},
		{"no file yet", "", "z\n", []LineEdit{add}},
		{"both kinds of ends", "a\nb\r\nc", "a\nB\r\nc", []LineEdit{replace}},
		{"bytes that are no text", "a\nb\n\xff\x00\n", "a\nB\n\xff\x00\n", []LineEdit{replace}},
	} {
		got, err := EditLines([]byte(c.text), c.edits)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	for name, e := range map[string]LineEdit{
		"another line": {Line: 1, Old: "b", New: "B"}, "behind the end": {Line: 9, Old: "b", New: "B"}, "two lines": {New: "a\nb"},
	} {
		if got, err := EditLines([]byte("a\nb\n"), []LineEdit{e}); err == nil {
			t.Errorf("%s: no error, but %q", name, got)
		}
	}
}
