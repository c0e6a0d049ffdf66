package commands_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answers are the ways in which something that is not Fly's API answers, and
// what is said about each: the first line of stderr has all of want.
var answers = map[string]struct {
	serve http.HandlerFunc
	want  []string
}{
	"a web page": {
		func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html><body>Welcome to the hotel</body></html>"))
		},
		[]string{"the reply is not the JSON that this call gives", "(HTTP 200)"},
	},
	"a web page as an error": {
		func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte("<html><body>blocked by the proxy</body></html>"))
		},
		[]string{"forbidden (HTTP 403)"},
	},
	"truncated JSON": {
		func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"name": "shop", "organ`)) },
		[]string{"the reply is not the JSON that this call gives"},
	},
	"a reply that is cut off": {
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"name": "shop"`))
		},
		[]string{"the reply was cut off"},
	},
	"10 MB": {
		func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"name": "` + strings.Repeat("x", 10<<20) + `"}`))
		},
		[]string{"the reply is larger than any that this call gives"},
	},
	"10 MB as an error": {
		func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(strings.Repeat("x", 10<<20)))
		},
		[]string{"(HTTP 400)"},
	},
	"nested deeper than anybody writes": {
		func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat("[", 500_000))) },
		[]string{"the reply is not the JSON that this call gives"},
	},
	"words for the terminal": {
		func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"error": "no\u001b[2J\u202e\nsecond line"}`))
		},
		[]string{"no[2J second line (HTTP 422)"},
	},
}

// Whatever answers instead of Fly: an error, one line that says so (and at
// most a hint), exit code 1, and nothing is changed.
func TestAnswersThatAreNotFlys(t *testing.T) {
	for name, tc := range answers {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			server := httptest.NewServer(tc.serve)
			defer server.Close()
			s.url = server.URL
			for _, args := range [][]string{{"plan"}, {"apply", "--yes"}} {
				code, out, errOut := s.run(args...)
				first, hint, _ := strings.Cut(errOut, "\n")
				if code != 1 || out != "" || strings.Count(hint, "\n") > 1 || len(first) > 450 {
					t.Errorf("%v: exit %d\n%s\n%.2000s", args, code, out, errOut)
				}
				for _, want := range append(tc.want, "Error: read ") {
					if !strings.Contains(first, want) {
						t.Errorf("%v does not say %q: %.500s", args, want, errOut)
					}
				}
				if strings.ContainsAny(errOut, "\x1b\u202e") {
					t.Errorf("%v speaks to the terminal: %q", args, errOut)
				}
			}
			if s.read("fly.toml") != shopToml {
				t.Error("fly.toml was changed")
			}
			s.noneSaid()
		})
	}
}

// A redirect is not followed, so no other host gets the token.
func TestRedirectsAreNotFollowed(t *testing.T) {
	asked := make(chan string, 100)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Method + " " + r.URL.Path }))
	defer other.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		s := newShop(t)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, status)
		}))
		s.url = server.URL
		code, out, errOut := s.run("apply", "--yes")
		server.Close()
		if code != 1 || out != "" || !strings.Contains(errOut, "the answer is a redirect, which is not followed") {
			t.Errorf("HTTP %d: exit %d\n%s\n%s", status, code, out, errOut)
		}
	}
	select {
	case request := <-asked:
		t.Errorf("the other host was asked for %s", request)
	default:
	}
}
