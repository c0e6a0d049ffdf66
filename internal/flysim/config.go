package flysim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// machineConfig is what the platform reads of a config. The config itself is
// kept as it was sent; nothing is ever written back from here.
type machineConfig struct {
	Image       string                 `json:"image"`
	Env         map[string]string      `json:"env"`
	Metadata    map[string]string      `json:"metadata"`
	Services    []serviceConfig        `json:"services"`
	Checks      map[string]checkConfig `json:"checks"`
	Mounts      []mountConfig          `json:"mounts"`
	Standbys    []string               `json:"standbys"`
	AutoDestroy bool                   `json:"auto_destroy"`
	Schedule    string                 `json:"schedule"`
	Restart     struct {
		Policy     string `json:"policy"`
		MaxRetries int    `json:"max_retries"`
	} `json:"restart"`
	Guest struct {
		CPUKind  string `json:"cpu_kind"`
		CPUs     int    `json:"cpus"`
		MemoryMB int    `json:"memory_mb"`
	} `json:"guest"`
}

type serviceConfig struct {
	Protocol     string          `json:"protocol"`
	InternalPort int             `json:"internal_port"`
	Autostop     json.RawMessage `json:"autostop"`
	Checks       []checkConfig   `json:"checks"`
}

type checkConfig struct {
	Type        string   `json:"type"`
	Port        int      `json:"port"`
	Interval    duration `json:"interval"`
	Timeout     duration `json:"timeout"`
	GracePeriod duration `json:"grace_period"`
	Method      string   `json:"method"`
	Path        string   `json:"path"`
	Protocol    string   `json:"protocol"`
	Headers     []struct {
		Name   string   `json:"name"`
		Values []string `json:"values"`
	} `json:"headers"`
}

type mountConfig struct {
	Volume string `json:"volume"`
	Path   string `json:"path"`
	Name   string `json:"name"`
}

// duration is "15s" or a whole number of nanoseconds.
type duration time.Duration

func (d *duration) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		v, err := time.ParseDuration(s)
		if err != nil {
			return errors.New("invalid duration")
		}
		*d = duration(v)
		return nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return errors.New("invalid duration")
	}
	*d = duration(n)
	return nil
}

// defaultInternalPort is that of a service without one: the platform takes it
// (superfly/flyctl#2521), and its checks go to 8080 (superfly/docs#1899).
const defaultInternalPort = 8080

func readConfig(raw json.RawMessage) (machineConfig, error) {
	var c machineConfig
	if err := json.Unmarshal(raw, &c); err != nil {
		// The decoder's own text is not passed on: it may quote a value.
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return c, fmt.Errorf("invalid config: %s can't be a %s", wrong.Field, wrong.Value)
		}
		return c, errors.New("invalid config")
	}
	for i := range c.Services {
		c.Services[i].InternalPort = cmp.Or(c.Services[i].InternalPort, defaultInternalPort)
	}
	return c, c.validate()
}

func (c machineConfig) validate() error {
	if c.Image == "" {
		return errors.New("invalid config.image: is required")
	}
	if len(c.Mounts) > 1 {
		return errors.New("invalid config.mounts: only 1 volume supported")
	}
	if len(c.Standbys) > 0 && len(c.Services) > 0 {
		return errors.New("invalid config.standbys: a standby machine can't have services")
	}
	for name, ck := range c.Checks {
		if err := ck.validate("config.checks."+name, 0); err != nil {
			return err
		}
	}
	for i, s := range c.Services {
		if s.InternalPort < 1 || s.InternalPort > 65535 {
			return fmt.Errorf("invalid config.services[%d].internal_port: must be between 1 and 65535", i)
		}
		for j, ck := range s.Checks {
			if err := ck.validate(fmt.Sprintf("config.services[%d].checks[%d]", i, j), s.InternalPort); err != nil {
				return err
			}
		}
	}
	return c.validGuest()
}

func (c machineConfig) validGuest() error {
	g := c.Guest
	if g.CPUs == 0 && g.MemoryMB == 0 {
		return nil
	}
	least, most, step := 256, 2048, 256
	if g.CPUKind == "performance" {
		least, most, step = 2048, 8192, 1024
	}
	switch n := max(g.CPUs, 1); {
	case g.MemoryMB%step != 0 || g.MemoryMB < least*n:
		return fmt.Errorf("invalid config.guest.memory_mb: minimum required %d MiB, in steps of %d, got %d MiB", least*n, step, g.MemoryMB)
	case g.MemoryMB > most*n:
		return fmt.Errorf("invalid config.guest.memory_mb: maximum allowed %d MiB, got %d MiB", most*n, g.MemoryMB)
	}
	return nil
}

// validate holds the bounds that Fly documents: an interval of at least 2 s, a
// timeout of at most 60 s.
func (c checkConfig) validate(at string, servicePort int) error {
	switch {
	case c.Type != "tcp" && c.Type != "http":
		return fmt.Errorf("invalid %s.type: must be tcp or http", at)
	case c.Port == 0 && servicePort == 0:
		return fmt.Errorf("invalid %s.port: is required", at)
	case servicePort != 0 && c.GracePeriod >= 0: // the platform raises to 1s and lowers to 60s by itself (flyctl, August 2026)
	case c.Interval != 0 && time.Duration(c.Interval) < 2*time.Second:
		return fmt.Errorf("invalid %s.interval: must be at least 2s", at)
	case time.Duration(c.Timeout) > time.Minute:
		return fmt.Errorf("invalid %s.timeout: must be at most 60s", at)
	case c.GracePeriod < 0:
		return fmt.Errorf("invalid %s.grace_period: must not be negative", at)
	}
	return nil
}

// restarts says whether the restart policy brings a crashed process back.
func (c machineConfig) restarts(count int) bool {
	switch c.Restart.Policy {
	case "no":
		return false
	case "always":
		return true
	}
	limit := c.Restart.MaxRetries
	if limit == 0 {
		limit = defaultMaxRetries
	}
	return count < limit
}

// autostop is off, stop or suspend: true and false are older spellings.
func (c machineConfig) autostop() string {
	for _, s := range c.Services {
		switch strings.Trim(string(s.Autostop), `"`) {
		case "suspend":
			return "suspend"
		case "stop", "true":
			return "stop"
		}
	}
	return "off"
}

// decodeAny reads a config that readConfig has taken, numbers as they stand.
func decodeAny(raw json.RawMessage) map[string]any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	fields := map[string]any{}
	if err := dec.Decode(&fields); err != nil {
		panic("flysim: " + err.Error())
	}
	return fields
}
