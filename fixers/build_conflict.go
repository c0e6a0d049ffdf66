package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func buildConflict() plan.Fixer {
	return plan.Fixer{
		ID:       "build-conflict",
		Title:    "the image is built in one way",
		Severity: plan.Warning,
		Doc: `[build] takes one way to the image: an image, a builder with its buildpacks, a builtin, or a Dockerfile. With several of them
flyctl warns and one of them wins, which a reader of the file can't see.

builder names a buildpacks image. builder = "dockerfile" is no builder: flyctl would look for an image of that name. Without the key
flyctl uses the Dockerfile.

By hand: keep one of image, builder, builtin and dockerfile.`,
		Check: checkBuildConflict,
	}
}

func checkBuildConflict(t plan.Target) []plan.Finding {
	build, ok := t.File.Get("build")
	if !ok || build.Kind() != flytoml.Table {
		return nil
	}
	var out []plan.Finding
	builder, _ := str(build, "builder")
	noBuilder := slices.Contains([]string{"dockerfile", "docker"}, strings.ToLower(builder))
	if noBuilder {
		n, _ := build.Key("builder")
		out = append(out, plan.Finding{
			Message: fmt.Sprintf("builder = %q is no builder: the key names a buildpacks image", builder),
			At:      placeOf(t.File, n.Path(), ""),
			Fix: &plan.Fix{
				Safety: plan.Review, Why: "the next deploy builds with the Dockerfile, as the key seems to mean",
				Edits: []flytoml.Edit{{Op: flytoml.Remove, Path: n.Path()}},
			},
		})
	}
	var ways []string
	for _, key := range []string{"image", "builder", "builtin", "dockerfile"} {
		if v, ok := str(build, key); ok && v != "" && !(key == "builder" && noBuilder) {
			ways = append(ways, key)
		}
	}
	if len(ways) > 1 {
		out = append(out, plan.Finding{
			Message: "[build] has more than one way to the image: " + strings.Join(ways, ", "),
			At:      placeOf(t.File, build.Path(), ""),
			Notes:   []string{"keep the one that the app is built with today; flyctl uses one and says nothing of the others"},
		})
	}
	return out
}
