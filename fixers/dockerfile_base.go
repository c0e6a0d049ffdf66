package fixers

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/fly-standards/fly-standards/plan"
)

func dockerfileBase() plan.Fixer {
	return plan.Fixer{
		ID:       "dockerfile-base",
		Title:    "the base image is one version, small, and maintained",
		Severity: plan.Info,
		OptIn:    true,
		Doc: `The final stage is built on an image that somebody else maintains. Without a version, with latest or with a major version only, the next
deploy may use a different one. A full distribution adds hundreds of megabytes of tools that the app never calls and that have to be
patched all the same. And a version past its end of life gets no patches at all.

ARGs are resolved with their defaults and with [build.args]. Images number their releases differently: node:22 and debian:13 are release
lines, python:3 is whatever is newest. End-of-life dates are as of November 2026.

Manual fix: name the version and the slim variant, FROM node:24-slim, or a digest that Dependabot or Renovate keeps up to date.`,
		Check: checkDockerfileBase,
	}
}

// majorLines are images whose major version is a maintained line of its own.
const majorLines = " node debian ubuntu postgres eclipse-temurin openjdk amazoncorretto ibm-semeru-runtimes jdk jre almalinux rockylinux fedora oraclelinux temurin elasticsearch static-debian11 static-debian12 "

// withSlim are images that have a slim variant beside the full one.
const withSlim = " node python ruby debian bun rust perl elixir erlang openjdk "

// ends are the dates on which lines end, by image; November 2026.
var ends = map[string]map[string]string{
	"alpine": {"3.9": "2020-11", "3.10": "2021-05", "3.11": "2021-11", "3.12": "2022-05", "3.13": "2022-11", "3.14": "2023-05", "3.15": "2023-11", "3.16": "2024-05", "3.17": "2024-11", "3.18": "2025-05", "3.19": "2025-11", "3.20": "2026-04", "3.21": "2026-11"},
	"debian": {"stretch": "2022-07", "9": "2022-07", "buster": "2024-06", "10": "2024-06", "bullseye": "2026-08", "11": "2026-08"},
	"node":   {"10": "2021-04", "11": "2019-06", "13": "2020-06", "15": "2021-06", "12": "2022-04", "14": "2023-04", "16": "2023-09", "17": "2022-06", "18": "2025-04", "19": "2023-06", "20": "2026-04", "21": "2024-06", "23": "2025-06", "25": "2026-06"},
	"python": {"2.7": "2020-01", "3.6": "2021-12", "3.7": "2023-06", "3.8": "2024-10", "3.9": "2025-10", "3.10": "2026-10"},
	"ruby":   {"2.5": "2021-04", "2.6": "2022-04", "2.7": "2023-03", "3.0": "2024-04", "3.1": "2025-03", "3.2": "2026-03"},
	"php":    {"7.1": "2019-12", "7.2": "2020-11", "7.3": "2021-12", "7.4": "2022-11", "8.0": "2023-11", "8.1": "2025-12"},
	"golang": {"1.16": "2022-03", "1.17": "2022-08", "1.18": "2023-02", "1.19": "2023-08", "1.20": "2024-02", "1.21": "2024-08", "1.22": "2025-02", "1.23": "2025-08", "1.24": "2026-02"},
}

var versionOf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^v?(\d+(?:\.\d+)*)`) })

func checkDockerfileBase(t plan.Target) []plan.Finding {
	image := builtHere(t)
	if image == nil {
		return nil
	}
	ref := image.Base.Text
	name, tag, digest := imageRef(ref)
	if name == "scratch" || digest || strings.Contains(ref, "$") || name == "" {
		return nil
	}
	f := plan.Finding{At: inFile(image.Base), Evidence: []plan.Evidence{image.Base}}
	version := versionOf().FindString(tag)
	switch {
	case ended(name, tag, t.Today) != "":
		f.Message = ref + " is past its end of life (" + ended(name, tag, t.Today) + "): it gets no patches"
	case !strings.ContainsAny(name+tag, "0123456789") && !codename(name, tag):
		f.Message = ref + " has no version: each build may use a different one"
	case !strings.Contains(version, ".") && version != "" && len(version) < 4 && !isOneOf(majorLines, name) && !strings.Contains(name, "jdk") && !strings.Contains(name, "jre"):
		f.Message = ref + " names a major version only: each build may take its newest release"
	case isOneOf(withSlim, name) && full(tag):
		f.Message = ref + " is the full distribution; a slim one exists"
	default:
		return nil
	}
	return []plan.Finding{f}
}

// codename: debian:bookworm and the like.
func codename(name, tag string) bool {
	return (name == "debian" || name == "ubuntu" || name == "buildpack-deps") && tag != "" && !isOneOf(" latest stable slim testing sid unstable rolling devel stable-slim ", tag)
}

func full(tag string) bool {
	for _, small := range []string{"slim", "alpine", "distroless", "nonroot", "bookworm-minimal"} {
		if strings.Contains(tag, small) {
			return false
		}
	}
	return true
}

// ended is the month in which the line of the image ended, "" when it has not
// or nobody knows.
func ended(name, tag string, today time.Time) string {
	lines := ends[name]
	if today.IsZero() || lines == nil {
		return ""
	}
	first, _, _ := strings.Cut(tag, "-")
	parts := strings.Split(first, ".")
	for n := min(2, len(parts)); n > 0; n-- {
		if end := lines[strings.Join(parts[:n], ".")]; end != "" && end < today.Format("2006-01") {
			return end
		}
	}
	return ""
}
