package plan

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
}

// OtherApp says whether the command is about another app than own, or can be.
func (u Use) OtherApp(own string) bool { return u.App != "" && (u.Several || u.App != own) }
