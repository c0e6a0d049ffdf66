package fixers

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// alike are machines of a group for which something is the same.
type alike struct {
	what     string
	machines []live.Machine
}

// called is the largest part, as it is told beside the odd ones.
func (a alike) called() string {
	if len(a.machines) == 1 {
		return "the other"
	}
	return "the others"
}

// byLikeness parts machines by what of says, the largest part first.
func byLikeness(machines []live.Machine, of func(live.Machine) string) []alike {
	var parts []alike
	for _, m := range machines {
		what := of(m)
		i := slices.IndexFunc(parts, func(a alike) bool { return a.what == what })
		if i < 0 {
			i, parts = len(parts), append(parts, alike{what: what})
		}
		parts[i].machines = append(parts[i].machines, m)
	}
	slices.SortStableFunc(parts, func(a, b alike) int {
		return cmp.Or(cmp.Compare(len(b.machines), len(a.machines)), cmp.Compare(a.what, b.what))
	})
	return parts
}

// fewOf names the first machines of many.
func fewOf(machines []live.Machine) string {
	var ids []string
	for _, m := range machines {
		ids = append(ids, m.ID)
	}
	return machinesNamed(atMost(5, ids))
}

// shortImage is an image as people read it: its tag, or the start of its digest.
func shortImage(image string) string {
	name, digest, _ := strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	if digest = strings.TrimPrefix(digest, "sha256:"); len(digest) > 8 {
		name += " (" + digest[:8] + ")"
	}
	return name
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

// setSince are the secrets that were set since the machine last read them.
func setSince(t plan.Target, m live.Machine) []string {
	var names []string
	for _, s := range t.App.Secrets {
		_, ours := t.Stored[s.Name]
		_, inEnv := m.Config.EnvValue(s.Name)
		if !ours && !inEnv && !m.LastStart().IsZero() && s.UpdatedAt.After(m.LastStart()) {
			names = append(names, s.Name)
		}
	}
	return names
}

func wasWere(names []string) string {
	if len(names) == 1 {
		return "was"
	}
	return "were"
}
