package fixers

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/plan"
)

func deployBlockers() plan.Fixer {
	return plan.Fixer{
		ID:       "deploy-blockers",
		Title:    "the next deploy does not fail because of the file",
		Severity: plan.Error,
		Doc: `fly config validate accepts these, and fly deploy fails on them, sometimes half-way: a top-level check without a port where no http_service
of its group gives one, or on a port that only another process group serves; a check for a group that isn't there; max_unavailable = 0 and an
unknown release_command_vm.size (both make flyctl panic); an unknown vm.size; memory that can't be read, or that the CPUs don't allow; a GPU,
which Fly has not had since 2026-08-01; a mount without a source; force_https on a port without the handler http; a machine check without a command; a Dockerfile, ignore file, compose file, machine config or
files.local_path that isn't there; and, as a warning, a program beside fly.toml without any Dockerfile, image or builder to build it with.

The fix is the nearest value that works, with consent. build.dockerfile, build.ignorefile and a compose file are looked up relative to fly.toml,
as flyctl does; files.local_path and a machine config relative to the folder where flyctl is started, so one of those counts as missing
only when it is neither beside fly.toml nor above it.

Manual fix: correct the value that the finding names, then fly deploy.`,
		Check: checkDeployBlockers,
	}
}

func checkDeployBlockers(t plan.Target) []plan.Finding {
	c := t.Deployed()
	var out []plan.Finding
	for _, f := range c.Failures() {
		if f.Value.Mistyped() {
			continue // config-shape speaks of it
		}
		found := plan.Finding{Message: blockerMessage(f), At: placeOf(t.File, f.Value.Path(), "")}
		if r := f.Repair; r != nil {
			found.Fix = &plan.Fix{Safety: plan.Review, Why: r.Why, Edits: inShape(c, r.Edits), Costs: f.Raises}
		}
		out = append(out, found)
	}
	return append(append(out, hiddenByVolume(t, c)...), notInTheRepository(t, c)...)
}

// hiddenByVolume are volumes over the folder that the image's app lies in: a new
// one is empty.
func hiddenByVolume(t plan.Target, c *deployed.Config) []plan.Finding {
	var out []plan.Finding
	image := builtHere(t)
	for _, m := range c.Get("mounts").Items() {
		v := m.Key("destination")
		to, _ := v.Str()
		if to = path.Clean(to); to == "/" || image != nil && to == image.AppDir && !strings.HasPrefix(image.Start.Text, "/") {
			out = append(out, plan.Finding{
				Severity: plan.Warning, At: placeOf(t.File, v.Path(), m.Path()), HowTo: "mount it at a folder of its own, such as /data",
				Message: fmt.Sprintf("%s = %q hides what the image has there, and the app starts from it", v.Path(), to),
			})
		}
	}
	return out
}

// notInTheRepository is what a deploy reads from the repository and does not find.
func notInTheRepository(t plan.Target, c *deployed.Config) []plan.Finding {
	if t.Repo == nil {
		return nil
	}
	var out []plan.Finding
	for _, a := range t.Repo.Absent {
		out = append(out, absentFile(t, a))
	}
	deployed := slices.ContainsFunc(t.Repo.Uses, func(u plan.Use) bool { return u.Own && u.Command == "deploy" })
	told := []string{"build.image", "build.dockerfile", "build.builder", "build.buildpacks", "build.builtin", "build.compose", "machine_config", "experimental.machine_config"}
	if around := t.Repo.Around; around != nil && around.Unbuilt != nil && !deployed &&
		!slices.ContainsFunc(told, func(key string) bool { return c.Get(key).Said() }) {
		out = append(out, plan.Finding{
			Severity: plan.Warning, At: placeOf(t.File, "build", ""),
			Message:  "fly deploy has nothing to build: there is no Dockerfile, and fly.toml names no image or builder",
			Evidence: []plan.Evidence{*around.Unbuilt},
			Notes:    []string{"fly launch writes a Dockerfile for most frameworks; with --image or --dockerfile a deploy needs none here"},
		})
	}
	return out
}

// absentFile is a file that is named and isn't there.
func absentFile(t plan.Target, a plan.Absent) plan.Finding {
	f := plan.Finding{At: placeOf(t.File, a.Key, "")}
	who, from := "the next deploy", ""
	if a.FromFile {
		from = " in the folder of fly.toml"
	}
	if u, ok := deploysImage(t); ok && strings.HasPrefix(a.Key, "build.") {
		who, f.Severity, f.Evidence = "a deploy that builds", plan.Info, []plan.Evidence{u.Evidence}
	}
	if a.Made.Line > 0 {
		who, f.Severity, f.Evidence = "a deploy from elsewhere", plan.Info, []plan.Evidence{a.Made}
	}
	f.Message = fmt.Sprintf("%s fails: %s = %q, and there is no such file%s", who, a.Key, textAt(t, a.Key), from)
	if a.There != "" {
		f.Fix = reviewFix("it is most likely "+a.There, setKey(a.Key, a.There))
	}
	return f
}

// deploysImage finds a command of the repository that deploys the file with an
// image that is built elsewhere.
func deploysImage(t plan.Target) (plan.Use, bool) {
	i := slices.IndexFunc(t.Repo.Uses, func(u plan.Use) bool { return u.Own && u.Image && u.Command == "deploy" })
	if i < 0 {
		return plan.Use{}, false
	}
	return t.Repo.Uses[i], true
}

// blockerMessage says what the deploy dies of.
func blockerMessage(f deployed.Failure) string {
	path := f.Value.Path()
	said := path
	if raw := f.Value.Node().Raw(); raw != "" && !strings.ContainsAny(raw, "\r\n") {
		said += " = " + raw
	}
	why := ""
	switch f.Kind {
	case deployed.NoCheckPort:
		return fmt.Sprintf("the next deploy fails: [%s] has no port, and %s no http_service to take it from", path, f.Group)
	case deployed.OtherGroupPort:
		port, _ := f.Value.Key("port").Int()
		return fmt.Sprintf("the next deploy fails: [%s] is for port %d of %s, which only another process group serves", path, port, f.Group)
	case deployed.NoCheckGroup:
		name, _ := f.Value.Str()
		return fmt.Sprintf("no machine gets the check of %s: no process group is called %q", path, name)
	case deployed.NoSource:
		return fmt.Sprintf("the next deploy fails: %s has no source", path)
	case deployed.NoHandler:
		return fmt.Sprintf("the next deploy fails: %s needs %s on that port", path, f.Takes)
	case deployed.NoCommand:
		return fmt.Sprintf("the next deploy fails: %s has no command", path)
	case deployed.NotJSON:
		return fmt.Sprintf("the next deploy fails: %s takes %s", path, f.Takes)
	case deployed.NoGPU:
		return fmt.Sprintf("the next deploy fails: %s; Fly has had no GPUs since 2026-08-01", said)
	case deployed.NoUnavailable:
		why = "flyctl panics during the next deploy"
	case deployed.NoSuchSize:
		if strings.HasPrefix(path, "deploy.") {
			why = "flyctl panics during the next deploy"
		}
	}
	if why == "" {
		why = "the next deploy fails"
	}
	return fmt.Sprintf("%s: %s; it takes %s", why, said, f.Takes)
}
