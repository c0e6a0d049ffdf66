package faultrun

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// wire carries requests to the platform without a socket, and is where
// troubles strike.
type wire struct{ w *world }

// RoundTrip implements http.RoundTripper.
func (t wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w := t.w
	p := w.proc
	if p == nil || p.dead {
		return nil, io.EOF // what a dead process has deferred
	}
	body := bodyOf(req)
	if err := p.ended(req); err != nil {
		return nil, err
	}
	w.leaks(req, body)
	w.kept("before " + req.Method + " " + req.URL.Path)
	p.recorded(req, body)
	p.cloneRecorded()
	p.asks(req, body)
	now := w.strikes(req)
	w.during(req, &now)
	if now.refuse {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if now.killBefore {
		p.end(now)
	}
	nth := w.p.Count() // others may come while this one is slow
	p.nth = nth
	wrong := cmp.Or(w.beforeDestroy(req), w.beforeUpdate(req, body), w.beforeTakingValues(req, body), w.beforeCreate(req, body))
	resp, err := w.serve(req, body, now.effect)
	w.sawRead(req, resp)
	p.answered(req, resp)
	if wrong != "" && w.accepted(nth) && !w.faked() {
		w.fail("%s", wrong)
	}
	w.kept("after " + req.Method + " " + req.URL.Path)
	if now.killAfter {
		p.end(now)
	}
	if ended := p.ended(req); ended != nil {
		return nil, ended
	}
	return resp, err
}

func bodyOf(req *http.Request) []byte {
	if req.Body == nil {
		return nil
	}
	var b bytes.Buffer
	if req.ContentLength > 0 {
		b.Grow(int(req.ContentLength) + bytes.MinRead)
	}
	_, _ = b.ReadFrom(req.Body) // of memory
	_ = req.Body.Close()
	return b.Bytes()
}

// ended is the error of a request whose context has ended. The context that
// an apply works in ends by a goroutine of its own once the user aborts; it is
// waited for, so that the same seed gives the same run. Leases are released
// in a context that outlives that.
func (p *process) ended(req *http.Request) error {
	if p.aborted && req.Method != http.MethodDelete {
		select {
		case <-req.Context().Done():
		case <-time.After(time.Second):
		}
	}
	return req.Context().Err()
}

// serve has the platform answer. A reply that took longer than the client
// waits for is none.
func (w *world) serve(req *http.Request, body []byte, effect *flysim.Effect) (*http.Response, error) {
	if effect != nil {
		w.p.Fault(flysim.Fault{Effect: *effect})
		defer w.p.ClearFaults()
	}
	in := req.WithContext(context.WithoutCancel(req.Context()))
	in.Body = http.NoBody
	if len(body) > 0 {
		in.Body = io.NopCloser(bytes.NewReader(body))
	}
	rec := httptest.NewRecorder()
	began := w.clk.Now()
	cut := serveCut(w.p, rec, in)
	if w.clk.Now().Sub(began) > patience(req) {
		return nil, context.DeadlineExceeded
	}
	if cut && !rec.Flushed {
		return nil, io.EOF
	}
	resp := rec.Result()
	resp.Request, resp.ContentLength = req, int64(rec.Body.Len())
	if cut {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(rec.Body.Bytes()), broken{}))
	}
	return resp, nil
}

// accepted says whether the platform did what it was asked for by the nth
// request.
func (w *world) accepted(nth int) bool {
	from := w.p.RequestsFrom(nth)
	return len(from) > 0 && from[0].Status/100 == 2
}

// faked says whether the last answer was none of the platform's.
func (w *world) faked() bool { return w.lastFault() == "html" }

// lastFault is what was done to the last answer; "" where it came through.
func (w *world) lastFault() string {
	if from := w.p.RequestsFrom(w.proc.nth); len(from) > 0 {
		return from[0].Fault
	}
	return ""
}

