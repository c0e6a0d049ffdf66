package fly

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/superfly/fly-go/flaps"
	"github.com/superfly/fly-go/tokens"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/live"
)

// Client speaks to Fly about one app. It is safe for concurrent use.
type Client struct {
	app    string
	base   *url.URL
	flaps  *flaps.Client // builds requests; must not send any
	http   *http.Client
	agent  string
	clock  clock.Clock
	log    Logger
	jitter func() float64
	serial bool
	limits limiter
	known  known

	tokens    *tokens.Tokens
	discharge func(context.Context, *tokens.Tokens) error
	renewing  sync.Mutex
	renewed   time.Time
}

// New makes a client for one app. It sends nothing.
func New(ctx context.Context, cfg Config, appName string) (*Client, error) {
	if cfg.Token.Empty() {
		return nil, &NoTokenError{Reason: "none was given"}
	}
	if !validName(appName) {
		return nil, fmt.Errorf("app name %q: only letters, numbers, dashes and underscores are possible", appName)
	}
	flapsURL := cfg.FlapsURL
	if flapsURL == "" {
		flapsURL = DefaultFlapsURL
	}
	base, err := endpoint(flapsURL)
	if err != nil {
		return nil, fmt.Errorf("read the endpoint of Fly's Machines API: %w", err)
	}
	c := &Client{
		app: appName, base: base, agent: cfg.UserAgent, log: cfg.Log,
		clock: cfg.Clock, jitter: cfg.Jitter, serial: cfg.Serial, discharge: cfg.Discharge,
		tokens: tokens.Parse(cfg.Token.Reveal()),
	}
	if c.clock == nil {
		c.clock = clock.Wall{}
	}
	if c.jitter == nil {
		c.jitter = rand.Float64
	}
	if c.discharge == nil {
		c.discharge = dischargeAtFly
	}
	transport := cfg.Transport
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxIdleConnsPerHost = 8
		transport = own
	}
	// Fly routes by cookie, as fly-go's own client lets it.
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make a cookie jar: %w", err)
	}
	c.http = &http.Client{Transport: transport, Jar: jar, CheckRedirect: dontFollow}
	c.flaps, err = flaps.NewWithOptions(ctx, flaps.NewClientOpts{Tokens: c.tokens, UserAgent: cfg.UserAgent, Transport: transport})
	if err != nil {
		return nil, fmt.Errorf("set up the Machines API client: %w", err)
	}
	return c, nil
}

// dontFollow leaves a redirect as the reply. The API has none, and following
// one could carry the token to another host.
func dontFollow(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// validName says whether s can stand in a path as an app name or a machine id.
func validName(s string) bool {
	return s != "" && len(s) <= 128 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// dischargeAtFly is fly-go's way: it drops macaroons that expired and fetches
// the discharges that the others need.
func dischargeAtFly(ctx context.Context, t *tokens.Tokens) error {
	_, err := t.Update(ctx)
	return err
}

// renewEvery is how often macaroons are looked at. Their discharges live for
// minutes, so a long apply needs new ones; looking costs no request when none
// is needed.
const renewEvery = 30 * time.Second

// renew keeps macaroons usable, as flyctl does before each command. What comes
// of it is not written back to flyctl's file.
func (c *Client) renew(ctx context.Context) error {
	c.renewing.Lock()
	defer c.renewing.Unlock()
	if c.tokens.MacaroonsOnly().Empty() {
		return nil
	}
	now := c.clock.Now()
	if !c.renewed.IsZero() && now.Sub(c.renewed) < renewEvery {
		return nil
	}
	// A failure is no reason to stop: the token may do as it is, and if not the
	// API says so. The error is not logged: it may quote the token.
	if err := c.discharge(ctx, c.tokens); err != nil && c.log != nil {
		c.log.Debug("the token could not be renewed")
	}
	c.renewed = now
	if c.tokens.Flaps() == "" {
		return &live.Error{Kind: live.Unauthorized, Doing: "use the Fly.io token", Message: "it has expired or is not valid; run fly auth login or make a new one"}
	}
	return nil
}
