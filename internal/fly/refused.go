package fly

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
)

// refused sorts an answer that is not 2xx by what the caller must do about it.
// known are values that a message must not repeat, whatever the request was about.
func refused(cl call, resp *http.Response, body []byte, known []secret.Value, now time.Time) *failure {
	said := readRefusal(body)
	text := said.text()
	e := &live.Error{
		Doing: cl.doing, Thing: cl.thing, Status: resp.StatusCode, RequestID: requestID(resp.Header),
		Message: clean(hide(hide(text, cl.hide, cl.hideFrom), known, window)),
	}
	if e.Message == "" {
		e.Message = strings.ToLower(http.StatusText(resp.StatusCode))
	}
	f := &failure{err: e, after: retryAfter(resp.Header, now)}
	switch code := resp.StatusCode; {
	case code == http.StatusRequestTimeout && cl.waits:
		e.Kind = live.Timeout
	case code == http.StatusRequestTimeout || code >= 500:
		e.Kind, f.again = live.Unknown, true
	case code < 400:
		// The API has no redirects. Following one could give the token away.
		e.Message = "the answer is a redirect, which is not followed"
		e.Kind = live.BadReply
		if cl.method != http.MethodGet {
			e.Kind = live.Unknown
		}
	case code == http.StatusTooManyRequests:
		e.Kind, e.After, f.again, f.unsent = live.RateLimited, f.after, true, true
	case code == http.StatusUnauthorized:
		e.Kind = live.Unauthorized
	case code == http.StatusNotFound && cl.ofLease && !strings.Contains(text, "machine not found"):
		e.Kind = live.NoLease
	case code == http.StatusNotFound || code == http.StatusGone:
		e.Kind = live.NotFound
	case leaseHeld(text, e):
		e.Kind = live.LeaseHeld
	case noRoom(said.Status, text):
		e.Kind = live.Capacity
	case code == http.StatusForbidden:
		e.Kind = live.Forbidden
	case notYet(code, text):
		e.Kind = live.NotYet
	case code == http.StatusConflict || code == http.StatusPreconditionFailed:
		e.Kind = live.Conflict
	default:
		e.Kind = live.Invalid
	}
	return f
}

// refusal is the body of an error. Older parts of the API say message for
// error; what is not JSON is kept as text.
type refusal struct {
	Error   string `json:"error"`
	Message string `json:"message"`
	Status  string `json:"status"`
}

func readRefusal(body []byte) refusal {
	var r refusal
	if json.Unmarshal(body, &r) == nil || r != (refusal{}) {
		return r
	}
	text := strings.TrimSpace(string(body))
	if strings.HasPrefix(text, "<") || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		return refusal{} // a web page, or JSON of another shape: no words for a user
	}
	return refusal{Error: text}
}

func (r refusal) text() string {
	if r.Message != "" {
		return r.Message
	}
	return r.Error
}

// leaseHeld reads "... lease currently held by OWNER, expires at TIME" into e.
func leaseHeld(text string, e *live.Error) bool {
	_, rest, found := strings.Cut(text, "lease currently held by ")
	if !found {
		return false
	}
	owner, expires, _ := strings.Cut(rest, ", expires at ")
	e.Owner = clean(strings.TrimSpace(owner))
	if at, _, _ := strings.Cut(strings.TrimSpace(expires), " "); at != "" {
		e.ExpiresAt = parseTime(strings.TrimRight(at, ".,;"))
	}
	return true
}

// notYet says whether a refusal is for this moment only: a swap is under way
// ("aborted: machine is replacing: concurrent update in progress"), or the set
// of secrets that a machine shall boot with has not come everywhere
// ("min_secrets_version 7 is not yet available on this app").
func notYet(code int, text string) bool {
	switch code {
	case http.StatusConflict:
		return strings.Contains(text, "concurrent update in progress")
	case http.StatusPreconditionFailed:
		return strings.Contains(text, "min_secrets_version") && strings.Contains(text, "not yet available")
	}
	return false
}

// noRoom says whether a refusal is for want of room on a host, in a region or
// in the organization's quota: the status of the API's error type, or the words
// that flyctl looks for.
func noRoom(status, text string) bool {
	if status == "insufficient_capacity" || status == "volume_placement_capacity" {
		return true
	}
	text = strings.ToLower(text)
	for _, words := range []string{
		"could not reserve resource for machine", "deploys to this host are temporarily disabled",
		"insufficient resources", "no capacity", "over the allowed quota",
	} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}