// serveCut says whether the connection was cut.
func serveCut(p *flysim.Platform, rec http.ResponseWriter, req *http.Request) (cut bool) {
	defer func() {
		switch r := recover(); {
		case r == nil:
		case r == http.ErrAbortHandler: //nolint:errorlint // a panic's value, never wrapped
			cut = true
		default:
			panic(r)
		}
	}()
	p.ServeHTTP(rec, req)
	return false
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// patience is how long the client waits for a reply.
func patience(req *http.Request) time.Duration {
	if n, err := strconv.Atoi(req.URL.Query().Get("timeout")); err == nil {
		return time.Duration(n+10) * time.Second
	}
	if req.Method == http.MethodDelete {
		return 10 * time.Second
	}
	return 30 * time.Second
}

// class is what a request is about, for troubles that strike one kind only.
func class(req *http.Request) string {
	path := strings.TrimPrefix(req.URL.Path, "/v1/apps/shop")
	method := strings.ToLower(req.Method)
	switch {
	case path == "/secrets":
		return "secrets-" + method
	case path == "/machines" && method == "get":
		return "list"
	case path == "/machines":
		return "create"
	case strings.HasSuffix(path, "/lease"):
		return "lease-" + method
	case strings.HasSuffix(path, "/wait"):
		return "wait"
	case strings.HasSuffix(path, "/start"), strings.HasSuffix(path, "/stop"), strings.HasSuffix(path, "/suspend"):
		return "act"
	case machineOf(req.URL.Path) != "" && method == "post":
		return "update"
	case machineOf(req.URL.Path) != "" && method == "get":
		return "read"
	case machineOf(req.URL.Path) != "" && method == "delete":
		return "destroy"
	}
	return "other"
}

// asksVersion says whether a set of secrets sets none: the version is told on
// a write only.
func asksVersion(body []byte) bool { return bytes.Contains(body, []byte(`{"values":{"UNUSED_`)) }

// machineOf is the machine that a path is about; "" for none.
func machineOf(path string) string {
	parts := strings.Split(path, "/") // "" v1 apps shop machines ID ...
	if len(parts) > 5 && parts[4] == "machines" {
		return parts[5]
	}
	return ""
}

// leaks looks for a secret value in a request that has no business with one.
// A machine may be sent what its own configuration has or had, and a clone what
// the machine that it is made of has still.
func (w *world) leaks(req *http.Request, body []byte) {
	kind := class(req)
	for name, v := range w.values {
		if strings.Contains(req.URL.String(), v) {
			w.fail("promise 3: the value of %s is in the address of %s", name, kind)
		}
		if kind == "secrets-post" || !bytes.Contains(body, []byte(v)) {
			continue
		}
		m := w.app.Machine(machineOf(req.URL.Path))
		own := kind == "update" && m != nil && (w.machineOf(m.ID()) != nil || strings.Contains(w.proc.start[m.ID()].config, v))
		if !own && !(kind == "create" && w.someMachineHas(v)) {
			w.fail("promise 3: the value of %s went out in %s %s", name, req.Method, req.URL.Path)
		}
	}
}

func (w *world) someMachineHas(v string) bool {
	return slices.ContainsFunc(w.machines, func(m machine) bool { return bytes.Contains(w.app.Machine(m.id).Config(), []byte(v)) })
}

// sawRead notes what the program was told.
func (w *world) sawRead(req *http.Request, resp *http.Response) {
	p := w.proc
	kind := class(req)
	if kind == "list" && resp != nil && resp.StatusCode == http.StatusOK {
		p.planned = true
		p.sawList()
	}
	if fault := w.lastFault(); kind == "secrets-get" && resp != nil && resp.StatusCode == http.StatusOK && fault != "truncated" && fault != "html" {
		w.toldOfRemovals()
		p.secretsRead = true // one that was cut off is asked for again (seed 4279711564029)
	}
}

var errFull = errors.New("no space left on device")
