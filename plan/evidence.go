package plan

// Metrics is where the app serves metrics for Prometheus.
type Metrics struct {
	Evidence
	Path string // with the leading slash
	Port int    // 0: not told, so most likely the app's own
	// OwnServer: a server of its own serves it, at a port that can't be told.
	OwnServer bool
	// Prefixed: the router is mounted elsewhere, so the full path isn't known.
	Prefixed bool
	// Guarded: the route seems to be behind authentication, which Fly's
	// collector does not have.
	Guarded bool
}

// Migrations is how the app's database gets its tables.
type Migrations struct {
	Evidence
	Tool    string
	Command string // as release_command
	// RunBy is what runs them already; nil for nothing that was seen.
	RunBy *Evidence
}
