package flytoml

import "testing"

// What stands above an entry goes with it only when it speaks of nothing else.
func TestRemoveLeavesOthersWords(t *testing.T) {
	for _, c := range []struct{ name, before, removed, cut string }{
		{"its own", "[env]\n  # the orders\n  KEY = \"v\" # prod\n", "[env]\n", "[env]\n  # the orders\n"},
		{"an older value of it", "[env]\n  # KEY = \"old\"\n  KEY = \"v\"\n", "[env]\n", "[env]\n  # KEY = \"old\"\n"},
		{"another entry", "[env]\n  # OTHER = \"v\"\n  KEY = \"v\"\n", "[env]\n  # OTHER = \"v\"\n", "[env]\n  # OTHER = \"v\"\n"},
		{"another entry, then its own", "[env]\n  # ask ops\n  #OTHER = \"v\"\n  # the orders\n  KEY = \"v\"\n", "[env]\n  # ask ops\n  #OTHER = \"v\"\n", "[env]\n  # ask ops\n  #OTHER = \"v\"\n  # the orders\n"},
		{"a heading of several", "[env]\n  # the orders\n  KEY = \"v\"\n  PORT = \"8080\"\n", "[env]\n  # the orders\n  PORT = \"8080\"\n", "[env]\n  # the orders\n  PORT = \"8080\"\n"},
	} {
		f, err := Parse("fly.toml", []byte(c.before))
		if err != nil {
			t.Fatal(err)
		}
		for op, want := range map[Op]string{Remove: c.removed, Cut: c.cut} {
			got, err := f.Apply(Edit{Op: op, Path: "env.KEY"})
			if err != nil || string(got.Bytes()) != want {
				t.Errorf("%s, %s: %v\n got %q\nwant %q", c.name, op, err, got.Bytes(), want)
			}
		}
	}
}
