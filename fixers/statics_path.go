package fixers

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func staticsPath() plan.Fixer {
	return plan.Fixer{
		ID:       "statics-path",
		Title:    "guest_path of [[statics]] is a folder that the image can have",
		Severity: plan.Warning,
		Doc: `With [[statics]], Fly's proxy serves the files of guest_path itself, from a copy that it takes when a machine is made. When the image has no
such folder, nothing is served: the requests go to the app, or get a 404.

The rule reads the Dockerfile. It reports a folder that no WORKDIR, COPY, ADD, VOLUME or mount of the final stage can create and that no
RUN or start command names, when the base image is that of a language or a distribution, which has no app in it.

Manual fix: correct guest_path, or copy the files there.`,
		Check: checkStaticsPath,
	}
}

// plainBases are images that hold no app: a folder of one comes from the Dockerfile.
const plainBases = " node python ruby golang alpine debian ubuntu scratch elixir erlang rust bun deno openjdk eclipse-temurin amazoncorretto distroless static base slim " +
	"bitnami node-lts dotnet aspnet runtime sdk swift crystal busybox "

func checkStaticsPath(t plan.Target) []plan.Finding {
	image := builtHere(t)
	if image == nil {
		return nil
	}
	if name, _, _ := imageRef(image.Base.Text); !isOneOf(plainBases, name) {
		return nil
	}
	var out []plan.Finding
	for _, item := range t.Deployed().Get("statics").Items() {
		v := item.Key("guest_path")
		guest, ok := v.Str()
		if bucket, _ := item.Key("tigris_bucket").Str(); !ok || bucket != "" || !strings.HasPrefix(guest, "/") || guest == "/" {
			continue
		}
		folders, named := imageFolders(t, image, path.Clean(guest))
		if named || slices.ContainsFunc(folders, func(f string) bool {
			return covered(path.Clean(guest), []string{f}) || covered(f, []string{path.Clean(guest)})
		}) {
			continue
		}
		out = append(out, plan.Finding{
			Message: fmt.Sprintf("%s = %q is not a folder that the image can have", v.Path(), guest), At: placeOf(t.File, v.Path(), item.Path()),
			Evidence: []plan.Evidence{{File: image.From.File, Line: image.From.Line, Text: "the final stage has " + strings.Join(folders, ", ")}},
			HowTo:    "correct guest_path, or copy the files there in the Dockerfile",
		})
	}
	return out
}

// imageFolders are the folders that the final stage makes, and those of the
// file's mounts; named says that something else speaks of the guest path, so that
// it may be there.
func imageFolders(t plan.Target, image *plan.Image, guest string) (folders []string, named bool) {
	add := func(folder string) {
		if folder = path.Clean(folder); !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	top := guest
	for strings.Count(top, "/") > 2 { // /usr/app of /usr/app/client/dist
		top = path.Dir(top)
	}
	workdir := "/"
	for _, in := range image.Runs {
		text := strings.Join(in.Args, " ")
		switch in.Name {
		case "WORKDIR":
			if strings.Contains(text, "$") {
				return nil, true
			}
			workdir = resolved(workdir, text)
			add(workdir)
		case "COPY", "ADD":
			if len(in.Args) < 2 || strings.Contains(in.Args[len(in.Args)-1], "$") {
				return nil, true
			}
			add(resolved(workdir, in.Args[len(in.Args)-1]))
		case "VOLUME", "RUN", "CMD", "ENTRYPOINT", "ENV", "ONBUILD":
			if strings.Contains(text, top) {
				return nil, true
			}
		}
	}
	for _, m := range t.Deployed().Get("mounts").Items() {
		if folder, ok := m.Key("destination").Str(); ok {
			add(folder)
		}
	}
	return folders, len(folders) == 0
}

func resolved(workdir, folder string) string {
	if strings.HasPrefix(folder, "/") {
		return path.Clean(folder)
	}
	return path.Join(workdir, folder)
}
