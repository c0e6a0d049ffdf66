package flysim

import "strings"

// imageRef is what an image reference stands for once it is resolved.
type imageRef struct {
	Registry   string            `json:"registry"`
	Repository string            `json:"repository"`
	Tag        string            `json:"tag,omitempty"`
	Digest     string            `json:"digest,omitempty"`
	Labels     map[string]string `json:"labels"`
}

// resolveImage does what Fly does on create and update: a reference with a
// digest is that digest; a tag is whatever the registry has under it now.
func (p *Platform) resolveImage(ref string) imageRef {
	name, digest, pinned := strings.Cut(ref, "@")
	out := splitImage(name)
	if pinned {
		out.Digest = digest
		return out
	}
	if d, ok := p.images[name]; ok {
		out.Digest = d
		return out
	}
	out.Digest = imageDigest(name)
	p.images[name] = out.Digest
	return out
}

func splitImage(name string) imageRef {
	out := imageRef{Registry: "docker-hub-mirror.fly.io", Repository: name}
	if host, rest, ok := strings.Cut(name, "/"); ok && (strings.ContainsAny(host, ".:") || host == "localhost") {
		out.Registry, out.Repository = host, rest
	}
	if i := strings.LastIndexByte(out.Repository, ':'); i >= 0 {
		out.Repository, out.Tag = out.Repository[:i], out.Repository[i+1:]
	}
	if out.Registry == "docker-hub-mirror.fly.io" && !strings.Contains(out.Repository, "/") {
		out.Repository = "library/" + out.Repository
	}
	return out
}
