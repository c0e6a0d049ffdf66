package repo

import (
	"cmp"
	"path"
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

// facts is what one or more files gave. Workers fill one each; they are
// merged and sorted, so that the order of reading shows nowhere.
type facts struct {
	routes     []localRoute
	forceSSL   []ranked
	hostCheck  []ranked
	openHosts  bool // some ALLOWED_HOSTS lets every host in
	sqlite     []ranked
	ownData    []ranked
	databases  int // places that say where the data is; two may differ
	guards     []appGuard
	bases      []base
	mountings  []mounting
	mountedFns []mountedFn
	rootGets   []string        // files in which a router answers GET /
	actuator   []string        // where Spring's settings put it
	restricted *plan.Evidence  // Django REST framework asks everybody who they are
	secured    *plan.Evidence  // Spring Security is a dependency
	gone       map[string]bool // frameworks that serve nothing at run time
	security   []string        // Spring Security's own configuration, as code
	control    map[string]controller
	streams    []ranked
	metrics    []plan.Metrics
	prom       bool // something speaks of Prometheus
	micrometer bool // Spring's registry for it is a dependency
	migrated   migrations
	listens    []plan.Listen
	litefs     []plan.LiteFS
	fronts     []front

	// What one file says about routes that others define.
	prefixes map[string]string // by framework: stands before every route of it
	mounts   map[string]bool   // frameworks of which some router is mounted below a prefix
}

// ranked is evidence with how much it weighs; the lowest rank is shown.
type ranked struct {
	rank int
	plan.Evidence
}

func (f *facts) merge(o *facts) {
	f.routes = append(f.routes, o.routes...)
	f.forceSSL = append(f.forceSSL, o.forceSSL...)
	f.hostCheck = append(f.hostCheck, o.hostCheck...)
	f.openHosts = f.openHosts || o.openHosts
	f.sqlite, f.litefs = append(f.sqlite, o.sqlite...), append(f.litefs, o.litefs...)
	f.ownData, f.databases = append(f.ownData, o.ownData...), f.databases+o.databases
	f.guards = append(f.guards, o.guards...)
	f.bases = append(f.bases, o.bases...)
	f.mountings = append(f.mountings, o.mountings...)
	f.mountedFns = append(f.mountedFns, o.mountedFns...)
	f.rootGets = append(f.rootGets, o.rootGets...)
	f.secured = earlier(f.secured, o.secured)
	f.restricted = earlier(f.restricted, o.restricted)
	for framework := range o.gone {
		f.goes(framework)
	}
	f.security = append(f.security, o.security...)
	f.actuator = append(f.actuator, o.actuator...)
	for name, c := range o.control {
		f.controller(name, c)
	}
	f.streams = append(f.streams, o.streams...)
	f.metrics = append(f.metrics, o.metrics...)
	f.prom = f.prom || o.prom
	f.listens = append(f.listens, o.listens...)
	f.fronts = append(f.fronts, o.fronts...)
	f.micrometer = f.micrometer || o.micrometer
	f.migrated.merge(&o.migrated)
	for framework, prefix := range o.prefixes {
		f.prefix(framework, prefix)
	}
	for framework := range o.mounts {
		f.mount(framework)
	}
}

// prefix notes a global prefix. Two that differ leave the path unknown.
func (f *facts) prefix(framework, prefix string) {
	if f.prefixes == nil {
		f.prefixes = map[string]string{}
	}
	if old, ok := f.prefixes[framework]; ok && old != prefix {
		f.mount(framework)
		prefix = min(old, prefix)
	}
	f.prefixes[framework] = prefix
}

// goes notes that a framework's routes are not there when the app runs.
func (f *facts) goes(framework string) {
	if f.gone == nil {
		f.gone = map[string]bool{}
	}
	f.gone[framework] = true
}

func (f *facts) mount(framework string) {
	if f.mounts == nil {
		f.mounts = map[string]bool{}
	}
	f.mounts[framework] = true
}

func (sc *scanner) repo(f *facts) *plan.Repo {
	r := &plan.Repo{Root: sc.dir, Unread: sc.unread.String()}
	if sc.dockerfile != "" {
		r.Dockerfile = sc.shown(sc.dockerfile)
	}
	if sc.image != nil {
		r.Image = sc.image.noun()
		if sc.ignoreFile != "" {
			r.Image.Ignore = sc.shown(sc.ignoreFile)
		}
		r.Image.IgnoreAt, r.Image.Context = sc.shown(sc.ignoreAt()), sc.shown(sc.context)
		r.Image.StepDown = sc.stepsDown()
		for _, dir := range []string{path.Dir(sc.dockerfile), relSlash(sc.root, sc.dir)} {
			if dead := path.Join(dir, ".dockerignore"); dead != sc.ignoreFile && fileExists(sc.root, dead) && !slices.Contains(r.Image.Dead, sc.shown(dead)) {
				r.Image.Dead = append(r.Image.Dead, sc.shown(dead))
			}
		}
	}
	r.Healthcheck = sc.healthcheck()
	if r.Healthcheck != nil && sc.opts.Image != "" {
		r.Healthcheck.Doubts = append(r.Healthcheck.Doubts, plan.Doubt{Kind: plan.DoubtBuilt, Evidence: *sc.extent.doubt})
		if sc.extent.nothing != "" {
			r.Healthcheck = nil
		}
	}
	r.Around = sc.survey()
	f.ofAnother(sc)
	r.Routes, r.Redirects = f.resolve(sc)
	sortRoutes(r.Routes)
	r.Migrations = f.migrated.best(sc)
	r.ForceSSL = first(f.forceSSL)
	if !f.openHosts {
		r.HostCheck = first(f.hostCheck)
	}
	r.SQLite = first(f.sqlite)
	if f.databases < 2 {
		r.OwnData = first(f.ownData)
	}
	r.Metrics, r.Streams = f.bestMetrics(), first(f.streams)
	r.Listens = sc.allListens(f.listens)
	if len(f.litefs) == 1 {
		r.LiteFS = &f.litefs[0]
	}
	return r
}

func byPlace(a, b plan.Evidence) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
}

// earlier is the one of two that comes first, whichever was read first; either
// may be nil.
func earlier(a, b *plan.Evidence) *plan.Evidence {
	if a == nil || b != nil && byPlace(*b, *a) < 0 {
		return b
	}
	return a
}

func first(found []ranked) *plan.Evidence {
	if len(found) == 0 {
		return nil
	}
	best := slices.MinFunc(found, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.rank, b.rank), byPlace(a.Evidence, b.Evidence)) })
	return &best.Evidence
}
