package apply

import (
	"context"

	"github.com/fly-standards/fly-standards/plan"
)

// Stale says with a *StaleError, as Run would, what has moved since the plan
// was made; nil when nothing has. It changes nothing.
func Stale(ctx context.Context, p *plan.Plan, d Deps) error {
	r, err := newRun(ctx, p, d)
	if err != nil {
		return err
	}
	return r.checkStale(ctx)
}
