package view

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// A line that is longer than the terminal is wide still shows what changes.
func TestDiffOfALongLine(t *testing.T) {
	const src = "app = \"a\"\nhttp_service = { internal_port = 8080, min_machines_running = 1, auto_start_machines = false } # c\n"
	f, err := flytoml.Parse("fly.toml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	edits := []flytoml.Edit{{Op: flytoml.Set, Path: "http_service.auto_start_machines", Value: "true"}}
	d, err := wholeDiff(f, edits, NewMask(f, func(string, string, string) bool { return false }, nil))
	if err != nil {
		t.Fatal(err)
	}
	got := Style{}.render(d, 60, 0)
	want := []string{
		`       1   app = "a"`,
		`       2 - …tart_machines = false } # c`,
		`         + …tart_machines = true } # c`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wide := strings.Join(Style{}.render(d, 200, 0), "\n")
	if !strings.Contains(wide, "2 - http_service = { internal_port") {
		t.Errorf("a line that fits is shown whole:\n%s", wide)
	}
}
