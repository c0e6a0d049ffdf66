package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func buildConflict() plan.Fixer {
	return plan.Fixer{
		ID:       "build-conflict",
		Title:    "there is one way to build the image",
		Severity: plan.Warning,
		Doc: `[build] names one way to get the image: an image, a builder with its buildpacks, a builtin, or a Dockerfile. With several, flyctl
warns and picks one, and a reader of the file can't see which.

builder names a buildpacks image. builder = "dockerfile" is not a builder: flyctl would look for an image of that name. Without the
key, flyctl uses the Dockerfile.

A builder and its buildpacks are one way, and so are a Dockerfile and the target in it.

Manual fix: keep one of image, builder, builtin and dockerfile.`,
		Check: checkBuildConflict,
	}
}

func checkBuildConflict(t plan.Target) []plan.Finding {
	var out []plan.Finding
	builder := textAt(t, "build.builder")
	noBuilder := slices.Contains([]string{"dockerfile", "docker"}, strings.ToLower(builder))
	if noBuilder {
		key := t.Deployed().Get("build.builder").Path()
		out = append(out, plan.Finding{
			Message: fmt.Sprintf("builder = %q is not a builder: the key names a buildpacks image", builder),
			At:      placeOf(t.File, key, ""),
			Fix:     reviewFix("the next deploy builds with the Dockerfile, as the key seems to mean", removal(key)),
		})
	}
	ways := buildWays(t, noBuilder)
	if len(ways) > 1 {
		out = append(out, plan.Finding{
			Message: "[build] names more than one way to build the image: " + strings.Join(ways, ", "),
			At:      placeOf(t.File, "build", ""),
			Notes:   []string{"keep the one that builds the app today; flyctl uses one and silently ignores the others"},
		})
	}
	return out
}

// buildWays are the ways to the image that the file names, counted as flyctl
// counts them (BuildStrategies, August 2026).
func buildWays(t plan.Target, noBuilder bool) []string {
	build := t.Deployed().Get("build")
	var ways []string
	said := func(way string, keys ...string) {
		for _, key := range keys {
			text, _ := build.Key(key).Str()
			list, _ := build.Key(key).Strs()
			if text != "" && !(key == "builder" && noBuilder) || len(list) > 0 {
				ways = append(ways, way)
				return
			}
		}
	}
	said("image", "image")
	said("builder", "builder", "buildpacks")
	said("dockerfile", "dockerfile", "build-target")
	said("builtin", "builtin")
	return ways
}
