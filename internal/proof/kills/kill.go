package kills

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Instant is when the process is killed: at a request, before or after it took
// effect, or at a change in the folder of fly.toml or of the records.
type Instant struct {
	Request int // from 1
	Effect  bool
	Change  int // from 1; Request is 0
}

// String says it in words.
func (i Instant) String() string {
	switch {
	case i.Change > 0:
		return fmt.Sprintf("at change %d on disk", i.Change)
	case i.Effect:
		return fmt.Sprintf("after request %d took effect", i.Request)
	}
	return fmt.Sprintf("before request %d takes effect", i.Request)
}

// Whole runs apply without a kill: the end that every other run must reach,
// how many requests it takes, and how many changes on disk (0 where the system
// does not tell of them).
func (s *Site) Whole() (end End, requests, changes int, err error) {
	s.At(nil)
	var mu sync.Mutex
	stop, err := watch([]string{s.Dir, s.journals()}, func() { mu.Lock(); changes++; mu.Unlock() })
	if err != nil {
		return End{}, 0, 0, err
	}
	err = s.Apply()
	stop()
	if err != nil {
		return End{}, 0, 0, err
	}
	end, err = s.End()
	return end, s.Requests(), changes, err
}

// Killed is what came of a kill.
type Killed struct {
	End    End
	Struck bool   // false: the run was over before the instant came
	Where  string // the request at which it struck
}

// Kill runs apply, kills it at the instant, and runs apply again, to its end.
//
// Killed between the storing of a secret and its answer, no run knows whose value
// the app has: the next one must leave the entry in the file for a person to look
// at, and nothing restarts onto it; it gets to the end with that consent.
func (s *Site) Kill(at Instant) (Killed, error) {
	k := &killing{at: at, ready: make(chan struct{})}
	s.At(k.request)
	stop, err := watch([]string{s.Dir, s.journals()}, k.change)
	if err != nil {
		return Killed{}, err
	}
	p, err := s.Start("apply", "--yes")
	if err != nil {
		stop()
		return Killed{}, err
	}
	k.platform, k.process = s.Platform, p
	close(k.ready)
	code, out, errOut := p.Wait()
	stop()
	s.At(nil)
	if code != 0 && code != -1 {
		return Killed{}, fmt.Errorf("the apply to be killed: exit %d\n%s\n%s", code, out, errOut)
	}
	struck := Killed{Struck: code == -1, Where: k.where}
	if err := s.Apply(); err != nil {
		return struck, fmt.Errorf("killed %s (%s); then %w", at, k.where, err)
	}
	if err := s.looksFirst(struck, at); err != nil {
		return struck, fmt.Errorf("killed %s (%s); then %w", at, k.where, err)
	}
	struck.End, err = s.End()
	return struck, err
}

// looksFirst gives the consent, where the entry was left for it: to the secret
// alone, and the rest follows without. A kill at a change on disk comes a moment
// later, so it may be one at the answer.
func (s *Site) looksFirst(k Killed, at Instant) error {
	file, err := os.ReadFile(filepath.Join(s.Dir, "fly.toml"))
	if err != nil || !k.Struck {
		return err
	}
	unknown := at.Effect && k.Where == "POST /secrets"
	switch left := bytes.Contains(file, []byte("DATABASE_URL")); {
	case unknown && !left:
		return errors.New("the entry left fly.toml, though nobody knows whose secret the app has")
	case !left || !unknown && at.Change == 0:
		return nil
	}
	if err := s.Apply("--rule", "env-secrets", "--allow", "review"); err != nil {
		return err
	}
	return s.Apply()
}

// killing kills one process.
type killing struct {
	at       Instant
	ready    chan struct{} // closed when the process is known
	process  *Process
	platform http.Handler

	mu      sync.Mutex
	changes int
	where   string
}

func (k *killing) request(n int, r *http.Request) Fate {
	if n != k.at.Request {
		return Served
	}
	<-k.ready
	k.where = r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v1/apps/"+appName)
	if k.at.Effect {
		k.platform.ServeHTTP(deaf{http.Header{}}, r)
	}
	k.process.Kill()
	return Unanswered
}

func (k *killing) change() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changes++; k.changes == k.at.Change {
		<-k.ready
		k.where = "on disk"
		k.process.Kill()
	}
}

// deaf is where an answer goes that nobody gets.
type deaf struct{ header http.Header }

func (d deaf) Header() http.Header       { return d.header }
func (deaf) Write(b []byte) (int, error) { return len(b), nil }
func (deaf) WriteHeader(int)             {}

// Instants spreads n instants over a run: every second one is before a request
// and every second one after; where the system tells of changes on disk, a
// third of them are at those.
func Instants(n, requests, changes int) []Instant {
	var out []Instant
	disk := 0
	if changes > 0 {
		disk = min(n/3, changes)
	}
	for i := range disk {
		out = append(out, Instant{Change: 1 + i*changes/disk})
	}
	rest := n - disk
	for i := range rest {
		out = append(out, Instant{Request: 1 + i*requests/rest, Effect: i%2 == 1})
	}
	return out
}
