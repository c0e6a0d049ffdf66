package fly_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/fly"
	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
)

func TestRefusalKinds(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		body   string
		want   live.Kind
		says   string
	}{
		"400":             {400, `{"error":"invalid config.guest"}`, live.Invalid, "invalid config.guest"},
		"401":             {401, `{"error":"unauthorized"}`, live.Unauthorized, "unauthorized"},
		"403":             {403, `{"error":"no access"}`, live.Forbidden, "no access"},
		"403 quota":       {403, `{"error":"your org is over the allowed quota of memory"}`, live.Capacity, "quota"},
		"404":             {404, `{"error":"machine not found"}`, live.NotFound, "machine not found"},
		"409":             {409, `{"error":"aborted: machine is replacing: concurrent update in progress"}`, live.NotYet, "replacing"},
		"409 no room":     {409, `{"error":"aborted: could not reserve resource for machine: insufficient memory"}`, live.Capacity, "reserve"},
		"409 older lease": {409, `{"status":"error","message":"machine ID x lease currently held by 0aa@tokens.fly.io, expires at 2026-09-01T12:00:10Z"}`, live.LeaseHeld, "held by"},
		"412":             {412, `{"error":"unable to start machine from current state: 'replacing'"}`, live.Conflict, "replacing"},
		"412 no room":     {412, `{"error":"insufficient resources to create machine"}`, live.Capacity, "insufficient"},
		"422":             {422, `{"error":"add a payment method"}`, live.Invalid, "payment"},
		"422 no room":     {422, `{"error":"sorry","status":"insufficient_capacity"}`, live.Capacity, "sorry"},
		"500":             {500, `{"error":"oops"}`, live.Unknown, "oops"},
		"504 page":        {504, `<html><h1>Gateway</h1>`, live.Unknown, "gateway timeout"},
		"plain text":      {400, "nope\n", live.Invalid, "nope"},
		"other JSON":      {400, `[1]`, live.Invalid, "bad request"},
		"error an object": {400, `{"error":{"a":1}}`, live.Invalid, "bad request"},
		"escapes":         {400, `{"error":"a\u001b[31mb\r\nc\u202ed\u0000"}`, live.Invalid, "a[31mb  cd"},
		"302":             {302, ``, live.BadReply, "redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			c := answer(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Fly-Request-Id", "01REQ")
				w.Header().Set("Location", "http://elsewhere.invalid/")
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			})
			_, err := c.Machine(t.Context(), "m1")
			e := wantKind(t, err, tc.want)
			if e.Status != tc.status || e.RequestID != "01REQ" || !strings.Contains(e.Message, tc.says) {
				t.Errorf("error %+v, want the message to have %q", e, tc.says)
			}
			if tc.want == live.LeaseHeld && (e.Owner != "0aa@tokens.fly.io" || !e.ExpiresAt.Equal(epoch.Add(10*time.Second))) {
				t.Errorf("owner %q, expires %v", e.Owner, e.ExpiresAt)
			}
		})
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	c := answer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		_, _ = w.Write([]byte(strings.Repeat("é", 5000)))
	})
	_, err := c.Machine(t.Context(), "m1")
	if n := len([]rune(wantKind(t, err, live.Invalid).Message)); n != 303 {
		t.Errorf("%d characters, want 300 and three dots", n)
	}
}

