//go:build unix

package kills_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/proof/kills"
)

// updates says whether a request is the update of a machine.
func updates(r *http.Request, id string) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/machines/"+id)
}

// While one apply runs, another one says who does, and changes nothing.
func TestTwoAppliesAtOnce(t *testing.T) {
	t.Parallel()
	s := site(t, 2)
	arrived, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.At(func(_ int, r *http.Request) kills.Fate {
		if updates(r, "148e0000") {
			once.Do(func() { close(arrived) })
			<-goOn
		}
		return kills.Served
	})
	first, err := s.Start("apply", "--yes")
	if err != nil {
		t.Fatal(err)
	}
	<-arrived
	file, err := os.ReadFile(s.Dir + "/fly.toml")
	if err != nil {
		t.Fatal(err)
	}
	writes := len(s.Platform.Writes())
	for _, args := range [][]string{{"apply", "--yes"}, {"undo", "--yes"}} {
		second, err := s.Start(args...)
		if err != nil {
			t.Fatal(err)
		}
		code, out, errOut := second.Wait()
		who := fmt.Sprintf("Error: process %d runs fly-standards apply for shop on this computer, since ", first.PID())
		if code != 1 || !strings.Contains(errOut, who) || !strings.Contains(errOut, "nothing was changed") {
			t.Errorf("%v meanwhile: exit %d\n%s\n%s\nwant %q", args, code, out, errOut, who)
		}
	}
	if now, err := os.ReadFile(s.Dir + "/fly.toml"); err != nil || string(now) != string(file) {
		t.Errorf("the second process changed the file: %v", err)
	}
	if now := len(s.Platform.Writes()); now != writes {
		t.Errorf("the second process wrote to the platform: %s", s.Platform.Writes()[writes].Line())
	}
	close(goOn)
	if code, out, errOut := first.Wait(); code != 0 {
		t.Errorf("the first apply: exit %d\n%s\n%s", code, out, errOut)
	}
}

// Ctrl-C once: the machine in hand is finished, the next is not begun, leases
// are given back and the state is said. Then apply goes on from there.
func TestCtrlCFinishesTheMachineInHand(t *testing.T) {
	t.Parallel()
	whole, s := site(t, 2), site(t, 2)
	want, _, _, err := whole.Whole()
	if err != nil {
		t.Fatal(err)
	}
	known := make(chan *kills.Process, 1)
	s.At(func(_ int, r *http.Request) kills.Fate {
		if updates(r, "148e0000") {
			interrupt(t, <-known)
		}
		return kills.Served
	})
	p, err := s.Start("apply", "--yes")
	if err != nil {
		t.Fatal(err)
	}
	known <- p
	code, out, errOut := p.Wait()
	if code != 130 {
		t.Fatalf("exit %d, want 130\n%s\n%s", code, out, errOut)
	}
	for _, word := range []string{"machine 148e0000 updated", "machine 148e0001 untouched", "finishes it"} {
		if !strings.Contains(out, word) {
			t.Errorf("no %q in:\n%s", word, out)
		}
	}
	if held := s.Platform.HeldLeases(); len(held) > 0 {
		t.Errorf("leases left: %v", held)
	}
	if !s.App.Machine("148e0000").Healthy() {
		t.Error("it left before the machine in hand was healthy")
	}
	s.At(nil)
	if err := s.Apply(); err != nil {
		t.Fatal(err)
	}
	end, err := s.End()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, end); diff != "" {
		t.Errorf("after going on, the end is another one:\n%s", diff)
	}
}

// Ctrl-C twice: it gives its leases back and leaves, without waiting for the
// machine.
func TestCtrlCTwiceLeavesAtOnce(t *testing.T) {
	t.Parallel()
	s := site(t, 2)
	known := make(chan *kills.Process, 1)
	var p *kills.Process
	presses := 0
	var after []string
	var mu sync.Mutex
	s.At(func(_ int, r *http.Request) kills.Fate {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case presses == 0 && updates(r, "148e0000"):
			p = <-known
			presses++
			interrupt(t, p)
		case presses >= 1:
			// What it asks next, waiting for the machine. The kernel makes one of
			// two signals that it has not delivered yet, and a busy process may be
			// that late: so it is pressed again, as a person would.
			if presses++; presses > 2 {
				after = append(after, r.Method+" "+r.URL.Path)
			}
			interrupt(t, p)
		}
		return kills.Served
	})
	started, err := s.Start("apply", "--yes")
	if err != nil {
		t.Fatal(err)
	}
	known <- started
	code, out, errOut := started.Wait()
	if code != 130 {
		t.Fatalf("exit %d, want 130\n%s\n%s", code, out, errOut)
	}
	if held := s.Platform.HeldLeases(); len(held) > 0 {
		t.Errorf("leases left: %v", held)
	}
	// To watch the machine to its end takes more than twenty requests.
	if len(after) > 8 {
		t.Errorf("after the second Ctrl-C it went on with:\n%s", strings.Join(after, "\n"))
	}
	if rec := s.App.Machine("148e0001").Record(); rec.Updates > 0 {
		t.Error("it began another machine")
	}
	s.At(nil)
	if err := s.Apply(); err != nil {
		t.Errorf("going on: %v", err)
	}
}

func interrupt(t *testing.T, p *kills.Process) {
	if err := p.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("press Ctrl-C: %v", err)
	}
}
