package flysim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// leaseOfScenario outlasts every test.
const leaseOfScenario = time.Hour

// Scenario is an app and all that belongs to it, as a fixture writes it in
// JSON. The keys are those of the specs, in any case.
type Scenario struct {
	App      AppSpec
	Machines []MachineSpec
	Secrets  map[string]string // older than the machines' last boot
	// LaterSecrets were set since: no machine has them yet.
	LaterSecrets map[string]string
	Volumes      []VolumeSpec
	// IPs are addresses: those of fdaa: are Flycast, those of 66.241.124.0/23 are
	// shared with other apps, as Fly's are.
	IPs          []string
	Certificates []CertificateSpec
	// Checks: "pass" (default: as App.Serves and Listening say), "never",
	// "never-after-update".
	Checks string
	// Leased are machines that somebody else holds, by id: the owner.
	Leased map[string]string
}

// ParseScenario reads a Scenario; an unknown key is an error.
func ParseScenario(raw []byte) (Scenario, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var s Scenario
	if err := dec.Decode(&s); err != nil {
		return Scenario{}, fmt.Errorf("read scenario: %w", err)
	}
	return s, nil
}

// Load puts the scenario's app onto the platform.
func (p *Platform) Load(s Scenario) (*App, error) {
	switch s.Checks {
	case "", "pass":
	case "never":
		s.App.Behaviour = NeverHealthy
	case "never-after-update":
		s.App.Behaviour = UnhealthyAfterUpdate
	default:
		return nil, fmt.Errorf("scenario of %s: checks %q: want pass, never or never-after-update", s.App.Name, s.Checks)
	}
	app := p.AddApp(s.App)
	for _, v := range s.Volumes {
		app.AddVolume(v)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Secrets)) {
		app.SetSecret(name, s.Secrets[name])
	}
	for _, m := range s.Machines {
		app.AddMachine(m)
	}
	if len(s.Machines) > 0 { // a deploy made them, and fly scale count asks for its release
		app.AddRelease("registry.fly.io/" + s.App.Name + ":deployment-1")
	}
	for _, name := range slices.Sorted(maps.Keys(s.LaterSecrets)) {
		app.SetSecret(name, s.LaterSecrets[name])
	}
	for _, ip := range s.IPs {
		app.AddIP(ip, "global", strings.HasPrefix(ip, "66.241.124.") || strings.HasPrefix(ip, "66.241.125."))
	}
	for _, c := range s.Certificates {
		app.AddCertificate(c)
	}
	for _, id := range slices.Sorted(maps.Keys(s.Leased)) {
		m := app.Machine(id)
		if m == nil {
			return nil, fmt.Errorf("scenario of %s: no machine %s to lease", s.App.Name, id)
		}
		m.HoldLease(s.Leased[id], leaseOfScenario)
	}
	return app, nil
}
