package faultrun

import (
	"fmt"
	"net/http"
	"time"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// trouble strikes once, at the nth request of a class in one process, or at
// the nth system call of the file's write.
type trouble struct {
	run   int    // the first in which it may strike
	class string // as class gives; "any"; "disk"
	nth   int
	what  string
	do    func(w *world, id string, s *strike)
	done  bool
	in    int      // the run it struck in
	after *trouble // strikes only in a run after that one's
}

// strike is what happens to one request or system call.
type strike struct {
	killBefore, killAfter, power, refuse, full bool
	effect                                     *flysim.Effect
}

// strikes lets the troubles of a request happen.
func (w *world) strikes(req *http.Request) strike {
	kind := class(req)
	w.proc.calls[kind]++
	w.proc.calls["any"]++
	id := machineOf(req.URL.Path)
	if id == "" {
		id = w.machines[w.proc.calls["any"]%len(w.machines)].id
	}
	return w.strike(func(t *trouble) bool {
		return (t.class == kind || t.class == "any") && t.nth == w.proc.calls[t.class]
	}, id, req.Method+" "+req.URL.Path)
}

func (w *world) strikesDisk(class, what string) strike {
	w.proc.calls[class]++
	return w.strike(func(t *trouble) bool { return t.class == class && t.nth == w.proc.calls[class] }, "", "system call: "+what)
}

func (w *world) strike(hits func(*trouble) bool, id, at string) (s strike) {
	for _, t := range w.troubles {
		if !t.done && w.proc.run >= t.run && (t.after == nil || t.after.done && t.after.in < w.proc.run) && hits(t) {
			t.done, t.in, w.proc.faulty = true, w.proc.run, true
			w.struck = append(w.struck, fmt.Sprintf("run %d, %s %d: %s at %s", w.proc.run, t.class, t.nth, t.what, at))
			w.note("STRIKE %s at %s", t.what, at)
			t.do(w, id, &s)
		}
	}
	return s
}

// drawTroubles takes none to four of them.
func (w *world) drawTroubles() {
	for range pick(w, 0, 1, 1, 1, 2, 2, 3, 4) {
		t := &trouble{run: pick(w, 1, 1, w.hardRuns)}
		switch w.rng.IntN(10) {
		case 0, 1:
			t.class, t.nth = "any", 1+w.rng.IntN(20+10*len(w.machines))
		case 2:
			t.class, t.nth = "disk", 1+w.rng.IntN(10)
		case 3:
			t.class, t.nth = "journal", 1+w.rng.IntN(12+6*len(w.machines))
		default:
			t.class = pick(w, "secrets-get", "secrets-get", "secrets-post", "secrets-post", "lease-get", "lease-post", "lease-delete", "update", "update", "read", "wait", "list", "create", "destroy", "act")
			t.nth = 1 + w.rng.IntN(4)
			if w.chance(2) {
				t.nth = 1
			}
			if t.class == "secrets-get" {
				t.nth = 2 + w.rng.IntN(3)
			}
		}
		t.what, t.do = w.drawEffect(t.class)
		w.troubles = append(w.troubles, t)
	}
	if w.hardRuns > 1 && w.chance(2) { // between the last look at a machine and its update
		w.troubles = append(w.troubles, &trouble{
			run: 2, class: pick(w, "lease-get", "lease-post"), nth: 1 + w.rng.IntN(4), what: "somebody updates it", do: othersUpdate,
		})
	}
	w.drawScenes()
	w.drawMore()
	w.drawRemoval()
}

func (w *world) drawEffect(class string) (string, func(*world, string, *strike)) {
	n := w.rng.IntN(8)
	switch {
	case (class == "disk" || class == "journal") && n < 6:
		return w.drawKill()
	case class == "disk" || class == "journal":
		return "disk full", func(_ *world, _ string, s *strike) { s.full = true }
	case class == "secrets-get" && n < 4:
		return "somebody sets the secret", othersSetSecret
	case class == "secrets-post" && n < 3:
		return "says yes and stores nothing", reply(flysim.Body(http.StatusOK, `{"secrets":[{"name":"DATABASE_URL","digest":"00"}],"version":1}`))
	case n < 4:
		return w.drawReply()
	case n < 6:
		return w.drawEnd()
	}
	return w.drawOthers()
}

func reply(e flysim.Effect) func(*world, string, *strike) {
	return func(_ *world, _ string, s *strike) { s.effect = &e }
}

func (w *world) drawReply() (string, func(*world, string, *strike)) {
	if w.chance(3) {
		code := pick(w, 400, 401, 403, 404, 408, 409, 412, 422, 429, 500, 502, 503, 504)
		return fmt.Sprintf("status %d", code), reply(flysim.Status(code, "oops"))
	}
	slow := time.Duration(pick(w, 1, 5, 14, 20, 45)) * time.Second
	switch w.rng.IntN(8) {
	case 0:
		return "dropped before effect", reply(flysim.DropBefore())
	case 1, 2:
		return "dropped after effect", reply(flysim.DropAfter())
	case 3:
		return "502 after effect", reply(flysim.StatusAfter(http.StatusBadGateway, "bad gateway"))
	case 4:
		return "slow " + slow.String(), reply(flysim.Slow(slow))
	case 5:
		return "duplicated", reply(flysim.Duplicate())
	case 6:
		return "html", reply(flysim.HTML(pick(w, 200, 502)))
	}
	return "truncated", reply(flysim.Truncate())
}

// drawKill is the end of the process, or of the power of its computer.
func (w *world) drawKill() (string, func(*world, string, *strike)) {
	after, power := w.chance(2), w.chance(2)
	what := "killed"
	if power {
		what = "power lost"
	}
	if after {
		return what + " after", func(_ *world, _ string, s *strike) { s.killAfter, s.power = true, power }
	}
	return what + " before", func(_ *world, _ string, s *strike) { s.killBefore, s.power = true, power }
}

// drawEnd is an end of the process, or of its network.
func (w *world) drawEnd() (string, func(*world, string, *strike)) {
	switch w.rng.IntN(6) {
	case 0, 1, 2, 3:
		return w.drawKill()
	case 4:
		return "connection refused", func(_ *world, _ string, s *strike) { s.refuse = true }
	}
	twice := w.chance(3)
	return "ctrl-c", func(w *world, _ string, _ *strike) {
		w.proc.interrupted = true
		w.proc.cancel()
		if twice && !w.proc.aborted {
			w.proc.aborted = true
			close(w.proc.abort)
		}
	}
}
