package flysim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// object is a JSON object of a reply.
type object map[string]any

// nonceHeader carries the nonce of a lease.
const nonceHeader = "Fly-Machine-Lease-Nonce"

// maxBody is the largest request body that is read.
const maxBody = 16 << 20

// call is one request while it is answered.
type call struct {
	p    *Platform
	ctx  context.Context
	r    *http.Request
	body []byte
	app  *App
	m    *Machine
}

// reply is what a handler answers: a JSON body, or none when it is nil.
type reply struct {
	status int
	body   any
	header map[string]string
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

// fail is an error in the form of the Machines API.
func fail(status int, format string, args ...any) reply {
	return reply{status: status, body: object{"error": fmt.Sprintf(format, args...)}}
}

// failFor is an error with the machine-readable status that Fly adds to some.
func failFor(status int, code, format string, args ...any) reply {
	return reply{status: status, body: object{"error": fmt.Sprintf(format, args...), "status": code}}
}

func (r reply) isError() bool { return r.status > 299 }

type handler func(*call) reply

// decode reads the request body; the reply is a 400 when it is not JSON.
func (c *call) decode(into any) (reply, bool) {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return reply{}, true
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		return fail(http.StatusBadRequest, "invalid request body"), false
	}
	return reply{}, true
}

func (c *call) nonce() string { return c.r.Header.Get(nonceHeader) }

func (c *call) query(key string) string { return c.r.URL.Query().Get(key) }

// encode writes JSON without the HTML escapes of json.Marshal, so that what
// was kept word for word stays so.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("flysim: " + err.Error()) // only our own types are encoded
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// ServeHTTP implements http.Handler.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a := p.visited(r.Host); a != nil {
		a.visit(w, r)
		return
	}
	body, err := bodyOf(w, r)
	if err != nil {
		http.Error(w, `{"error":"request body too large"}`, http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))

	p.lock()
	if p.began == nil {
		p.began = p.beginning()
	}
	id := fmt.Sprintf("01FLYSIM%018d-sim", p.next("request"))
	n := p.record(r, body, id)
	fault := p.faultFor(r)
	p.mu.Unlock()

	w.Header().Set("Fly-Request-Id", id)
	if fault != nil {
		p.serveFault(w, r, body, fault, n)
		return
	}
	status := p.serve(w, r, body)
	p.answered(n, status, "")
}

func bodyOf(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
}

// serve answers without faults and tells the status.
func (p *Platform) serve(w http.ResponseWriter, r *http.Request, body []byte) int {
	r.Body = io.NopCloser(bytes.NewReader(body))
	cw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	p.mux.ServeHTTP(cw, r)
	return cw.status
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// handle makes an HTTP handler that runs h with the platform locked.
func (p *Platform) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // of a buffer
		rep, raw := p.run(h, &call{p: p, ctx: r.Context(), r: r, body: body})
		for k, v := range rep.header {
			w.Header().Set(k, v)
		}
		if raw != nil {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
		}
		w.WriteHeader(rep.status)
		_, _ = w.Write(raw) // the client may have gone: nothing to do about it
	}
}

// run answers with the platform locked, and encodes while it still is: the
// body may refer to what changes next.
func (p *Platform) run(h handler, c *call) (rep reply, raw []byte) {
	p.lock()
	defer p.mu.Unlock()
	rep = h(c)
	if rep.body != nil {
		raw = encode(rep.body)
	}
	return rep, raw
}

// authorized lets a request through when its token is accepted.
func (p *Platform) authorized(h handler) handler {
	return func(c *call) reply {
		scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
		if scheme != "Bearer" && scheme != "FlyV1" || strings.TrimSpace(token) == "" || p.opts.Token != "" && token != p.opts.Token {
			return fail(http.StatusUnauthorized, "unauthorized")
		}
		return h(c)
	}
}

// inApp finds the app of the path.
func (p *Platform) inApp(h handler) handler {
	return p.authorized(func(c *call) reply {
		c.app = p.apps[c.r.PathValue("app")]
		switch {
		case c.app == nil:
			return fail(http.StatusNotFound, "app not found")
		case c.app.spec.Foreign:
			return fail(http.StatusForbidden, "unauthorized")
		}
		return h(c)
	})
}

// onMachine finds the machine of the path and holds the rate limit of the
// action.
func (p *Platform) onMachine(action string, h handler) handler {
	return p.inApp(func(c *call) reply {
		id := c.r.PathValue("id")
		if limited, ok := p.limit(action, id); !ok {
			return limited
		}
		c.m = c.app.machine(id)
		if c.m == nil || c.r.Method == http.MethodGet && p.now.Sub(c.m.created) < p.opts.CreateLag {
			return fail(http.StatusNotFound, "machine not found")
		}
		return h(c)
	})
}

// onApp is inApp with a rate limit per app.
func (p *Platform) onApp(action string, h handler) handler {
	return p.inApp(func(c *call) reply {
		if limited, ok := p.limit(action, c.app.id); !ok {
			return limited
		}
		return h(c)
	})
}

// writing is onMachine for what a lease of somebody else forbids.
func (p *Platform) writing(action string, h handler) handler {
	return p.onMachine(action, func(c *call) reply {
		if c.m.state == "destroyed" {
			return fail(http.StatusNotFound, "machine not found")
		}
		if refused, ok := c.leaseGuard(action); !ok {
			return refused
		}
		if c.m.hostStatus != "ok" {
			return fail(http.StatusServiceUnavailable, "unavailable: host of machine %s is %s", c.m.id, c.m.hostStatus)
		}
		return h(c)
	})
}
