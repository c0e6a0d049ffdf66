package fixers

import (
	"regexp"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

func dockerfileStages() plan.Fixer {
	return plan.Fixer{
		ID:       "dockerfile-stages",
		Title:    "build tools are not in the final image",
		Severity: plan.Info,
		OptIn:    true,
		Doc: `Compilers, build tools and development dependencies in the final stage make the image larger and each deploy slower, and give an
intruder tools to work with.

The rule looks at the final stage and the stages that it is built FROM: a compiler's own image, packages such as build-essential that
the same RUN does not remove again, and JavaScript development dependencies that are installed there or copied in.

Manual fix: build in a separate stage, and COPY --from=build only what runs. For JavaScript: npm ci --omit=dev, or npm prune --omit=dev before the
copy.`,
		Check: checkDockerfileStages,
	}
}

// compilerImages are those that exist to build.
const compilerImages = " golang rust crystal gradle maven sdk swift haskell gcc sbt "

var compilers = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:apt-get|apt|apk|yum|dnf|microdnf)\b[^;&|]*\b(?:install|add)\b[^;&|]*\s(build-essential|build-base|gcc|g\+\+|clang|cmake|make|musl-dev)\b`)
})

func checkDockerfileStages(t plan.Target) []plan.Finding {
	image := builtHere(t)
	if image == nil {
		return nil
	}
	name, tag, _ := imageRef(image.Base.Text)
	say := func(message string, e plan.Evidence) []plan.Finding {
		return []plan.Finding{{Message: message, At: inFile(e), Evidence: []plan.Evidence{e}}}
	}
	if isOneOf(compilerImages, name) || strings.Contains(tag, "-jdk") || strings.Contains(name, "jdk") && !strings.Contains(tag, "jre") {
		return say("the final stage is built on "+image.Base.Text+", a build image", image.Base)
	}
	for _, step := range image.Runs {
		text := strings.Join(step.Args, " ")
		if m := compilers().FindStringSubmatch(text); step.Name == "RUN" && m != nil && !strings.Contains(text, "purge") && !strings.Contains(text, "apk del") && !strings.Contains(text, "autoremove") {
			return say(m[1]+" stays in the final stage", step.Evidence)
		}
	}
	for _, e := range around(t).DevStages {
		return say("development dependencies reach the final stage", e)
	}
	return nil
}
