package linepatch_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/linepatch"
)

const (
	before = "app = 1\n\n[env]\n  TOKEN = \"held-secret\"\n\n[http]\n  port = 8080\n  old = true\n"
	after  = "app = 1\n\n[env]\n  TOKEN = \"held-secret\"\n\n[http]\n  port = 8080\n  new = true\n\n  [[checks]]\n    path = \"/\"\n"
)

func patch(t *testing.T, after, before string) *linepatch.Patch {
	t.Helper()
	p, err := linepatch.New([]byte(after), []byte(before))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "held-secret") {
		t.Errorf("a line that stays is in it: %s", raw)
	}
	var again linepatch.Patch
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	return &again
}

func TestThereAndBack(t *testing.T) {
	for _, c := range []struct{ after, before string }{
		{after, before},
		{"", "a\n"},
		{"a\n", ""},
		{"a", "a\n"},
		{"a\nb", "a\n"},
		{"a\r\nb\r\n", "a\r\n"},
		{"x\nx\nx\n", "x\nx\n"},
		{"same\n", "same\n"},
	} {
		p := patch(t, c.after, c.before)
		got, err := p.Apply([]byte(c.after))
		if err != nil || string(got) != c.before {
			t.Errorf("%q: got %q, %v", c.after, got, err)
		}
		if got, err := p.Merge([]byte(c.after)); err != nil || string(got) != c.before {
			t.Errorf("%q merged: got %q, %v", c.after, got, err)
		}
	}
}

func TestApplyTakesNothingElse(t *testing.T) {
	p := patch(t, after, before)
	for _, text := range []string{"", before, after + "\n", strings.Replace(after, "8080", "9090", 1)} {
		if got, err := p.Apply([]byte(text)); !errors.Is(err, linepatch.ErrTouched) {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func TestMerge(t *testing.T) {
	edit := func(old, new string) string { return strings.Replace(after, old, new, 1) }
	want := func(old, new string) string { return strings.Replace(before, old, new, 1) }
	for _, c := range []struct{ name, now, want string }{
		{"above", edit("app = 1\n", "# mine\napp = 2\n"), want("app = 1\n", "# mine\napp = 2\n")},
		{"a line less above", edit("app = 1\n", ""), want("app = 1\n", "")},
		{"taken back by hand", before, before},
		{"taken back by hand, and edited above", strings.Replace(before, "app = 1", "app = 2", 1), want("app = 1", "app = 2")},
		{"our line edited", edit("new = true", "new = false"), ""},
		{"beside ours", edit("port = 8080", "port = 9090"), ""},
		{"behind ours", after + "# the end\n", ""},
		{"half of ours gone", edit("    path = \"/\"\n", ""), ""},
		{"ours moved to the top", "\n  [[checks]]\n    path = \"/\"\n" + edit("\n  [[checks]]\n    path = \"/\"\n", ""), ""},
		{"other line ends", strings.ReplaceAll(after, "\n", "\r\n"), ""},
		{"another file", "hello\n", ""},
		{"emptied", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := patch(t, after, before).Merge([]byte(c.now))
			if c.want == "" {
				if !errors.Is(err, linepatch.ErrTouched) {
					t.Errorf("got %q, %v", got, err)
				}
				return
			}
			if diff := cmp.Diff(c.want, string(got)); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		})
	}
}

// Two hunks, with lines added and removed before and between them.
func TestMergeSeveralHunks(t *testing.T) {
	before := "a\nb\nc\nd\ne\nf\ng\nh\ni\n"
	after := "a\nB\nc\nd\ne\nf\ng\nH\nh\ni\n"
	now := "0\na\nB\nc\n1\n2\ne\nf\ng\nH\nh\ni\n"
	got, err := patch(t, after, before).Merge([]byte(now))
	if diff := cmp.Diff("0\na\nb\nc\n1\n2\ne\nf\ng\nh\ni\n", string(got)); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestDamagedPatch(t *testing.T) {
	p := patch(t, after, before)
	p.Hunks = append(p.Hunks, linepatch.Hunk{From: 90, To: 99, Text: "x\n"})
	if _, err := p.Apply([]byte(after)); err == nil {
		t.Error("Apply took it")
	}
	if _, err := p.Merge([]byte(after)); err == nil {
		t.Error("Merge took it")
	}
}
