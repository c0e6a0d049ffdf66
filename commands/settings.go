package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/regions"
	"github.com/fly-standards/fly-standards/internal/settings"
	"github.com/fly-standards/fly-standards/plan"
)

// loadSettings reads .fly-standards.toml and merges the flags into it.
func (s *source) loadSettings(env *Env, o *sourceOptions) error {
	all := fixers.All()
	set := &settings.File{}
	if shown, path := settingsPath(env, o.settings, s.path); path != "" {
		src, err := readShown(path, "settings "+shown, maxFile)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read settings %s: there is no such file", shown)
		}
		if err != nil {
			return err
		}
		if set, err = settings.Parse(filepath.ToSlash(shown), src, s.settingsOptions(env, all)); err != nil {
			return err
		}
	}
	s.target.Settings, s.disabled, s.enabled, s.regionAt = set.Settings, set.Disabled, set.Enabled, set.RegionAt
	if len(o.regions) > 0 {
		s.target.Settings.Regions, s.target.Settings.RegionsFrom = o.regions, "--regions"
	}
	if o.maxUnavailable != "" {
		s.target.Settings.MaxUnavailable = o.maxUnavailable
	} else if s.target.Settings.MaxUnavailable == "" {
		s.target.Settings.MaxUnavailable = fileMaxUnavailable(s.target.File)
	}
	s.fixers = withSeverity(all, set.Severity)
	return nil
}

func (s *source) settingsOptions(env *Env, all []plan.Fixer) settings.Options {
	return settings.Options{
		Rules: ruleIDs(all), Dir: env.Dir, FlyToml: s.path,
		Read: func(path string) ([]byte, error) { return atomicfile.ReadRegular(path, maxFile) },
	}
}

// settingsPath is the file of --settings, or the one beside fly.toml, or the
// one at the root of the repository; "" when there is none.
func settingsPath(env *Env, flag, flyToml string) (shown, path string) {
	if flag != "" {
		return flag, env.abs(flag)
	}
	dir := filepath.Dir(flyToml)
	for {
		path := filepath.Join(dir, settings.Name)
		root := exists(filepath.Join(dir, ".git"))
		if dir == filepath.Dir(flyToml) || root {
			if exists(path) {
				if rel, err := filepath.Rel(env.Dir, path); err == nil && !strings.HasPrefix(rel, "..") {
					return rel, path
				}
				return path, path
			}
		}
		if root || dir == filepath.Dir(dir) {
			return "", ""
		}
		dir = filepath.Dir(dir)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// checkRegions refuses a region that Fly does not have, wherever it was asked
// for: by the platform's list when the app was looked at, else by our own.
func (s *source) checkRegions(o *sourceOptions) error {
	var list []live.Region
	if s.target.App != nil {
		list = s.target.App.Regions
	}
	for _, code := range o.regions {
		if why := regions.Refused(code, list); why != "" {
			return &usageError{"--regions: " + why, "`fly platform regions` lists them"}
		}
	}
	for _, code := range slices.Concat(s.target.Settings.Regions, s.target.Settings.Suggested) {
		if why := regions.Refused(code, list); why != "" && s.regionAt[code] != "" {
			return &usageError{s.regionAt[code] + ": " + why, "`fly platform regions` lists them"}
		}
	}
	return nil
}

// fileMaxUnavailable is deploy.max_unavailable of fly.toml where it makes
// sense; flyctl refuses the others.
func fileMaxUnavailable(f *flytoml.File) string {
	n, ok := f.Get("deploy.max_unavailable")
	if !ok || n.Kind() != flytoml.Integer && n.Kind() != flytoml.Float {
		return ""
	}
	if _, err := plan.AtOnce(n.Raw(), 1); err != nil {
		return ""
	}
	return n.Raw()
}

// withSeverity gives rules the severity that the settings ask for.
func withSeverity(all []plan.Fixer, want map[string]plan.Severity) []plan.Fixer {
	if len(want) == 0 {
		return all
	}
	out := slices.Clone(all)
	for i, f := range out {
		severity, ok := want[f.ID]
		if !ok {
			continue
		}
		out[i].Severity = severity
		out[i].Check = func(t plan.Target) []plan.Finding {
			found := f.Check(t)
			for i := range found {
				found[i].Severity = severity
			}
			return found
		}
	}
	return out
}
