package flysim

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"time"
)

// Fault does something to matching requests.
type Fault struct {
	Method string                   // "" for any
	Path   string                   // regular expression on the path; "" for any
	Match  func(*http.Request) bool // further condition
	Nth    int                      // the first matching request that is hit, from 1; default 1
	Times  int                      // how many from there on; default 1, -1 for all
	Effect Effect
}

// Effect is what a fault does to a request: answer it in w, and give the
// status for the tape, 0 when there was no reply.
type Effect struct {
	name  string
	serve func(p *Platform, w http.ResponseWriter, r *http.Request, body []byte) int
	drop  bool // cut the connection at the end
}

// Armed is a fault in place.
type Armed struct {
	p *Platform
	f *armedFault
}

// Hits is how often the fault was done.
func (a Armed) Hits() int {
	a.p.lock()
	defer a.p.mu.Unlock()
	return a.f.hits
}

type armedFault struct {
	Fault
	path       *regexp.Regexp
	seen, hits int
}

// Fault puts a fault in place. Those put first are looked at first.
func (p *Platform) Fault(f Fault) Armed {
	a := &armedFault{Fault: f, path: regexp.MustCompile(f.Path)}
	if a.Nth == 0 {
		a.Nth = 1
	}
	if a.Times == 0 {
		a.Times = 1
	}
	p.lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, a)
	return Armed{p, a}
}

// ClearFaults takes all faults away.
func (p *Platform) ClearFaults() {
	p.lock()
	defer p.mu.Unlock()
	p.faults = nil
}

func (p *Platform) faultFor(r *http.Request) *armedFault {
	for _, f := range p.faults {
		if f.Method != "" && f.Method != r.Method || !f.path.MatchString(r.URL.Path) || f.Match != nil && !f.Match(r) {
			continue
		}
		f.seen++
		if f.seen >= f.Nth && (f.Times < 0 || f.seen < f.Nth+f.Times) {
			f.hits++
			return f
		}
	}
	return nil
}

func (p *Platform) serveFault(w http.ResponseWriter, r *http.Request, body []byte, f *armedFault, n int) {
	status := f.Effect.serve(p, w, r, body)
	p.answered(n, status, f.Effect.name)
	if f.Effect.drop {
		panic(http.ErrAbortHandler) // the way to close a connection without a word
	}
}

// Status answers with an error of the Machines API, without effect. Headers
// are pairs.
func Status(code int, message string, headers ...string) Effect {
	return Effect{name: "status", serve: func(_ *Platform, w http.ResponseWriter, _ *http.Request, _ []byte) int {
		return write(w, code, encode(object{"error": message}), headers...)
	}}
}

// StatusAfter lets the request take effect and answers with an error.
func StatusAfter(code int, message string) Effect {
	return Effect{name: "status after effect", serve: func(p *Platform, w http.ResponseWriter, r *http.Request, body []byte) int {
		p.serve(httptest.NewRecorder(), r, body)
		return write(w, code, encode(object{"error": message}))
	}}
}

// StatusBefore answers with an error at once and lets the request take effect d
// later.
func StatusBefore(d time.Duration, code int, message string) Effect {
	return Effect{name: "status before effect", serve: func(p *Platform, w http.ResponseWriter, r *http.Request, body []byte) int {
		later := r.Clone(context.WithoutCancel(r.Context()))
		p.After(d, func() { p.serve(httptest.NewRecorder(), later, body) })
		return write(w, code, encode(object{"error": message}))
	}}
}

// Body answers with a status and a raw body, without effect.
func Body(code int, body string, headers ...string) Effect {
	return Effect{name: "body", serve: func(_ *Platform, w http.ResponseWriter, _ *http.Request, _ []byte) int {
		return write(w, code, []byte(body), headers...)
	}}
}

func write(w http.ResponseWriter, code int, body []byte, headers ...string) int {
	w.Header().Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		w.Header().Set(headers[i], headers[i+1])
	}
	w.WriteHeader(code)
	_, _ = w.Write(body) // the client may have gone
	return code
}

// DropBefore closes the connection; the request has no effect.
func DropBefore() Effect {
	return Effect{name: "dropped before effect", drop: true, serve: func(*Platform, http.ResponseWriter, *http.Request, []byte) int { return 0 }}
}

// DropAfter lets the request take effect and closes the connection without a
// reply.
func DropAfter() Effect {
	return Effect{name: "dropped after effect", drop: true, serve: func(p *Platform, _ http.ResponseWriter, r *http.Request, body []byte) int {
		p.serve(httptest.NewRecorder(), r, body)
		return 0
	}}
}

// Slow answers d later; the effect comes first.
func Slow(d time.Duration) Effect {
	return Effect{name: "slow", serve: func(p *Platform, w http.ResponseWriter, r *http.Request, body []byte) int {
		rec := httptest.NewRecorder()
		p.serve(rec, r, body)
		_ = p.clk.Sleep(r.Context(), d) // ends early when the client goes
		return replay(w, rec, rec.Body.Bytes())
	}}
}

// Late lets d pass before e.
func Late(d time.Duration, e Effect) Effect {
	return Effect{name: e.name, drop: e.drop, serve: func(p *Platform, w http.ResponseWriter, r *http.Request, body []byte) int {
		_ = p.clk.Sleep(r.Context(), d)
		return e.serve(p, w, r, body)
	}}
}

// Duplicate lets the request take effect twice and answers with the second
// reply, as a proxy that sends again does.
func Duplicate() Effect {
	return Effect{name: "duplicated", serve: func(p *Platform, w http.ResponseWriter, r *http.Request, body []byte) int {
		p.serve(httptest.NewRecorder(), r, body)
		return p.serve(w, r, body)
	}}
}

// HTML answers with a page, as a gateway in between does.
func HTML(code int) Effect {
	e := Body(code, "<!doctype html><html><body><h1>Bad gateway</h1></body></html>", "Content-Type", "text/html")
	e.name = "html"
	return e
}

// Truncate lets the request take effect and cuts the reply in the middle.
func Truncate() Effect {
	return Effect{name: "truncated", drop: true, serve: func(p *Platform, w http.ResponseWriter, r *http.Request, body []byte) int {
		rec := httptest.NewRecorder()
		p.serve(rec, r, body)
		all := rec.Body.Bytes()
		w.Header().Set("Content-Length", "1000000")
		code := replay(w, rec, all[:len(all)/2])
		_ = http.NewResponseController(w).Flush() // or the half never leaves
		return code
	}}
}

// Huge answers with 64 MiB of valid JSON.
func Huge() Effect {
	return Effect{name: "huge", serve: func(_ *Platform, w http.ResponseWriter, _ *http.Request, _ []byte) int {
		code := write(w, http.StatusOK, []byte(`{"error":"`))
		chunk := []byte(strings.Repeat("x", 1<<20))
		for range 64 {
			if _, err := w.Write(chunk); err != nil {
				return code
			}
		}
		_, _ = w.Write([]byte(`"}`))
		return code
	}}
}

// Redirect sends the client somewhere else.
func Redirect(to string) Effect {
	e := Body(http.StatusTemporaryRedirect, "", "Location", to)
	e.name = "redirected"
	return e
}

// Then does something to the platform before the request is served as usual:
// this is how a test has others act between two requests of the program.
func Then(do func()) Effect {
	return Effect{name: "", serve: func(p *Platform, w http.ResponseWriter, r *http.Request, body []byte) int {
		do()
		return p.serve(w, r, body)
	}}
}

func replay(w http.ResponseWriter, rec *httptest.ResponseRecorder, body []byte) int {
	for k, v := range maps.All(rec.Header()) {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
	return rec.Code
}
