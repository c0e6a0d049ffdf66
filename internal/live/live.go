// Package live has the nouns of a running app on Fly.io: what one snapshot of
// it holds. It does no I/O; package fly fills it, fixers and apply read it.
package live

import (
	"time"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// App is one app as it was read, once.
type App struct {
	Name    string
	Org     string // slug
	Role    string // app_role, such as "postgres_cluster"; mostly empty
	Status  string
	Network string
	ReadAt  time.Time // by our clock

	Machines []Machine // every machine that is not destroyed, by id
	Secrets  []Secret  // names and digests; values can't be read
	Volumes  []Volume
	IPs      []IP
	// Certificates are those of the app's own hostnames.
	Certificates []Certificate
	Regions      []Region // the platform's own list; empty when it could not be read
	// Unread has what could not be read though the rest could, by name
	// ("volumes", "regions", "ip addresses", "certificates"), and why. The lists are empty then,
	// which says nothing about the app.
	Unread map[string]string
}

// Secret looks a secret up by name.
func (a *App) Secret(name string) (Secret, bool) {
	for _, s := range a.Secrets {
		if s.Name == name {
			return s, true
		}
	}
	return Secret{}, false
}

// Machine looks a machine up by id.
func (a *App) Machine(id string) (Machine, bool) {
	for _, m := range a.Machines {
		if m.ID == id {
			return m, true
		}
	}
	return Machine{}, false
}

// Secret is what Fly tells of an app secret. There is no way to read a value.
type Secret struct {
	Name      string    `json:"name"`
	Digest    string    `json:"digest"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Volume is one volume.
type Volume struct {
	ID                string
	Name              string
	Region            string
	State             string
	SizeGB            int
	AttachedMachine   string
	CreatedAt         time.Time
	SnapshotRetention int
	AutoBackup        bool
}

// Certificate is what the list of certificates tells of one hostname (Machines
// API, August 2026). When one ends is not in it.
type Certificate struct {
	Hostname   string
	Status     string // active, pending_validation, pending_ownership, ...
	Configured bool   // issued, or for a custom one: verified
	Requested  bool   // Fly is to issue and renew one (ACME)
	Custom     bool   // somebody uploaded one
	Issued     bool   // Fly has issued one
	// What Fly can validate the hostname by, at the last look.
	DNS, ALPN, HTTP, Ownership bool
	CreatedAt                  time.Time
}

// Validated says whether Fly can tell that the hostname is the app's: without
// it no certificate is issued, and none renewed.
func (c Certificate) Validated() bool { return c.DNS || c.ALPN || c.HTTP || c.Ownership }

// IP is one address assigned to the app.
type IP struct {
	IP      string
	Region  string
	Shared  bool
	Private bool // a Flycast address
}

// Region is one region of the platform.
type Region struct {
	Code       string
	Name       string
	Latitude   float64
	Longitude  float64
	Deprecated bool
	PaidPlan   bool // requires_paid_plan
}

// Lease is a lease on a machine. Nonce is empty for somebody else's.
type Lease struct {
	Nonce     string
	Owner     string
	ExpiresAt time.Time
	Version   string // the machine's version when the lease was given
}

// Check is the last result of one health check of a machine.
type Check struct {
	Name      string
	Status    string    // passing, warning, critical
	Output    string    // one line, with no env value in it
	UpdatedAt time.Time // when the result became this one, not when the check last ran
}

// Event is one line of a machine's history.
type Event struct {
	Type      string // launch, start, stop, exit, update, ...
	Status    string
	Source    string
	Timestamp time.Time
	// Of an exit event.
	ExitCode      int
	RequestedStop bool
	Restarting    bool
	OOMKilled     bool
	RestartCount  int
}

// Machine is one machine as the API gave it.
type Machine struct {
	ID         string
	Name       string
	State      string
	Region     string
	Version    string // also called instance_id; every update makes a new one
	PrivateIP  string
	HostStatus string // ok, unknown, unreachable
	Cordoned   bool
	CreatedAt  time.Time
	UpdatedAt  time.Time
	// Image is the image that runs, by digest: registry/repository:tag@sha256:...
	// The tag, if it had one, is for people and for FLY_IMAGE_REF, which apps
	// read; flyctl posts both too (FullImageRef of fly-go). Empty when the API
	// gave no digest.
	Image  string
	Config machineconfig.Config // no config at all when the host is not ok
	Checks []Check
	Events []Event // newest first
	// Nonce is of the lease that a create asked for; empty in all other replies.
	Nonce string
}

// Group is the machine's process group; "app" when none is recorded.
func (m Machine) Group() string {
	md := m.Config.Metadata()
	if g := md["fly_process_group"]; g != "" {
		return g
	}
	if g := md["process_group"]; g != "" { // before 2023
		return g
	}
	return "app"
}

// Started says whether the machine runs or is about to.
func (m Machine) Started() bool {
	switch m.State {
	case "started", "starting", "restarting":
		return true
	}
	return false
}

// WhyUntouchable says why this tool never changes the machine, or "" when it may.
func (m Machine) WhyUntouchable() string {
	if m.HostStatus != "" && m.HostStatus != "ok" {
		return "its host is " + m.HostStatus
	}
	if m.Config.IsZero() {
		return "the API gave no config for it"
	}
	md := m.Config.Metadata()
	switch {
	case md["fly-managed-postgres"] == "true":
		return "it is a Postgres machine"
	case md["fly_platform_version"] != "v2":
		return "it is not managed by fly deploy"
	case md["fly_canary"] == "true" || md["fly_bluegreen_deployment_tag"] != "" && m.Cordoned:
		return "a deploy is using it"
	}
	switch m.Group() {
	case "fly_app_release_command", "fly_app_test_machine_command", "fly_app_console":
		return "it is a one-off machine that runs a single command"
	}
	switch {
	case m.Image == "":
		return "the API gave no digest of its image, and its tag may have moved since"
	case len(m.Config.Standbys()) > 0:
		return "it is a standby"
	case m.Config.AutoDestroy():
		return "it destroys itself when it exits"
	case m.Config.Schedule() != "":
		return "it runs on a schedule"
	}
	switch m.State {
	case "started", "starting", "restarting", "stopped", "suspended", "created", "failed":
		return ""
	case "":
		return "the API gave no state for it"
	}
	return "it is " + m.State // destroying, replacing, suspending, or what only a newer version knows
}
