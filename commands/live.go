package commands

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/log"

	"github.com/fly-standards/fly-standards/internal/atomicfile"
	"github.com/fly-standards/fly-standards/internal/fly"
	"github.com/fly-standards/fly-standards/plan"
)

// offline is why there is no client for the app, and more of that for people;
// the zero value when there is one.
type offline struct {
	kind   plan.Offline
	detail string
}

func (o offline) String() string { return o.kind.Why(o.detail) }

// connect makes the client for the app, or says why there is none. A token
// that Fly refuses shows only when it is used, and is an error then.
func connect(ctx context.Context, env *Env, g *global, o *sourceOptions, app string) (c *fly.Client, why offline, err error) {
	if o.offline {
		return nil, offline{kind: plan.OfflineAsked}, nil
	}
	read := func(path string) ([]byte, error) { return atomicfile.ReadRegular(path, maxFile) }
	cfg, err := fly.Discover(env.Getenv, read, env.Home, o.token, env.Clock.Now())
	var none *fly.NoTokenError
	switch {
	case errors.As(err, &none):
		return nil, offline{plan.OfflineNoToken, none.Reason}, nil
	case err != nil:
		return nil, offline{}, err
	case app == "":
		return nil, offline{kind: plan.OfflineNoName}, nil
	}
	cfg.Clock, cfg.Transport, cfg.UserAgent = env.Clock, env.Transport, strings.ReplaceAll(tool(), " ", "/")
	if env.Replay != nil {
		cfg.Jitter, cfg.Serial = env.Replay.Jitter, true
	}
	if g.debug {
		cfg.Log = env.logger(g)
	}
	c, err = fly.New(ctx, cfg, app)
	return c, offline{}, err
}

// logger is for --debug: one line a request on stderr.
func (e *Env) logger(*global) *log.Logger {
	return log.NewWithOptions(e.Stderr, log.Options{Level: log.DebugLevel, ReportTimestamp: true, TimeFunction: log.NowUTC})
}

// howToGoLive is what to do about a reason of connect.
func howToGoLive(why plan.Offline) string {
	if why == plan.OfflineNoName {
		return "Name the app with --app, or `app` in the file, to read it too."
	}
	return "Run `fly auth login` or set FLY_API_TOKEN to read the app too."
}

// stateHome is the home folder for the journals. Without HOME it is that of the
// user database; where that has none either, a folder of this user's own below
// the system's for temporary files, which is believed only where nobody else can
// have prepared it.
func (e *Env) stateHome() string {
	if e.Home != "" {
		return e.Home
	}
	if me, err := user.Current(); err == nil && filepath.IsAbs(me.HomeDir) && me.HomeDir != "/" {
		return me.HomeDir
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("fly-standards-%d", os.Geteuid()))
}
