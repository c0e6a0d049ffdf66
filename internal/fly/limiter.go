package fly

import (
	"sync"
	"time"
)

// Fly's documented limits: one request a second for each action on each
// machine (or app, for actions on apps), three in a burst; five and ten for
// reading one machine. fly.io/docs/machines/api/working-with-machines-api.
const (
	perSecond, burst       = 1, 3
	perSecondGet, burstGet = 5, 10
)

// limiter is a token bucket for every (action, id).
type limiter struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	left float64 // may go below zero: those who wait have taken theirs already
	at   time.Time
}

// reserve takes one request of key's and says how long to wait before it.
func (l *limiter) reserve(now time.Time, key string, rate, size float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = map[string]*bucket{}
	}
	b := l.buckets[key]
	if b == nil {
		b = &bucket{left: size, at: now}
		l.buckets[key] = b
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.left = min(size, b.left+passed.Seconds()*rate)
		b.at = now
	}
	b.left--
	if b.left >= 0 {
		return 0
	}
	return time.Duration(-b.left / rate * float64(time.Second))
}
