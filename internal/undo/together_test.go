package undo

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsTheSameIsSaidOnce(t *testing.T) {
	var few, lots together
	few.add("a1", "as before")
	few.add("b2", "gone")
	few.add("c3", "as before")
	for i := range 9 {
		lots.add(fmt.Sprintf("m%d", i), "as before")
	}
	if diff := cmp.Diff([]string{"machines a1 and c3: as before", "machine b2: gone"}, few.lines("machine", "machines")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"9 machines m0, m1, m2, m3, m4 and 4 more: as before"}, lots.lines("machine", "machines")); diff != "" {
		t.Error(diff)
	}
	var names together
	names.add("TOKEN", "a secret of the app")
	if diff := cmp.Diff([]string{"TOKEN: a secret of the app"}, names.lines("", "")); diff != "" {
		t.Error(diff)
	}
}
