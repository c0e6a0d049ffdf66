package repo

import (
	"path"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What one file says about the routes of another: where a router is mounted,
// which prefix stands before everything, what guards it.

// localRoute is a route before what other files say about it.
type localRoute struct {
	plan.Route
	file     string // from the root of the scan
	rooted   bool   // its file shows that it stands at the root
	prefixed bool   // its router is mounted where its file doesn't tell
	open     bool   // marked as an exception from a guard
	known    bool   // its path was judged by the file's place
	handler  string // Rails: controller#action
	maker    string // the function that makes the route's router, or takes it
	// target is the file whose router answers, without its ending; unsureMount
	// says that where that router is mounted isn't known either.
	target      string
	unsureMount bool
	asked       bool // a check of fly.toml asks its path
	redirects   bool // its handler does nothing but redirect
}

func (r *localRoute) doubt(kind plan.DoubtKind, e plan.Evidence) {
	if !r.Doubted(kind) {
		r.Doubts = append(r.Doubts, plan.Doubt{Kind: kind, Evidence: e})
	}
}

// base is what a file says of the path that the whole app is served below.
type base struct {
	frameworks string
	prefix     string // "" when it isn't a literal
	slash      bool   // not a prefix, but a slash behind every path
	plan.Evidence
}

// mounting is a router of another file, mounted below a prefix.
type mounting struct {
	by     string // the file that mounts it
	target string // the mounted file's path without its ending, or its end
	prefix string
	rooted bool           // on the app itself
	guard  *plan.Evidence // what stands before it where it is mounted
}

// mountedFn is a function whose router is mounted below a prefix: one that makes
// it, one that it is handed to, or a handler that is mounted by its name.
type mountedFn struct {
	name, prefix string
	in           string         // the function or the router that mounts it
	handed       bool           // in is handed the router that it is mounted on
	guard        *plan.Evidence // what the mounting puts before it
}

// maxMounted is how many routers are followed from one to the next.
const maxMounted = 5

// mountedBy follows a function's router up to the app. found says that somebody
// mounts it, one that it is clear where.
func (f *facts) mountedBy(name string, depth int) (by mountedFn, found, one bool) {
	for _, m := range f.mountedFns {
		if !sameFunction(m.name, name) {
			continue
		}
		if found && m.prefix != by.prefix {
			return by, true, false
		}
		if !found || by.guard == nil {
			by, found = m, true
		}
	}
	if !found || depth == 0 {
		return by, found, false
	}
	if sameFunction(by.in, name) {
		return by, true, !by.handed
	}
	outer, mounted, one := f.mountedBy(by.in, depth-1)
	if !mounted {
		return by, true, !by.handed
	}
	by.prefix = joinPath(outer.prefix, by.prefix)
	if by.guard == nil {
		by.guard = outer.guard
	}
	return by, true, one
}

// sameFunction compares names of functions, with their packages where both have
// one.
func sameFunction(a, b string) bool {
	packageA, nameA, withA := strings.Cut(a, ".")
	packageB, nameB, withB := strings.Cut(b, ".")
	if !withA {
		nameA = a
	}
	if !withB {
		nameB = b
	}
	return nameA == nameB && nameA != "" && (!withA || !withB || packageA == packageB)
}

// mounts reports whether the mounting is about the file.
func (m mounting) mounts(file string) bool {
	stem := strings.TrimSuffix(file, path.Ext(file))
	for _, index := range []string{"/index", "/mod", "/__init__"} {
		if short := strings.TrimSuffix(stem, index); short != stem && (short == m.target || strings.HasSuffix(short, "/"+m.target)) {
			return true
		}
	}
	return stem == m.target || strings.HasSuffix(stem, "/"+m.target)
}

// mountedAt follows a file's router up to the app. ok is false when nobody
// mounts it, or more than one file does. Of several places in one file, each is
// served: the first that nothing stands before.
func (f *facts) mountedAt(file string, depth int) (at mounting, ok bool) {
	found := false
	for _, m := range f.mountings {
		switch {
		case m.by == file || !m.mounts(file):
		case found && (m.by != at.by || m.target != at.target):
			return at, false
		case !found || at.guard != nil && m.guard == nil:
			at, found = m, true
		}
	}
	if !found || depth == 0 {
		return at, false
	}
	if at.rooted {
		return at, true
	}
	outer, ok := f.mountedAt(at.by, depth-1)
	at.prefix = joinPath(outer.prefix, at.prefix)
	if at.guard == nil {
		at.guard = outer.guard
	}
	return at, ok
}

// resolve gives the routes as the app serves them: those for health, and of those
// that checks ask the ones that redirect.
func (f *facts) resolve(sc *scanner) (health, redirects []plan.Route) {
	var asked []localRoute
	slices.Sort(f.actuator)
	f.actuator = slices.Compact(f.actuator)
	for _, r := range f.routes {
		if r.target != "" && slices.ContainsFunc(f.rootGets, func(file string) bool { return mounting{target: r.target}.mounts(file) }) {
			r.prefixed = r.unsureMount
		}
		var guard *plan.Evidence
		if m, found, one := f.mountedBy(r.maker, maxMounted); one {
			r.Path, r.prefixed, r.rooted, guard = joinPath(m.prefix, r.Path), false, true, m.guard
		} else if found {
			r.prefixed, r.rooted = true, false
		} else if r.maker != "" && len(f.mountedFns) > 0 && vague(r.Path, r.file) {
			continue // other routers are mounted somewhere
		}
		if r.prefixed && !r.rooted {
			if m, ok := f.mountedAt(r.file, maxMounted); ok {
				r.Path, r.prefixed, guard = joinPath(m.prefix, r.Path), false, m.guard
			}
		}
		if isNamed(r.Path) {
			r.Path = sc.constants(r.Path)
		}
		if !isTold(r.Path) || !r.known && !r.asked && !r.prefixed && healthRank(r.Path) < 0 && !nearHealth(r.Path) {
			continue
		}
		if r.Framework == "Django" && !f.judgeView(sc, &r) {
			continue
		}
		if (r.prefixed || f.mounts[r.Framework]) && !r.rooted {
			if vague(r.Path, r.file) {
				continue
			}
			r.doubt(plan.DoubtMount, plan.Evidence{})
		}
		if r.Framework == "Spring actuator" && len(f.actuator) > 0 {
			if len(f.actuator) > 1 {
				continue // each profile has its own
			}
			r.Path = joinPath(f.actuator[0], "health")
		}
		if prefix := f.prefixes[r.Framework]; prefix != "" {
			if r.Path = sc.constants(joinPath(prefix, r.Path)); !isTold(r.Path) {
				continue
			}
		}
		for _, b := range f.bases {
			switch {
			case !inList(b.frameworks, r.Framework):
			case b.slash:
				r.Path = strings.TrimSuffix(r.Path, "/") + "/"
			case b.prefix == "":
				r.doubt(plan.DoubtBase, b.Evidence)
			default:
				r.Path = joinPath(b.prefix, r.Path)
			}
		}
		if f.guard(&r); guard != nil && !r.open {
			r.doubt(plan.DoubtGuard, *guard)
		}
		switch {
		case f.gone[r.Framework], !inList(" nginx Caddy ", r.Framework) && !f.reached(r.Path):
		case r.asked && sc.isAsked(r.Path):
			asked = append(asked, r)
		case r.asked: // below a prefix after all
		default:
			health = append(health, r.Route)
		}
	}
	return health, onlyRedirects(asked, health)
}

// vague: a word that many routers have, in a file whose name says nothing of
// health. Below an unknown prefix it is somebody's business.
func vague(p, file string) bool {
	if !inList(" /status /up /ping / ", strings.TrimSuffix(p, "/")) && p != "/" {
		return false
	}
	file = strings.ToLower(file)
	for _, word := range []string{"health", "status", "ping", "probe", "monitor", "main", "server", "app.", "index", "root", "system", "meta"} {
		if strings.Contains(file, word) {
			return false
		}
	}
	return true
}

// nearHealth: /resources/healthcheck names itself below folders that are no
// business of anybody.
func nearHealth(p string) bool {
	parts := strings.Split(strings.Trim(p, "/"), "/")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		if !inList(" api v1 v2 v3 internal _internal system sys ops resources monitoring meta public rest service _ ", part) {
			return false
		}
	}
	return healthRank("/"+last) >= 0 && (strings.Contains(last, "health") || strings.HasSuffix(last, "yz") || last == "livez")
}
