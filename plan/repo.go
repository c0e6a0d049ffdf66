package plan

// Repo is what the source tree around fly.toml tells, read once with bounds.
// Paths are relative to Root, with slashes.
type Repo struct {
	Root        string
	Dockerfile  string       // path of the one that fly.toml builds; "" for none
	Absent      []Absent     // what fly.toml names and isn't there
	Image       *Image       // what it makes; nil without one that can be read
	Healthcheck *Healthcheck // of the Dockerfile's last stage
	Routes      []Route      // health routes the app defines, best first
	Redirects   []Route      // those that checks of fly.toml ask and that only redirect
	ForceSSL    *Evidence    // the app itself redirects http to https
	HostCheck   *Evidence    // the app refuses unknown Host headers (Django ALLOWED_HOSTS)
	Listens     []Listen     // calls of its source that listen at a port
	SQLite      *Evidence    // the app keeps its data in a SQLite file
	OwnData     *Evidence    // its settings say that file, and ask no variable for another place
	Streams     *Evidence    // the app keeps connections open; only where a service counts them
	Metrics     *Metrics     // where it serves metrics for Prometheus
	Migrations  *Migrations  // the migration tool it has
	LiteFS      *LiteFS      // how it keeps SQLite on a volume
	Siblings    []Sibling    // other Fly configurations, in any form, that have to do with this one
	Uses        []Use        // flyctl commands of its workflows and scripts
	ElseApps    []Evidence   // workflows and scripts that name another app or config (-a, --app, -c, --config)
	Around      *Around      // the repository around it
	Unread      string       // what the bounds left out, for the user: "2,000 of 3,046 files read"; "" for nothing
}

// Absent is a file that a key of fly.toml names and that isn't where flyctl looks.
type Absent struct {
	Key string
	// There is the name by which flyctl finds the file that was meant, most
	// likely; "" when none is seen. FromFile: flyctl looks from the folder of
	// fly.toml; else from the folder where it is started.
	There    string
	FromFile bool
	Made     Evidence // the line of a workflow that makes it; zero for none
}

// LiteFS shows the app the folder Dir, and keeps what is written there in Data.
type LiteFS struct {
	Evidence
	Dir, Data string
}

// Sibling is another Fly configuration of the repository: one in the same folder,
// one that a command names, or one that calls an app.
type Sibling struct {
	File string
	App  string // its `app`; "" when it has none
	// Calls are its lines with the address of another app past the proxy
	// (http://NAME.internal).
	Calls []Evidence
}

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

// Use is a flyctl command of a workflow, script, Makefile or Procfile of the
// repository, from its root down, that is about an app and a fly.toml.
type Use struct {
	Evidence        // File is relative to the folder of fly.toml: ../.github/workflows/deploy.yml
	Command  string // deploy, launch, secrets
	// App as it is written there: -a, --app, FLY_APP; "" when none is named, so
	// that the file's own counts.
	App string
	// Several: App holds an expression ($APP, ${{ matrix.app }}), so that it can
	// be any app.
	Several bool
	// Config is the file that the command takes, relative to the folder of
	// fly.toml, a working directory before it resolved; "" when it can't be told.
	Config string
	Named  bool // Config was named with -c or --config
	Own    bool // Config is the fly.toml that was scanned
	Image  bool // it names an image, so that nothing is built
}

// OtherApp says whether the command is about another app than own, or can be.
func (u Use) OtherApp(own string) bool { return u.App != "" && (u.Several || u.App != own) }

// DeploysOther says whether a command deploys the file to another app than its
// own: whose file is it?
func (t Target) DeploysOther(u Use) bool {
	own, _ := t.Deployed().Get("app").Str()
	return u.Own && u.Command != "secrets" && u.OtherApp(own) && !(own == "" && u.App == t.AppName)
}

// fileRef says which file was planned for, and to which other apps it goes.
func (t Target) fileRef(path string) FileRef {
	ref := FileRef{Path: path, SHA256: hash(t.File.Bytes())}
	if t.Repo == nil {
		return ref
	}
	for _, u := range t.Repo.Uses {
		if t.DeploysOther(u) {
			ref.OtherApps = append(ref.OtherApps, OtherApp{App: u.App, File: u.File, Line: u.Line})
		}
	}
	return ref
}
