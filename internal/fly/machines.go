package fly

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

func (c *Client) appPath(rest string) string { return "/apps/" + c.app + rest }

// aboutMachine is a call about one machine.
func (c *Client) aboutMachine(method, id, rest, action, doing string) (call, error) {
	cl := call{doing: doing + " " + id, action: action, id: id, thing: id, method: method, path: c.appPath("/machines/" + id + rest)}
	if !validName(id) {
		return cl, &live.Error{Kind: live.Invalid, Doing: doing, Message: "that is not a machine id"}
	}
	cl.repeatable = method == http.MethodGet
	return cl, nil
}

// Machines lists those that are not destroyed, sorted by id.
func (c *Client) Machines(ctx context.Context) ([]live.Machine, error) {
	cl := call{
		doing: "read the machines of " + c.app, action: "list machines", id: c.app,
		method: http.MethodGet, path: c.appPath("/machines"), repeatable: true, limit: largeReply,
	}
	var wire []machine
	if err := c.do(ctx, cl, &wire); err != nil {
		return nil, err
	}
	out := make([]live.Machine, 0, len(wire))
	for _, w := range wire {
		m, err := w.live()
		if err != nil {
			return nil, strange(cl, err.Error())
		}
		c.known.add(m.Config.EnvValues())
		if m.State != "destroyed" {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b live.Machine) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b live.Machine) bool { return a.ID == b.ID }), nil
}

// Machine reads one machine. One that was destroyed is not there, as on the list,
// though the API shows it for some time.
func (c *Client) Machine(ctx context.Context, id string) (live.Machine, error) {
	cl, err := c.aboutMachine(http.MethodGet, id, "", "get machine", "read machine")
	if err != nil {
		return live.Machine{}, err
	}
	m, err := c.oneMachine(ctx, cl, id)
	if err == nil && m.State == "destroyed" {
		return live.Machine{}, &live.Error{Kind: live.NotFound, Doing: cl.doing, Thing: id, Message: "it was destroyed"}
	}
	return m, err
}

// oneMachine makes a call that answers with a machine: id, when it is known.
func (c *Client) oneMachine(ctx context.Context, cl call, id string) (live.Machine, error) {
	var wire machine
	if err := c.do(ctx, cl, &wire); err != nil {
		return live.Machine{}, err
	}
	m, err := wire.live()
	if err != nil {
		return live.Machine{}, strange(cl, err.Error())
	}
	if id != "" && m.ID != id {
		return live.Machine{}, strange(cl, "another machine in it")
	}
	return m, nil
}

// launch is the body of a create and of an update. fly-go's own has no
// current_version, and its config loses what it does not know.
type launch struct {
	Config         json.RawMessage `json:"config"`
	Name           string          `json:"name,omitempty"`
	Region         string          `json:"region,omitempty"`
	CurrentVersion string          `json:"current_version,omitempty"`
	MinSecrets     uint64          `json:"min_secrets_version,omitempty"`
	LeaseTTL       int             `json:"lease_ttl,omitempty"` // s
	SkipLaunch     bool            `json:"skip_launch"`
}

// envHideFrom: env values shorter than this are not hidden from messages, or
// the message about a port 8080 would lose its number.
const envHideFrom = 6

// UpdateMachine replaces the machine's whole configuration. It is refused
// without a version to compare with: the platform would take it whatever
// happened since the configuration was read.
func (c *Client) UpdateMachine(ctx context.Context, id string, u live.Update) (live.Machine, error) {
	cl, err := c.aboutMachine(http.MethodPost, id, "", "update machine", "update machine")
	if err != nil {
		return live.Machine{}, err
	}
	if u.Config.IsZero() || u.CurrentVersion == "" {
		return live.Machine{}, &live.Error{Kind: live.Invalid, Doing: cl.doing, Message: "an update needs a configuration and the version that it replaces"}
	}
	cl.nonce, cl.looked = u.Nonce, true
	cl.body = launch{Config: u.Config.JSON(), Region: u.Region, CurrentVersion: u.CurrentVersion, MinSecrets: u.MinSecrets, SkipLaunch: u.SkipLaunch}
	cl.hide, cl.hideFrom = u.Config.EnvValues(), envHideFrom
	return c.oneMachine(ctx, cl, id)
}

// CreateMachine makes a machine.
func (c *Client) CreateMachine(ctx context.Context, n live.Create) (live.Machine, error) {
	cl := call{
		doing: "create a machine in " + clean(n.Region), action: "create machine", id: c.app,
		method: http.MethodPost, path: c.appPath("/machines"), looked: true,
		body: launch{
			Config: n.Config.JSON(), Name: n.Name, Region: n.Region, MinSecrets: n.MinSecrets,
			LeaseTTL: seconds(n.LeaseTTL), SkipLaunch: n.SkipLaunch,
		},
		hide: n.Config.EnvValues(), hideFrom: envHideFrom,
	}
	if n.Config.IsZero() {
		return live.Machine{}, &live.Error{Kind: live.Invalid, Doing: cl.doing, Message: "a machine needs a configuration"}
	}
	return c.oneMachine(ctx, cl, "")
}

// WaitMachine blocks until the version of the machine is in one of the states,
// at most timeout (1 to 60 s, the platform's own bounds).
func (c *Client) WaitMachine(ctx context.Context, id, version string, timeout time.Duration, states ...string) error {
	cl, err := c.aboutMachine(http.MethodGet, id, "/wait", "wait", "wait for machine")
	if err != nil {
		return err
	}
	s := min(max(seconds(timeout), 1), 60)
	cl.query = url.Values{"state": states, "timeout": {strconv.Itoa(s)}}
	if version != "" {
		cl.query.Set("version", version)
	}
	cl.waits = true
	cl.timeout = time.Duration(s)*time.Second + 10*time.Second
	var reply struct {
		OK bool `json:"ok"`
	}
	if err := c.do(ctx, cl, &reply); err != nil {
		return err
	}
	if !reply.OK {
		return &live.Error{Kind: live.Timeout, Doing: cl.doing, Message: "not there yet"}
	}
	return nil
}

// seconds rounds up.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// StartMachine starts it.
func (c *Client) StartMachine(ctx context.Context, id, nonce string) error {
	return c.act(ctx, id, nonce, "start", nil)
}

// StopMachine stops it, by the signal of its own configuration.
func (c *Client) StopMachine(ctx context.Context, id, nonce string) error {
	return c.act(ctx, id, nonce, "stop", struct{}{})
}

// SuspendMachine suspends it.
func (c *Client) SuspendMachine(ctx context.Context, id, nonce string) error {
	return c.act(ctx, id, nonce, "suspend", nil)
}

func (c *Client) act(ctx context.Context, id, nonce, what string, body any) error {
	cl, err := c.aboutMachine(http.MethodPost, id, "/"+what, what, what+" machine")
	if err != nil {
		return err
	}
	cl.nonce, cl.body = nonce, body
	return c.do(ctx, cl, nil)
}

// DestroyMachine destroys it, also while it runs. The specification calls the
// parameter force, fly-go sends kill: both are sent.
func (c *Client) DestroyMachine(ctx context.Context, id, nonce string) error {
	cl, err := c.aboutMachine(http.MethodDelete, id, "", "destroy", "destroy machine")
	if err != nil {
		return err
	}
	cl.nonce, cl.looked, cl.query = nonce, true, url.Values{"force": {"true"}, "kill": {"true"}}
	return c.do(ctx, cl, nil)
}
