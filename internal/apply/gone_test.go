package apply_test

import (
	"errors"
	"testing"
	"time"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// A machine that somebody destroys while it is watched, as `fly scale count` does, is
// gone and not unhealthy: nothing is waited for, and nothing is rolled back for it.
// (The API goes on showing it, in the state destroyed.)
func TestDestroyedWhileWatched(t *testing.T) {
	for _, when := range []string{"while healthy", "while put back"} {
		t.Run(when, func(t *testing.T) {
			w := newWorld(t, three()...)
			path := map[string]string{"while healthy": "/healthz", "while put back": "/nothing-here"}[when]
			w.patch([]machineconfig.Op{addCheck(path)}, 0)
			var at time.Time
			w.on = func(e apply.Event) {
				released, ok := e.(apply.LeaseReleased)
				back, isBack := e.(apply.RollingBack)
				if ok && released.Machine == "aaa" && when == "while healthy" || isBack && back.Machine == "aaa" {
					w.on, at = nil, w.clk.Now()
					w.app.Machine("aaa").Destroy()
				}
			}
			rep, err := w.run()
			partial(t, err)
			var moved *apply.MovedError
			if when == "while healthy" && (!errors.As(err, &moved) || moved.Why != "it is gone" || has[apply.RollingBack](w.events)) {
				t.Errorf("got %v; rolled something back: %v", err, has[apply.RollingBack](w.events))
			}
			if took := w.clk.Now().Sub(at); took > time.Minute {
				t.Errorf("it waited %s for a machine that is gone", took)
			}
			if rep.Machines[1].State != apply.NotReached {
				t.Errorf("machine bbb is %s", rep.Machines[1].State)
			}
		})
	}
}
