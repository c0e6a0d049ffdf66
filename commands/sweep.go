package commands

import (
	"os"
	"path/filepath"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/plan"
)

// sweep takes away what a killed run left beside the files of a plan: nobody else
// writes them now.
func (s *source) sweep(p *plan.Plan) {
	atomicfile.Sweep(s.path)
	for _, step := range p.Steps {
		if step.OtherFile != nil {
			s.sweepOther(step.OtherFile.File)
		}
	}
}

// sweepAfter does it where nothing is left to do after runs that were cut off: a
// copy of fly.toml beside it may be committed by mistake.
func (s *source) sweepAfter(env *Env, app string) {
	runs := env.cutOffBefore(app, "")
	if len(runs) == 0 {
		return
	}
	unlock, err := journal.Lock(env.journals(), app, journal.Holder{PID: os.Getpid(), Since: env.Clock.Now(), Doing: "apply"})
	if err != nil {
		return // somebody is at work, or can't write there
	}
	defer unlock()
	atomicfile.Sweep(s.path)
	for _, h := range runs {
		for _, past := range h.Others {
			s.sweepOther(past.File)
		}
	}
}

// sweepOther does it for a file besides fly.toml, by its path from there.
func (s *source) sweepOther(file string) {
	atomicfile.Sweep(filepath.Join(filepath.Dir(s.path), filepath.FromSlash(file)))
}
