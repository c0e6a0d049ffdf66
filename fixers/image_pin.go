package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func imagePin() plan.Fixer {
	return plan.Fixer{
		ID:       "image-pin",
		Title:    "build.image names one version of the image",
		Severity: plan.Warning,
		Doc: `With image under [build], flyctl deploys an image that somebody else builds. Without a tag, with latest or with a major version only,
the next deploy takes whatever the tag points to that day: two deploys of one commit differ, and nothing says what ran before.

flyctl resolves the tag when it deploys, and the machines keep that digest until the next deploy. Only you know which version is
right, so nothing is changed; when the app can be read, the digest that runs now is shown.

Manual fix: name a whole version, image = "ghost:5.82.2", or a digest, image = "ghost@sha256:...".`,
		Check: checkImagePin,
	}
}

func checkImagePin(t plan.Target) []plan.Finding {
	image := textAt(t, "build.image")
	if image == "" || strings.Contains(image, "@") || strings.ContainsAny(image, "${}") {
		return nil
	}
	_, tag, _ := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	f := plan.Finding{At: placeOf(t.File, "build.image", "build"), HowTo: "name a whole version or a digest in build.image"}
	switch {
	case tag == "":
		f.Message = fmt.Sprintf("image = %q has no tag, which means latest: each deploy may run another image", image)
	case slices.Contains([]string{"latest", "main", "master", "edge", "nightly"}, tag):
		f.Message = fmt.Sprintf("image = %q moves: each deploy may run another image", image)
	case majorOnly(tag):
		f.Severity = plan.Info
		f.Message = fmt.Sprintf("image = %q names a major version only: a deploy takes its newest release", image)
	default:
		return nil
	}
	if t.App != nil {
		for _, m := range t.App.Machines {
			if seen := "runs now: " + m.Image; strings.Contains(m.Image, "@sha256:") && !slices.Contains(f.Evidence, plan.Evidence{Text: seen}) {
				f.Evidence = append(f.Evidence, plan.Saw(seen)...)
			}
		}
	}
	return []plan.Finding{f}
}

// majorOnly says whether a tag is 16 or v2: such a tag moves with each release.
// A longer number is a build or a date, which does not.
func majorOnly(tag string) bool {
	digits := strings.TrimPrefix(tag, "v")
	return digits != "" && len(digits) < 4 && !strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
}
