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
	Left    map[string]Repair
	Offline Offline // why App is nil
	// OfflineDetail says more of that, for people; "" when there is no more.
	OfflineDetail string
	Settings      Settings
	// Shown says whether what a rule finds will be carried out, or waits for
	// consent: then nobody need speak of it a second time. What is ignored,
	// skipped or held back is not. Build sets it; nil: all of it.
	Shown func(rule Fixer, f Finding) bool
	// Today is the day on which versions are old; Asked are the rules that the
	// user named. Build sets both.
	Today time.Time
	Asked func(rule string) bool
}

// Deployed is what flyctl makes of the file.
func (t Target) Deployed() *deployed.Config { return deployed.Read(t.File) }

// Repo is what the source tree around fly.toml tells, read once with bounds.
// Paths are relative to Root, with slashes.
type Repo struct {
	Root        string
	Dockerfile  string       // path of the one that fly.toml builds; "" for none
	Absent      []string     // keys of fly.toml that name a file which isn't there
	Image       *Image       // what it makes; nil without one that can be read
	Healthcheck *Healthcheck // of the Dockerfile's last stage
	Routes      []Route      // health routes the app defines, best first
	ForceSSL    *Evidence    // the app itself redirects http to https
	HostCheck   *Evidence    // the app refuses unknown Host headers (Django ALLOWED_HOSTS)
	Listens     []Listen     // calls of its source that listen at a port
	SQLite      *Evidence    // the app keeps its data in a SQLite file
	Metrics     *Metrics     // where it serves metrics for Prometheus
	Migrations  *Migrations  // the migration tool it has
	Siblings    []Sibling    // the repository's other Fly configurations, in any form
	Uses        []Use        // flyctl commands of its workflows and scripts
	ElseApps    []Evidence   // workflows and scripts that name another app or config (-a, --app, -c, --config)
	Around      *Around      // the repository around it
	Unread      string       // what the bounds left out, for the user: "2,000 of 3,046 files read"; "" for nothing
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

// Sibling is another fly*.toml.
type Sibling struct {
	File string
	App  string // its `app`; "" when it has none
	// Calls are its lines with the address of another app past the proxy
	// (http://NAME.internal).
	Calls []Evidence
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
