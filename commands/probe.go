package commands

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/fly"
	"github.com/fly-standards/fly-standards/internal/live"
)

// maxProbes is how many requests --probe may send, the control included.
const maxProbes = 10

// probe asks the app's public hostname for its health path, as any visitor
// would. Only exactly 200 counts, and only where a path that can't exist is not
// answered alike: else everything is, and a 200 says nothing. What can't be
// learned is told, and is no error.
func (s *source) probe(ctx context.Context, env *Env, g *global) {
	app := s.target.App
	if app == nil {
		env.note(g, "--probe does nothing without the app")
		return
	}
	paths := fixers.ProbePaths(s.target)
	if len(paths) == 0 {
		return // nobody wants to know
	}
	host := app.Name + ".fly.dev"
	if !slices.ContainsFunc(app.IPs, func(ip live.IP) bool { return !ip.Private }) {
		env.note(g, "probe: %s has no public address", app.Name)
		return
	}
	client := &http.Client{Transport: env.Visit}
	control := "/fly-standards-control-" + randomName()
	status, err := fly.Probe(ctx, client, host, control)
	switch {
	case err != nil:
		env.note(g, "probe: %s does not answer: %v", host, err)
		return
	case status/100 == 2:
		env.note(g, "probe: %s answers %d for a path that can't exist, so a 200 proves nothing there", host, status)
		return
	}
	for _, path := range paths[:min(len(paths), maxProbes-1)] {
		got, err := fly.Probe(ctx, client, host, path)
		if err != nil {
			env.note(g, "probe: %s stopped answering: %v", host, err)
			return
		}
		if got == http.StatusOK {
			s.target.Settings.ProbedPath = path
			s.target.Settings.Probe = fmt.Sprintf("GET https://%s%s answered 200, a path that can't exist %d", host, path, status)
			return
		}
	}
	env.note(g, "probe: %s answers 200 for none of the %d paths tried", host, len(paths))
}

func randomName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}
