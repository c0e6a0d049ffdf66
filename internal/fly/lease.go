package fly

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

// wireLease is a lease on the wire: inside an envelope, as the API answers, or
// bare, as its specification says.
type wireLease struct {
	Data *leaseData `json:"data"`
	leaseData
}

type leaseData struct {
	Nonce     string `json:"nonce"`
	ExpiresAt int64  `json:"expires_at"` // unix s
	Owner     string `json:"owner"`
	Version   string `json:"version"`
}

func (w wireLease) live() live.Lease {
	d := w.leaseData
	if w.Data != nil {
		d = *w.Data
	}
	l := live.Lease{Nonce: d.Nonce, Owner: clean(d.Owner), Version: d.Version}
	if d.ExpiresAt > 0 {
		l.ExpiresAt = time.Unix(d.ExpiresAt, 0).UTC()
	}
	return l
}

// LeaseHolder tells who holds the machine; nil when nobody does. The API would
// also tell the nonce, with which a lease can be broken; it is dropped here.
func (c *Client) LeaseHolder(ctx context.Context, id string) (*live.Lease, error) {
	cl, err := c.aboutMachine(http.MethodGet, id, "/lease", "get lease", "read the lease of machine")
	if err != nil {
		return nil, err
	}
	cl.ofLease = true
	var wire wireLease
	err = c.do(ctx, cl, &wire)
	if live.Is(err, live.NoLease) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l := wire.live()
	if l == (live.Lease{}) {
		return nil, strange(cl, "no lease in it")
	}
	l.Nonce = ""
	return &l, nil
}

// AcquireLease takes the machine for ttl. A lease that somebody else holds is
// an error of kind live.LeaseHeld at once.
func (c *Client) AcquireLease(ctx context.Context, id string, ttl time.Duration) (live.Lease, error) {
	cl, err := c.aboutMachine(http.MethodPost, id, "/lease", "acquire lease", "lease machine")
	if err != nil {
		return live.Lease{}, err
	}
	return c.lease(ctx, cl, ttl)
}

// RefreshLease holds the machine for ttl from now on.
func (c *Client) RefreshLease(ctx context.Context, id, nonce string, ttl time.Duration) (live.Lease, error) {
	cl, err := c.aboutMachine(http.MethodPost, id, "/lease", "refresh lease", "keep the lease of machine")
	if err != nil {
		return live.Lease{}, err
	}
	if nonce == "" { // would be an acquire
		return live.Lease{}, &live.Error{Kind: live.Invalid, Doing: cl.doing, Message: "there is no lease to keep"}
	}
	cl.nonce, cl.repeatable = nonce, true
	l, err := c.lease(ctx, cl, ttl)
	if err == nil && l.Nonce != nonce {
		return live.Lease{}, &live.Error{Kind: live.Conflict, Doing: cl.doing, Message: "the lease is another one now"}
	}
	return l, err
}

func (c *Client) lease(ctx context.Context, cl call, ttl time.Duration) (live.Lease, error) {
	cl.query = url.Values{"ttl": {strconv.Itoa(max(seconds(ttl), 1))}}
	var wire wireLease
	if err := c.do(ctx, cl, &wire); err != nil {
		return live.Lease{}, err
	}
	l := wire.live()
	if l.Nonce == "" {
		return live.Lease{}, strange(cl, "no nonce in it")
	}
	return l, nil
}

// ReleaseLease gives the machine back. A lease that is gone already is no error.
func (c *Client) ReleaseLease(ctx context.Context, id, nonce string) error {
	cl, err := c.aboutMachine(http.MethodDelete, id, "/lease", "release lease", "release machine")
	if err != nil {
		return err
	}
	if nonce == "" {
		return &live.Error{Kind: live.Invalid, Doing: cl.doing, Message: "there is no lease to release"}
	}
	cl.nonce, cl.repeatable = nonce, true
	if err := c.do(ctx, cl, nil); err != nil && !live.Is(err, live.NotFound) {
		return err
	}
	return nil
}
