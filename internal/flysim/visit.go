package flysim

import (
	"net/http"
	"slices"
	"strings"
)

// Visit is one request to an app's public hostname.
type Visit struct {
	Method, Path string
	Header       http.Header
	Status       int
}

// visited is the app of a public hostname; nil for the hosts of Fly's own APIs.
func (p *Platform) visited(host string) *App {
	name, ok := strings.CutSuffix(host, ".fly.dev")
	if !ok {
		return nil
	}
	p.lock()
	defer p.mu.Unlock()
	return p.apps[name]
}

// visit answers as the app's process does through the proxy: by App.Serves,
// where the path "*" stands for every other one, and 503 with nobody up.
func (a *App) visit(w http.ResponseWriter, r *http.Request) {
	a.p.lock()
	defer a.p.mu.Unlock()
	status := http.StatusServiceUnavailable
	if slices.ContainsFunc(a.machines, func(m *Machine) bool { return m.state == "started" }) {
		status = a.spec.answerTo(r.URL.Path)
	}
	a.visits = append(a.visits, Visit{r.Method, r.URL.Path, r.Header.Clone(), status})
	if status/100 == 3 {
		w.Header().Set("Location", "https://elsewhere.example/login")
	}
	w.WriteHeader(status)
}

func (s AppSpec) answerTo(path string) int {
	for _, want := range []string{path, "*"} {
		for _, r := range s.Serves {
			if r.Path != want {
				continue
			}
			if r.Status == 0 {
				return http.StatusOK
			}
			return r.Status
		}
	}
	return http.StatusNotFound
}

// Visits are the requests to the app's public hostname, in order.
func (a *App) Visits() []Visit {
	a.p.lock()
	defer a.p.mu.Unlock()
	return slices.Clone(a.visits)
}
