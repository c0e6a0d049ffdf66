package commands

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// longApp is a fly.toml of 2,000 lines, with findings all over.
func longApp() string {
	var b strings.Builder
	b.WriteString(editedApp)
	b.WriteString("\n[processes]\n")
	for i := range 4 {
		fmt.Fprintf(&b, "  group%d = \"bin/worker %d\"\n", i, i)
	}
	for i := range 40 {
		fmt.Fprintf(&b, "\n# Service %d\n[[services]]\n  internal_port = %d\n  protocol = \"tcp\"\n  processes = [\"group%d\"]\n  auto_stop = true\n\n  [[services.ports]]\n    port = %d\n    handlers = [\"tls\"]\n", i, 9000+i, i%4, 20000+i)
	}
	b.WriteString("\n[build.args]\n")
	for n := strings.Count(b.String(), "\n"); n < 2000; n++ {
		fmt.Fprintf(&b, "  SETTING_%d = \"value %d\" # 設定 🚀\n", n, n)
	}
	return b.String()
}

// BenchmarkKeystrokes types 100 letters into a fly.toml of 2,000 lines, and
// tells how long it takes until the findings of each are shown, and what the
// server computed for it, which says more on a busy machine.
func BenchmarkKeystrokes(b *testing.B) {
	app := longApp()
	dir := b.TempDir()
	writeFile(b, filepath.Join(dir, "fly.toml"), app)
	e := openEditor(b, dir)
	e.raw.text.Grow(64 << 20) // else the client pauses to move what it has heard
	u := e.open(filepath.Join(dir, "fly.toml"), app)
	found := len(e.diagnostics(u))
	var took []time.Duration
	for b.Loop() {
		at := strings.Index(e.texts[u], "  force_https")
		for _, letter := range "  # " + strings.Repeat("a letter ", 10) + "\nh2c = 1" {
			began := time.Now()
			e.typed(u, at, string(letter))
			e.diagnostics(u)
			took = append(took, time.Since(began))
			at += len(string(letter))
		}
		e.write(u, app)
		e.diagnostics(u)
	}
	if e.leave() != 0 {
		b.Fatal("the server failed")
	}
	used := e.cmd.ProcessState.UserTime() + e.cmd.ProcessState.SystemTime()
	b.ReportMetric(float64(used.Microseconds())/1000/float64(len(took)), "cpu-ms/keystroke")
	slices.Sort(took)
	b.ReportMetric(float64(found), "findings")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/keystroke-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/keystroke-p99")
}
