package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// The file's own wait_timeout counts, as fly deploy has it, and a flag over it.
// What no machine can become healthy in is refused, or passed over.
func TestWaitTimeout(t *testing.T) {
	for _, c := range []struct {
		file string
		flag []string
		want time.Duration // that a machine may take; 0: refused
	}{
		{"", nil, 5 * time.Minute},
		{`wait_timeout = "40s"`, nil, 40 * time.Second},
		{`wait_timeout = "10m"`, nil, 10 * time.Minute},
		{`wait_timeout = "40s"`, []string{"--wait-timeout", "2m"}, 2 * time.Minute},
		{`wait_timeout = 300`, nil, 5 * time.Minute},
		{"", []string{"--wait-timeout", "9s"}, 0},
		{"", []string{"--wait-timeout", "-1s"}, 0},
	} {
		t.Run(c.file+strings.Join(c.flag, " "), func(t *testing.T) {
			s := newShop(t)
			for _, m := range s.app.Machines() {
				m.Behave(flysim.UnhealthyAfterUpdate) // what may get better: nothing listens
			}
			if c.file != "" {
				s.write("fly.toml", s.read("fly.toml")+"\n[deploy]\n  "+c.file+"\n")
			}
			args := append([]string{"apply", "--yes", "--rule", "health-checks"}, c.flag...)
			if c.want == 0 {
				s.says(s.must(1, args...), "must be at least 15s")
				return
			}
			s.says(s.must(4, args...), "its checks did not pass within "+strings.TrimSuffix(c.want.String(), "0s"))
		})
	}
}
