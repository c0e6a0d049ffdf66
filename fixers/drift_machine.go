package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// mountDifferences: a deploy replaces a machine whose volume the file doesn't
// have, or has under another name; the new machine has another volume or none.
func mountDifferences(t plan.Target, m live.Machine) []difference {
	n, found := t.File.Get("mounts")
	if !found {
		n, _ = t.File.Get("mount")
	}
	var source, path string
	var at flytoml.Node
	for _, item := range n.Items() {
		if at.Kind() == flytoml.Invalid && slices.Contains(groupsOrDefault(t.File, strs(item, "processes")), m.Group()) {
			source, _ = str(item, "source")
			path, _ = str(item, "destination")
			at = item
		}
	}
	mounts := m.Config.Mounts()
	wants := at.Kind() == flytoml.Table
	switch {
	case !wants && len(mounts) == 0:
		return nil
	case !wants:
		return []difference{{
			rank: dataGone, key: "mounts", keep: fmt.Sprintf("[[mounts]] with source = %q and destination = %q", mounts[0].Name, mounts[0].Path),
			text: fmt.Sprintf("the next deploy replaces the machines of %s by ones without a volume: %s live, no mount in the file", m.Group(), mounts[0].Path),
		}}
	case len(mounts) == 0:
		return []difference{{rank: other, key: at.Path(), text: fmt.Sprintf("%s: a mount of %q in the file, no volume live; the machines are replaced", m.Group(), source)}}
	}
	have := mounts[0]
	switch {
	case have.Name != "" && source != have.Name:
		return []difference{{
			rank: dataGone, key: at.Path() + ".source", table: at.Path(), keep: fmt.Sprintf("source = %q", have.Name),
			text: fmt.Sprintf("the next deploy replaces the machines of %s by ones with other volumes: mount source %q in the file, %q live", m.Group(), source, have.Name),
		}}
	case path != have.Path:
		return []difference{{
			rank: dataGone, key: at.Path() + ".destination", table: at.Path(), keep: fmt.Sprintf("destination = %q", have.Path),
			text: fmt.Sprintf("the next deploy mounts the volume of %s elsewhere: at %s in the file, %s live", m.Group(), path, have.Path),
		}}
	}
	return nil
}

// envDifferences tells names only. A deploy replaces the env of a machine
// whole, but for what Fly puts there itself.
func envDifferences(t plan.Target, m live.Machine) []difference {
	want := deployedEnv(t, m.Group())
	var gone, added, differs []string
	for _, name := range m.Config.EnvNames() {
		_, isSecret := t.App.Secret(name)
		e, said := want[name]
		switch value, plain := m.Config.EnvValue(name); {
		case strings.HasPrefix(name, "FLY_") || name == "PRIMARY_REGION" && !said:
		case isSecret: // the app sees the secret, whatever stands here
		case !said:
			gone = append(gone, name)
		case plain && !value.Equal(e.value):
			differs = append(differs, name)
		}
	}
	for name := range want {
		if name == "PRIMARY_REGION" { // written there by every deploy; the app has done without
			continue
		}
		_, isSecret := t.App.Secret(name)
		if _, have := m.Config.EnvValue(name); !have && !isSecret {
			added = append(added, name)
		}
	}
	slices.Sort(added)
	var out []difference
	for _, name := range gone {
		out = append(out, difference{
			rank: envGone, key: flytoml.Join("env", name), table: "env", keep: "it into [env], or set a secret of that name",
			text: fmt.Sprintf("the next deploy takes %s out of the env of %s: live, not in the file", name, m.Group()),
		})
	}
	for _, name := range differs {
		out = append(out, difference{rank: other, key: want[name].key, text: m.Group() + ": env " + name + " differs"})
	}
	for _, name := range added {
		out = append(out, difference{rank: other, key: want[name].key, text: m.Group() + ": env " + name + " in the file, not live"})
	}
	return out
}

// imageDifferences: only a file that names an image decides which one a deploy
// takes.
func imageDifferences(t plan.Target, m live.Machine) []difference {
	n, _ := t.File.Get("build.image")
	want, _ := n.Str()
	have := m.Config.Image()
	if want == "" || have == "" {
		return nil
	}
	a, b := imageParts(want), imageParts(have)
	if b.digest == "" {
		_, b.digest, _ = strings.Cut(m.Image, "@")
	}
	same := a.repository == b.repository
	switch {
	case same && a.digest != "" && b.digest != "":
		same = a.digest == b.digest
	case same && a.digest == "" && b.tag != "":
		same = a.tag == b.tag
	}
	if same {
		return nil
	}
	return []difference{{rank: other, key: "build.image", text: fmt.Sprintf("%s: image %s in the file, %s live", m.Group(), want, have)}}
}

type imageName struct{ repository, tag, digest string }

// imageParts takes a reference apart, without the registry: flyctl writes it
// out for what the file names short. A reference without tag and digest means
// latest.
func imageParts(ref string) imageName {
	var p imageName
	ref, p.digest, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		ref, p.tag = ref[:i], ref[i+1:]
	}
	if host, rest, ok := strings.Cut(ref, "/"); ok && strings.ContainsAny(host, ".:") {
		ref = rest
	}
	p.repository = strings.TrimPrefix(ref, "library/")
	if p.tag == "" && p.digest == "" {
		p.tag = "latest"
	}
	return p
}
