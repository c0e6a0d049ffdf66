package live

import (
	"errors"
	"fmt"
	"time"
)

// Kind sorts what the platform answers by what the caller must do about it.
type Kind string

// The kinds. Unknown is the careful zero value: the request may have taken
// effect, so read again before doing anything.
const (
	Unknown      Kind = ""             // reply lost, timed out, 5xx: it may have happened
	Unauthorized Kind = "unauthorized" // 401: the token was refused
	Forbidden    Kind = "forbidden"    // 403: the token may not do this
	NotFound     Kind = "not-found"    // 404
	NoLease      Kind = "no-lease"     // 404: the machine is there, and nobody holds it
	LeaseHeld    Kind = "lease-held"   // 409: somebody else holds the machine
	Conflict     Kind = "conflict"     // 409, 412: the machine is not what we thought
	NotYet       Kind = "not-yet"      // 409, 412: not at this moment; nothing happened, and it may work in some seconds
	Invalid      Kind = "invalid"      // 400, 422: the request itself is refused
	Capacity     Kind = "capacity"     // no room on the host or in the region
	RateLimited  Kind = "rate-limited" // 429
	Timeout      Kind = "timeout"      // 408 of a wait: not reached in time
	BadReply     Kind = "bad-reply"    // an answer that is not what the API says it gives
	Unreachable  Kind = "unreachable"  // no connection was made: nothing happened
)

// Error is one failed call. It never holds a request body, a token or a
// secret value.
type Error struct {
	Kind      Kind
	Doing     string // "lease machine 3d8d", "read secrets of my-app"
	Thing     string // id of the machine or volume that it is about; "": the app itself
	Status    int    // HTTP status, 0 when there was no reply
	Message   string // what the platform said, cleaned of control characters
	RequestID string // fly-request-id, for Fly's support
	Owner     string // of a held lease
	ExpiresAt time.Time
	After     time.Duration // when it is rate-limited: not again before this, as the platform said
	Err       error
}

// Error implements error.
func (e *Error) Error() string {
	switch {
	case e.Message != "" && e.Status != 0:
		return fmt.Sprintf("%s: %s (HTTP %d)", e.Doing, e.Message, e.Status)
	case e.Message != "":
		return fmt.Sprintf("%s: %s", e.Doing, e.Message)
	case e.Err != nil:
		return fmt.Sprintf("%s: %v", e.Doing, e.Err)
	default:
		return fmt.Sprintf("%s: HTTP %d", e.Doing, e.Status)
	}
}

// Unwrap implements errors.Unwrap.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first *Error in err's chain; ok says there is one.
func KindOf(err error) (Kind, bool) {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind, true
	}
	return Unknown, false
}

// Is says whether err is a platform error of kind k.
func Is(err error, k Kind) bool {
	got, ok := KindOf(err)
	return ok && got == k
}

// LongestPause is the longest Retry-After that is worth waiting for.
const LongestPause = 30 * time.Second

// Later says that a request was refused for the moment only: nothing happened, and
// it may be taken after the pause. What it rests on may be otherwise by then, so that
// is looked at first.
func Later(err error) (pause time.Duration, ok bool) {
	var e *Error
	if !errors.As(err, &e) || e.Kind != NotYet && e.Kind != RateLimited && e.Kind != Unreachable || e.After > LongestPause {
		return 0, false
	}
	return max(2*time.Second, e.After), true
}

// Uncertain says whether a failed call may have taken effect all the same.
func Uncertain(err error) bool {
	kind, known := KindOf(err)
	return !known || kind == Unknown || kind == BadReply || kind == Timeout
}
