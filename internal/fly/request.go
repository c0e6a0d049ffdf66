package fly

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
)

const (
	callTimeout = 30 * time.Second
	smallReply  = 1 << 20  // 1 MiB
	largeReply  = 16 << 20 // of the list of machines
)

// call is one request to make.
type call struct {
	doing  string // "read machine 3d8d", for errors
	action string // what the rate limit counts, with id
	id     string // machine or app
	thing  string // id of the machine or volume; "": it is about the app
	method string
	path   string // below /v1
	query  url.Values
	nonce  string // of our lease
	body   any
	// hide has the secret values that body holds, so that a reply which repeats
	// one is not shown; hideFrom is the least length that is worth hiding.
	hide     []secret.Value
	hideFrom int
	// repeatable: sending it twice does the same as sending it once.
	repeatable bool
	// looked: it rests on a look at the world, by which it could do harm a little
	// later. Who asked for it looks again before it is sent again (live.Later).
	looked  bool
	waits   bool // a wait: 408 is its answer, not a fault
	ofLease bool // about a lease, which may not be there: 404 is its answer too
	timeout time.Duration
	limit   int64 // of the reply, in bytes
}

// failure is why one try did not work, and what may be done about it.
type failure struct {
	err    *live.Error
	unsent bool          // surely nothing reached the API, or it refused to look
	again  bool          // may work if tried again
	after  time.Duration // not before this, as the API said
}

// do makes the call, again where that is harmless, and decodes the reply into
// out (nil: not wanted). All its errors are *live.Error.
func (c *Client) do(ctx context.Context, cl call, out any) error {
	rate, size := float64(perSecond), float64(burst)
	if cl.action == "get machine" {
		rate, size = perSecondGet, burstGet
	}
	for try := 0; ; try++ {
		if d := c.limits.reserve(c.clock.Now(), cl.action+" "+cl.id, rate, size); d > 0 {
			if err := c.clock.Sleep(ctx, d); err != nil {
				return &live.Error{Kind: live.Unreachable, Doing: cl.doing, Err: err}
			}
		}
		f := c.once(ctx, cl, out)
		if f == nil {
			return nil
		}
		if try+1 >= maxTries || !f.again || cl.looked || !f.unsent && !cl.repeatable {
			return f.err
		}
		pause, ok := c.pause(try, f.after)
		if !ok || c.clock.Sleep(ctx, pause) != nil {
			return f.err
		}
	}
}

// once sends the request and reads the reply.
func (c *Client) once(ctx context.Context, cl call, out any) *failure {
	timeout := cl.timeout
	if timeout == 0 {
		timeout = callTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := c.renew(ctx); err != nil {
		var e *live.Error
		errors.As(err, &e)
		return &failure{err: e, unsent: true}
	}
	// Until there is a connection nothing can have been sent. From then on it
	// may have been: the hooks after it race with a cancelled context.
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req, err := c.request(ctx, cl)
	if err != nil {
		return &failure{err: &live.Error{Kind: live.Invalid, Doing: cl.doing, Err: err}, unsent: true}
	}
	began := c.clock.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		c.debug(req, 0, began, "")
		return lost(cl, err, connected.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	c.debug(req, resp.StatusCode, began, requestID(resp.Header))
	limit := cl.limit
	if limit == 0 {
		limit = smallReply
	}
	body, err := readBody(resp, limit+1)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return refused(cl, resp, body, c.known.all(), c.clock.Now())
	}
	switch {
	case out == nil && bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		return badReply(cl, resp, "the reply is a web page, of something between here and Fly", nil)
	case out == nil:
		return nil
	case err != nil:
		return badReply(cl, resp, "the reply was cut off", err)
	case int64(len(body)) > limit:
		return badReply(cl, resp, "the reply is larger than any that this call gives", nil)
	case json.Unmarshal(body, out) != nil:
		return badReply(cl, resp, "the reply is not the JSON that this call gives", nil)
	}
	return nil
}

// readBody reads no more than limit, in a buffer of the size that was
// announced.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if n := resp.ContentLength; n > 0 && n < smallReply {
		b.Grow(int(n) + bytes.MinRead)
	}
	_, err := b.ReadFrom(io.LimitReader(resp.Body, limit))
	return b.Bytes(), err
}

// request has fly-go build it, then points it at our endpoint: fly-go takes
// its own from the process environment only.
func (c *Client) request(ctx context.Context, cl call) (*http.Request, error) {
	path := cl.path
	if len(cl.query) > 0 {
		path += "?" + cl.query.Encode()
	}
	headers := map[string][]string{"Accept": {"application/json"}}
	if cl.nonce != "" {
		headers["Fly-Machine-Lease-Nonce"] = []string{cl.nonce}
	}
	req, err := c.flaps.NewRequest(ctx, cl.method, path, cl.body, headers)
	if err != nil {
		return nil, errors.New("the request can't be built") // the cause could quote the body
	}
	req.URL.Scheme, req.URL.Host, req.Host = c.base.Scheme, c.base.Host, c.base.Host
	if c.agent != "" {
		req.Header.Set("User-Agent", c.agent)
	}
	return req, nil
}

// debug tells of a request; code 0: there was no reply.
func (c *Client) debug(req *http.Request, code int, began time.Time, id string) {
	if c.log == nil {
		return
	}
	status := "no reply"
	if code != 0 {
		status = strconv.Itoa(code) + " " + http.StatusText(code)
	}
	c.log.Debug("request", "method", req.Method, "path", req.URL.RequestURI(), "status", status,
		"took", c.clock.Now().Sub(began).Round(time.Millisecond), "id", id)
}

// requestID is what Fly's support knows a request by; "" when the header has
// something else.
func requestID(h http.Header) string {
	if id := h.Get("Fly-Request-Id"); validName(id) {
		return id
	}
	return ""
}

// tooLate says in words that a call ran into its deadline.
type tooLate struct{ error }

func (tooLate) Error() string   { return "it took too long" }
func (e tooLate) Unwrap() error { return e.error }

// lost is the failure of a call that got no reply.
func lost(cl call, err error, connected bool) *failure {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		err = urlErr.Err // without the URL, which says nothing to a user
	}
	timedOut := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	if errors.Is(err, context.DeadlineExceeded) {
		err = tooLate{err}
	}
	if connected {
		return &failure{err: &live.Error{Kind: live.Unknown, Doing: cl.doing, Err: fmt.Errorf("no reply: %w", err)}, again: !timedOut}
	}
	var dns *net.DNSError
	noSuchHost := errors.As(err, &dns) && dns.IsNotFound
	var dial *net.OpError
	return &failure{
		err:    &live.Error{Kind: live.Unreachable, Doing: cl.doing, Err: err},
		unsent: true, again: errors.As(err, &dial) && dial.Op == "dial" && !noSuchHost && !timedOut,
	}
}

// badReply is the failure of a call that was accepted, with an answer that
// can't be used. A write has happened all the same, or may have: Unknown.
func badReply(cl call, resp *http.Response, message string, err error) *failure {
	kind := live.BadReply
	if cl.method != http.MethodGet {
		kind = live.Unknown
	}
	return &failure{
		err: &live.Error{
			Kind: kind, Doing: cl.doing, Status: resp.StatusCode, Message: message,
			RequestID: requestID(resp.Header), Err: err,
		},
		again: err != nil,
	}
}
