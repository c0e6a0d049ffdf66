//go:build unix

package atomicfile

import "testing"

// That a rename will be refused must be known before anything rests on it.
func TestStickyRefuses(t *testing.T) {
	for _, c := range []struct {
		me, dir, file int
		want          bool
	}{
		{1000, 0, 1001, true}, {1000, 0, 1000, false}, {1000, 1000, 1001, false}, {0, 5, 6, false},
	} {
		if got := stickyRefuses(c.me, c.dir, c.file); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}
