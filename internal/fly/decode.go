package fly

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/internal/secret"
)

// machine is a machine on the wire. Its config stays raw JSON.
type machine struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	State      string   `json:"state"`
	Region     string   `json:"region"`
	Version    string   `json:"version"`
	InstanceID string   `json:"instance_id"` // the same, deprecated
	PrivateIP  string   `json:"private_ip"`
	HostStatus string   `json:"host_status"`
	Cordoned   bool     `json:"cordoned"`
	CreatedAt  wireTime `json:"created_at"`
	UpdatedAt  wireTime `json:"updated_at"`
	Nonce      string   `json:"nonce"`
	ImageRef   struct {
		Registry   string `json:"registry"`
		Repository string `json:"repository"`
		Tag        string `json:"tag"`
		Digest     string `json:"digest"`
	} `json:"image_ref"`
	Config json.RawMessage `json:"config"`
	Checks []struct {
		Name      string   `json:"name"`
		Status    string   `json:"status"`
		Output    string   `json:"output"`
		UpdatedAt wireTime `json:"updated_at"`
	} `json:"checks"`
	Events []event `json:"events"`
}

type event struct {
	Type      string  `json:"type"`
	Status    string  `json:"status"`
	Source    string  `json:"source"`
	Timestamp float64 `json:"timestamp"` // ms
	Request   request `json:"request"`
}

// request is what an event was about. Its shape depends on the event's type.
type request struct {
	ExitEvent    *exit `json:"exit_event"`
	MonitorEvent struct {
		ExitEvent *exit `json:"exit_event"`
	} `json:"MonitorEvent"`
	RestartCount int `json:"restart_count"`
}

// UnmarshalJSON implements json.Unmarshaler: a shape that is not known is no
// reason to lose the whole reply.
func (r *request) UnmarshalJSON(b []byte) error {
	type plain request
	var p plain
	if json.Unmarshal(b, &p) == nil {
		*r = request(p)
	}
	return nil
}

type exit struct {
	ExitCode      int  `json:"exit_code"`
	RequestedStop bool `json:"requested_stop"`
	Restarting    bool `json:"restarting"`
	OOMKilled     bool `json:"oom_killed"`
}

// wireTime is a time that may be missing, empty or written oddly: zero then. A
// strange time is no reason to lose the whole reply.
type wireTime struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *wireTime) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		t.Time = parseTime(s)
	}
	return nil
}

// live turns a machine on the wire into the noun.
func (m machine) live() (live.Machine, error) {
	version := cmp.Or(m.Version, m.InstanceID)
	if !validName(m.ID) || version == "" {
		return live.Machine{}, fmt.Errorf("a machine without an id or a version")
	}
	out := live.Machine{
		ID: m.ID, Name: clean(m.Name), State: clean(m.State), Region: clean(m.Region), Version: version, PrivateIP: clean(m.PrivateIP),
		HostStatus: clean(m.HostStatus), Cordoned: m.Cordoned, CreatedAt: m.CreatedAt.Time, UpdatedAt: m.UpdatedAt.Time, Nonce: m.Nonce,
	}
	if r := m.ImageRef; r.Registry != "" && r.Repository != "" && r.Digest != "" {
		out.Image = r.Registry + "/" + r.Repository
		if r.Tag != "" {
			out.Image += ":" + r.Tag
		}
		out.Image += "@" + r.Digest
	}
	if len(m.Config) > 0 {
		var err error
		if out.Config, err = machineconfig.Parse(m.Config); err != nil {
			return live.Machine{}, fmt.Errorf("machine %s: its config is not an object", m.ID)
		}
	}
	for _, c := range m.Checks {
		// The API adds these for old versions of flyctl; no app has such a check.
		if strings.HasPrefix(c.Name, "bg_deployments_compat") {
			continue
		}
		out.Checks = append(out.Checks, live.Check{Name: clean(c.Name), Status: clean(c.Status), Output: said(c.Output, out.Config), UpdatedAt: c.UpdatedAt.Time})
	}
	for _, e := range m.Events {
		out.Events = append(out.Events, e.live())
	}
	slices.SortStableFunc(out.Events, func(a, b live.Event) int { return b.Timestamp.Compare(a.Timestamp) })
	return out, nil
}

// said is what a check's output tells, on one line: what Fly says of it, and
// the first line of what the app answered. Env values that the app repeats are
// hidden.
func said(output string, c machineconfig.Config) string {
	var lines []string
	for line := range strings.Lines(output) {
		if line = clean(line); line != "" && len(lines) < 2 {
			lines = append(lines, line)
		}
	}
	worth := slices.DeleteFunc(c.EnvValues(), func(v secret.Value) bool { return !worthHiding(v.Reveal()) })
	return hide(strings.Join(lines, ": "), worth, window)
}

// worthHiding is false for what every message may have: plain words, paths,
// and the addresses of servers without a password in them.
func worthHiding(value string) bool {
	if _, rest, ok := strings.Cut(value, "://"); ok {
		return strings.ContainsAny(rest, "@?")
	}
	return !strings.HasPrefix(value, "/") && strings.ContainsFunc(value, func(r rune) bool {
		return !unicode.IsLetter(r) && r != '_' && r != '-' && r != ' ' && r != '.'
	})
}

func (e event) live() live.Event {
	out := live.Event{
		Type: clean(e.Type), Status: clean(e.Status), Source: clean(e.Source), Timestamp: time.UnixMilli(int64(e.Timestamp)).UTC(),
		RestartCount: e.Request.RestartCount,
	}
	x := e.Request.ExitEvent
	if m := e.Request.MonitorEvent.ExitEvent; m != nil {
		x = m // fly-go prefers it
	}
	if x != nil {
		out.ExitCode, out.RequestedStop, out.Restarting, out.OOMKilled = x.ExitCode, x.RequestedStop, x.Restarting, x.OOMKilled
	}
	return out
}

// strange is the error for a reply that is JSON but not what the call gives.
func strange(cl call, what string) error {
	kind := live.BadReply
	if cl.method != "GET" {
		kind = live.Unknown // the write was accepted all the same
	}
	return &live.Error{Kind: kind, Doing: cl.doing, Message: "the reply has " + what}
}
