package plan

import "github.com/fly-standards/fly-standards/internal/live"

// DestroyStep takes a machine away that an apply had added. No fixer asks for
// one: it is part of an undo only, and a saved plan with one is refused.
type DestroyStep struct {
	ID     string `json:"id"`
	Group  string `json:"group"`
	Region string `json:"region"`
	Source string `json:"source"` // the machine that it is a twin of
	// Marker is what the machine's metadata must say for it to be ours.
	Marker string `json:"marker"`
}

// RolloutsOf says, a group each, how machine steps will go on an app.
func RolloutsOf(app *live.App, all []Step, maxUnavailable string) []Rollout {
	return rollouts(Target{App: app, Settings: Settings{MaxUnavailable: maxUnavailable}}, all)
}