func TestReadsAreRepeated(t *testing.T) {
	for name, effect := range map[string]flysim.Effect{
		"500": flysim.Status(500, "oops"), "503": flysim.Status(503, "busy"), "408": flysim.Status(408, "slow"), "429": flysim.Status(429, "later"),
		"dropped": flysim.DropBefore(), "truncated": flysim.Truncate(),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			m := w.machine("148e2d9f0b6189")
			w.Fault(flysim.Fault{Times: 3, Effect: effect})
			if _, err := w.fly.Machine(t.Context(), m.ID()); err != nil {
				t.Fatal(err)
			}
			if n := len(w.Requests()); n != 4 {
				t.Errorf("%d requests, want 4", n)
			}
			if w.clk.Now().Equal(epoch) {
				t.Error("no pause between the tries")
			}
			w.Fault(flysim.Fault{Times: -1, Effect: effect})
			before := len(w.Requests())
			if _, err := w.fly.Machine(t.Context(), m.ID()); err == nil {
				t.Error("no error")
			}
			// net/http itself asks once more when a connection that it had kept is gone.
			if n := len(w.Requests()) - before; n != 4 && (name != "dropped" || n != 5) {
				t.Errorf("%d requests before it gave up, want 4", n)
			}
		})
	}
	t.Run("not what is refused", func(t *testing.T) {
		w := newWorld(t)
		w.Fault(flysim.Fault{Times: -1, Effect: flysim.HTML(200)})
		_, err := w.fly.Machine(t.Context(), "m1")
		wantKind(t, err, live.BadReply)
		if n := len(w.Requests()); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	w := newWorld(t)
	m := w.machine("148e2d9f0b6189")
	w.Fault(flysim.Fault{Method: "POST", Effect: flysim.Status(429, "slow down", "Retry-After", "7")})
	fine(t, w.fly.StopMachine(t.Context(), m.ID(), "")) // refused before any effect, so sent again
	if passed := w.clk.Now().Sub(epoch); passed < 7*time.Second || w.count("POST") != 2 {
		t.Errorf("%v passed, %d requests", passed, w.count("POST"))
	}
	w.Fault(flysim.Fault{Method: "POST", Effect: flysim.Status(429, "slow down", "Retry-After", "3600")})
	before := w.clk.Now()
	wantKind(t, w.fly.StartMachine(t.Context(), m.ID(), ""), live.RateLimited)
	if w.clk.Now().Sub(before) > time.Minute {
		t.Error("it waited for an hour")
	}
}

func TestOwnRateLimit(t *testing.T) {
	w := newWorld(t, flysim.Options{RateLimits: true})
	m := w.machine("148e2d9f0b6189")
	for range 30 {
		if _, err := w.fly.Machine(t.Context(), m.ID()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.fly.LeaseHolder(t.Context(), m.ID()); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range w.Requests() {
		if r.Status == 429 {
			t.Fatalf("%s was over the limit", r.Line())
		}
	}
	if passed := w.clk.Now().Sub(epoch); passed < 26*time.Second || passed > 31*time.Second {
		t.Errorf("30 requests at 1 a second after a burst of 3 took %v", passed)
	}
}

func TestNoConnection(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	fine(t, err)
	url := "http://" + ln.Addr().String()
	fine(t, ln.Close())
	clk := clock.NewVirtual(epoch)
	c := dial(t, fly.Config{Token: secret.New("test"), FlapsURL: url, Clock: clk})
	wantKind(t, c.StopMachine(t.Context(), "m1", ""), live.Unreachable)
	if clk.Now().Equal(epoch) {
		t.Error("a refused connection was not tried again")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.StopMachine(ctx, "m1", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want it to say that the context ended", err)
	}
}

func TestCancelledAfterSendingIsUnknown(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		cancel()
		<-done
	}))
	t.Cleanup(srv.Close)
	defer close(done)
	c := dial(t, fly.Config{Token: secret.New("test"), FlapsURL: srv.URL, Clock: clock.NewVirtual(epoch)})
	wantKind(t, c.StopMachine(ctx, "m1", ""), live.Unknown)
}

func TestRedirectDoesNotTakeTheTokenAway(t *testing.T) {
	var visits atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	t.Cleanup(other.Close)
	w := newWorld(t)
	w.Fault(flysim.Fault{Times: -1, Effect: flysim.Redirect(other.URL)})
	_, err := w.fly.Machine(t.Context(), "m1")
	wantKind(t, err, live.BadReply)
	wantKind(t, w.fly.StopMachine(t.Context(), "m1", ""), live.Unknown)
	if n := visits.Load(); n != 0 {
		t.Errorf("the other host was visited %d times", n)
	}
}

func TestProbe(t *testing.T) {
	var seen http.Header
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		switch r.URL.RequestURI() {
		case "/healthz?deep=1":
		case "/old":
			http.Redirect(w, r, "/healthz", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	host := strings.TrimPrefix(srv.URL, "https://")
	for path, want := range map[string]int{"/healthz?deep=1": 200, "/old": 302, "/nope": 404} {
		got, err := fly.Probe(t.Context(), srv.Client(), host, path)
		if err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", path, got, err, want)
		}
		if seen.Get("Authorization") != "" || seen.Get("Cookie") != "" {
			t.Errorf("%s went with %v", path, seen)
		}
	}
	for _, bad := range [][2]string{{"", "/"}, {"u:p@" + host, "/"}, {host + "/x", "/"}, {host, "x"}, {host, "//else.where/x"}} {
		if _, err := fly.Probe(t.Context(), srv.Client(), bad[0], bad[1]); err == nil {
			t.Errorf("%q was probed", bad)
		}
	}
}
