package kills

import (
	"net/http"
	"sync"
)

// hook is what is called at each request.
type hook struct {
	mu   sync.Mutex
	seen int
	do   func(int, *http.Request) Fate
}

func (h *hook) set(do func(int, *http.Request) Fate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen, h.do = 0, do
}

func (h *hook) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen
}

// call runs unlocked: what it calls may block.
func (h *hook) call(r *http.Request) Fate {
	h.mu.Lock()
	h.seen++
	n, do := h.seen, h.do
	h.mu.Unlock()
	if do == nil {
		return Served
	}
	return do(n, r)
}
