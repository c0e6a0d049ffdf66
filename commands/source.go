package commands

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/fly"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/guidance"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secretscan"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// maxFile is the size from which a file is no fly.toml and no settings file.
const maxFile = 1 << 20

// source is the world as a command read it, once.
type source struct {
	shown    string // path of fly.toml as the user knows it
	path     string
	target   plan.Target
	fixers   []plan.Fixer
	enabled  map[string]bool   // by the settings, by name
	disabled map[string]string // by the settings: the rule, and the file that says so
	regionAt map[string]string // by the settings: the region, and where it stands
	today    time.Time
	accepted func(plan.Finding) bool // in the baseline; nil: not looked at
	client   *fly.Client             // nil when offline
	with     *sourceOptions          // of the last plan that was made
	mask     *view.Mask
	surplus  []string // notes about machines that cost twice
}

func (e *Env) abs(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(e.Dir, path)
}

// configError is a fault of fly.toml itself, which it names.
type configError struct{ error }

func (e *configError) Unwrap() error { return e.error }

// appName is --app, over FLY_APP, over the file's own.
func appName(env *Env, flag string, file *flytoml.File) string {
	if flag != "" {
		return flag
	}
	if name := env.env("FLY_APP"); name != "" {
		return name
	}
	return fileApp(file)
}

func (o *sourceOptions) appName(env *Env, file *flytoml.File) string {
	if o.all { // FLY_APP is one app, and the files are of several
		return fileApp(file)
	}
	return appName(env, o.app, file)
}

func fileApp(file *flytoml.File) string {
	n, ok := file.Get("app")
	if ok && n.Kind() == flytoml.Integer { // as the file that flyctl accepts will have it
		return n.Raw()
	}
	name, _ := n.Str()
	return name
}

// load reads the world. The source tree and the live app are read at the same
// time; nothing is changed.
func load(ctx context.Context, env *Env, g *global, o *sourceOptions) (*source, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	shown, path, file, err := o.readConfig(env)
	if err != nil {
		return nil, &configError{err}
	}
	s := &source{shown: shown, path: path, mask: maskOf(file), today: env.Clock.Now()}
	s.target.File, s.target.AppName = file, o.appName(env, file)
	if err := s.loadSettings(env, o); err != nil {
		return nil, err
	}
	scanned := make(chan error, 1)
	go func() {
		var err error
		s.target.Repo, err = o.scanTree(ctx, path, env.Dir, file)
		scanned <- err
	}()
	app, err := s.loadLive(ctx, env, g, o)
	scanErr := <-scanned
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if scanErr != nil && err == nil {
		return nil, scanErr
	}
	if err != nil {
		return nil, err
	}
	s.target.App = app
	if s.asks(o, "guidance-file") {
		s.target.Edition = guidance.Edition(exportedRules())
	}
	if s.asks(o, "flyctl-version") { // it takes some hundredths of a second
		s.target.Flyctl = env.installedFlyctl()
	}
	if err := s.checkRegions(o); err != nil {
		return nil, err
	}
	if app != nil {
		s.surplus = env.recall(&s.target)
	}
	if o.probe {
		s.probe(ctx, env, g)
	}
	return s, nil
}

// loadLive looks at the app, or says why it is not looked at.
func (s *source) loadLive(ctx context.Context, env *Env, g *global, o *sourceOptions) (*live.App, error) {
	c, why, err := connect(ctx, env, g, o, s.target.AppName)
	if err != nil {
		return nil, err
	}
	if why.kind == "" {
		s.client = c
		app, err := c.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		return app, refusePostgres(app)
	}
	if o.requireLive {
		return nil, &usageError{"--require-live: the app can't be read: " + why.String(), howToGoLive(why.kind)}
	}
	s.target.Offline, s.target.OfflineDetail = why.kind, why.detail
	if !o.offline {
		env.note(g, "%s: planning for %s alone. %s", why, s.shown, howToGoLive(why.kind))
	}
	return nil, nil
}

// maskOf hides what secretscan takes for a secret, also within a command: in
// [env] and [build.args] also what is only likely one. Env values of machines
// get into no words: internal/fly takes them out of what Fly says.
func maskOf(f *flytoml.File) *view.Mask { return view.NewMask(f, hidden, secretscan.Redact) }

// hidden is view.Classify.
func hidden(path, name, value string) bool {
	verdict := secretscan.Classify(name, value).Verdict
	if strings.HasPrefix(value, "/") && strings.Contains(value, "?") { // of a check: what it asks may hold a token
		verdict = max(verdict, secretscan.Classify(name, "https://localhost"+value).Verdict)
	}
	if inEnv(path) {
		return verdict != secretscan.No
	}
	return verdict == secretscan.Certain || secretscan.InCommand(value)
}

// inEnv says whether a path is in [env], [[env]] or [build.args].
func inEnv(path string) bool {
	top, _, _ := strings.Cut(path, "[")
	return top == "env" || top == "build.args" || strings.HasPrefix(path, "env.") || strings.HasPrefix(path, "build.args.")
}

// otherFiles reads other files of the repository, by their path from the folder
// of fly.toml.
func otherFiles(flyToml string) func(file string) (text []byte, there bool, err error) {
	return func(file string) (text []byte, there bool, err error) {
		text, err = apply.OthersOnDisk(filepath.Dir(flyToml), nil).Read(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, false, nil
		}
		return text, err == nil, err
	}
}

// plan makes the plan of what was read. It is the one door from a target to a
// plan: what comes out holds no secret value of the file.
func (s *source) plan(o *sourceOptions) (*plan.Plan, error) {
	s.with = o
	consent, err := o.consent()
	if err != nil {
		return nil, err
	}
	p, err := plan.Build(s.target, s.fixers, plan.Options{
		Tool: tool(), FilePath: filepath.ToSlash(s.shown), Allow: consent,
		Only: o.rules, Skip: o.skip, NoRestart: o.noRestart,
		Disabled: s.disabled, Enabled: s.enabled, Today: s.today,
		Accepted: s.accepted, AcceptedIn: baselineName, Hide: s.mask.Hide,
	})
	if err != nil {
		return nil, err
	}
	for _, f := range p.Findings {
		// The reason of an ignore is the author's own words, whatever they are.
		if by := f.IgnoredBy; by != nil && s.mask.Hides(by.Reason) {
			by.Reason = ""
		}
	}
	return p, safeToKeep(p, s.mask)
}
