package commands

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

// maxFlyctl is more than any flyctl: it has about 110 MiB.
const maxFlyctl = 512 << 20

// flyctlVersion finds the version in the linker flags that Go keeps in a binary
// (flyctl's .goreleaser.yml sets them, August 2026).
var flyctlVersion = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`internal/buildinfo\.buildVersion=v?([0-9][\w.+-]*)`)
})

// installedFlyctl is the flyctl on the PATH with its version, read off the file:
// nothing is run. Nil where there is none, or it does not say.
func (e *Env) installedFlyctl() *plan.Evidence {
	for _, dir := range filepath.SplitList(e.env("PATH")) {
		for _, name := range []string{"flyctl", "fly", "flyctl.exe", "fly.exe"} {
			path := filepath.Join(dir, name)
			info, err := os.Stat(path)
			if dir == "" || err != nil || !info.Mode().IsRegular() || info.Size() > maxFlyctl {
				continue
			}
			built, err := buildinfo.ReadFile(path)
			if err != nil || built.Path != "github.com/superfly/flyctl" {
				continue
			}
			for _, s := range built.Settings {
				if m := flyctlVersion().FindStringSubmatch(s.Value); s.Key == "-ldflags" && m != nil {
					return &plan.Evidence{File: filepath.ToSlash(path), Text: m[1]}
				}
			}
			return nil
		}
	}
	return nil
}

// asks says whether a rule is named by the user.
func (s *source) asks(o *sourceOptions, rule string) bool {
	return slices.Contains(o.rules, rule) || s.enabled[rule]
}
