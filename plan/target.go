package plan

import (
	"time"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
)

// Target is all that a fixer may look at. It was read once; looking costs no
// request and changes nothing.
type Target struct {
	File    *flytoml.File
	Repo    *Repo     // nil: no source tree beside the file
	App     *live.App // nil: planning offline
	AppName string    // the app meant, also offline; "" when nothing names one
	// Stored are the digests of the secrets that this tool's own journals say it
	// stored for the app, by name: after an apply that was cut short, a secret that
	// has that digest still is known to have the value that stood in the file.
	Stored map[string]string
	// Left are changes of earlier runs that are still on machines and have made
	// them sick, by machine. App shows those machines without them.
	Left map[string]Repair
	// Tried are new checks that did not pass when an apply tried them, newest first.
	Tried   []Tried
	Offline Offline // why App is nil
	// OfflineDetail says more of that, for people; "" when there is no more.
	OfflineDetail string
	// Flyctl is the one that is installed, Text its version; nil where nobody
	// asked, or it can't be told.
	Flyctl *Evidence
	// Edition is that of the standards that this version exports; "" where nobody
	// asked.
	Edition  string
	Settings Settings
	// Shown says whether what a rule finds will be carried out, or waits for
	// consent: then nobody need speak of it a second time. What is ignored,
	// skipped or held back is not. Build sets it; nil: all of it.
	Shown func(rule Fixer, f Finding) bool
	// Today is the day on which versions are old; Asked are the rules that the
	// user named. Build sets both.
	Today time.Time
	Asked func(rule string) bool

	repaired repaired // of a File with what comes first: see look
}

// Deployed is what flyctl makes of the file.
func (t Target) Deployed() *deployed.Config { return deployed.Read(t.File) }

// OnApp is a command of flyctl that is about the app whatever folder it is run
// in: flyctl reads the name from the fly.toml there, which may be another file,
// or one of several apps.
func (t Target) OnApp(command string) string {
	own, _ := t.Deployed().Get("app").Str()
	if t.App == nil || t.File.Name() == "fly.toml" && own == t.App.Name {
		return command
	}
	return command + " --app " + t.App.Name
}

// Offline says why the live app was not looked at; "" means that it was.
type Offline string

// The reasons.
const (
	OfflineAsked   Offline = "asked"       // --offline, or check without --require-live
	OfflineNoName  Offline = "no-app-name" // neither the file nor a flag names an app
	OfflineNoToken Offline = "no-token"
	OfflineUnasked Offline = "not-needed" // an undo of what changed the file alone
)

// String is the reason for people.
func (o Offline) String() string {
	switch o {
	case OfflineAsked:
		return "--offline"
	case OfflineNoName:
		return "no app name"
	case OfflineNoToken:
		return "no token"
	case OfflineUnasked:
		return "the apply changed no machine"
	}
	return string(o)
}

// Why is the reason with its detail, for people.
func (o Offline) Why(detail string) string {
	if detail == "" {
		return o.String()
	}
	return o.String() + " (" + detail + ")"
}

// Settings is what the user wrote in .fly-standards.toml, flags merged in.
type Settings struct {
	HealthPath     string // [rules.health-checks] path
	CheckInterval  string // durations as fly.toml strings; "" for the default
	CheckTimeout   string
	CheckGrace     string
	Strategy       string   // [rules.deploy-strategy] strategy; "" for rolling
	Regions        []string // wanted besides the present ones: --regions, or [extra-regions] regions
	Suggested      []string // [extra-regions] suggested: a wish, no consent
	RegionsFrom    string   // where Regions was said: "--regions" or the settings file
	MaxUnavailable string   // "" (fly.toml's, else a third), a count or a fraction
	// ProbedPath is a path that --probe saw answer 200; Probe says how it was seen.
	ProbedPath string
	Probe      string
}
