package flysim

import (
	"net/http"
	"time"
)

// bucket is a token bucket on the platform's clock.
type bucket struct {
	tokens float64
	at     time.Time
}

// limit holds Fly's documented limits: per action and identifier 1 request a
// second with bursts of 3; reading a machine 5 a second with bursts of 10.
func (p *Platform) limit(action, id string) (reply, bool) {
	if !p.opts.RateLimits {
		return reply{}, true
	}
	rate, burst := 1.0, 3.0
	if action == "get" {
		rate, burst = 5, 10
	}
	b := p.buckets[action+" "+id]
	if b == nil {
		b = &bucket{tokens: burst, at: p.now}
		p.buckets[action+" "+id] = b
	}
	b.tokens = min(burst, b.tokens+rate*p.now.Sub(b.at).Seconds())
	b.at = p.now
	if b.tokens < 1 {
		return fail(http.StatusTooManyRequests, "rate limit exceeded"), false
	}
	b.tokens--
	return reply{}, true
}
