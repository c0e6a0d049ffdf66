package kills

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fly-standards/fly-standards/internal/journal"
)

// End is the state of a site as somebody finds it who looks later.
type End struct {
	File     string            // the bytes of fly.toml
	Names    []string          // all that is in its folder
	Machines map[string]string // id: state and config
	Secrets  map[string]string // name: digest and value
	Leases   []string          // that we hold still
	Wrong    []string          // what the platform saw that must not happen
}

// End waits until nothing moves, as long as the lease of a process that is
// gone lasts, and looks.
func (s *Site) End() (End, error) {
	for until := s.clk.Now().Add(time.Minute); !s.quiet() && s.clk.Now().Before(until); {
		if err := s.clk.Sleep(context.Background(), time.Second); err != nil {
			return End{}, err
		}
	}
	e := End{Machines: map[string]string{}, Secrets: map[string]string{}, Leases: s.Platform.HeldLeases()}
	b, err := os.ReadFile(filepath.Join(s.Dir, "fly.toml"))
	if err != nil {
		return e, err
	}
	e.File = string(b)
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return e, err
	}
	for _, entry := range entries {
		e.Names = append(e.Names, entry.Name())
	}
	for _, m := range s.App.Machines() {
		config, err := inOrder(m.Config())
		if err != nil {
			return e, fmt.Errorf("config of machine %s: %w", m.ID(), err)
		}
		e.Machines[m.ID()] = fmt.Sprintf("%s healthy=%t %s", m.State(), m.Healthy(), config)
	}
	for _, name := range s.App.SecretNames() {
		value, _ := s.App.SecretValue(name)
		e.Secrets[name] = value
	}
	for _, v := range s.Platform.Violations() {
		e.Wrong = append(e.Wrong, v.String())
	}
	return e, s.free()
}

// quiet says whether all machines are healthy and nobody holds one.
func (s *Site) quiet() bool {
	for _, m := range s.App.Machines() {
		if !m.Healthy() {
			return false
		}
	}
	return len(s.Platform.HeldLeases()) == 0
}

// inOrder is a config with its keys sorted.
func inOrder(raw json.RawMessage) (string, error) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", err
	}
	b, err := json.MarshalIndent(v, "", " ")
	return string(b), err
}

// free says whether the next command could work on the app.
func (s *Site) free() error {
	unlock, err := journal.Lock(filepath.Join(s.State, "fly-standards"), appName, journal.Holder{})
	if err != nil {
		return err
	}
	unlock()
	return nil
}
