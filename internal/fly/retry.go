package fly

import (
	"net/http"
	"strconv"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
)

const (
	maxTries   = 4
	firstPause = 250 * time.Millisecond
)

// pause is how long to wait before the next try: twice as long each time, the
// upper half of it at random, and at least as long as the API asked for. It
// is not ok when that is longer than anybody wants to wait here.
func (c *Client) pause(try int, after time.Duration) (time.Duration, bool) {
	d := firstPause << try
	d = d/2 + time.Duration(c.jitter()*float64(d/2))
	return max(d, after), after <= live.LongestPause
}

// retryAfter reads the header's two forms: seconds, or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.Atoi(v); err == nil && s > 0 {
		return time.Duration(min(s, 86400)) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}
