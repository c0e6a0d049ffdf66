package fixers_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/view"
)

// At 80 and 100 columns a plan says what it says to its end: a message or a
// reason that is cut is too long.
func TestNothingIsCut(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			target, p := f.target(t), f.plan(t)
			for _, width := range []int{80, 100} {
				var b bytes.Buffer
				if err := view.Human(&b, p, view.Options{File: target.File, Width: width}); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(b.String()) {
					if cut.MatchString(line) {
						t.Errorf("%s is cut in\n%s", strings.TrimSpace(line), &b)
					}
				}
			}
		})
	}
}

var cut = regexp.MustCompile(` …$`)
