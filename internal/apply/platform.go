package apply

import (
	"context"

	"github.com/fly-standards/fly-standards/internal/apply/onemachine"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
)

// Machines is what carrying out a plan needs of Fly's machines and volumes. Every error is
// a *live.Error. No call repeats a request that may have taken effect: an
// error of kind live.Unknown means read again, compare, decide.
type Machines interface {
	onemachine.Platform

	// Machines lists those that are not destroyed.
	Machines(ctx context.Context) ([]live.Machine, error)
	CreateMachine(ctx context.Context, c Create) (live.Machine, error)
	DestroyMachine(ctx context.Context, id, nonce string) error

	Volume(ctx context.Context, id string) (live.Volume, error)
	UpdateVolume(ctx context.Context, id string, s live.VolumeSettings) (live.Volume, error)
}

// Secrets is what carrying out a plan needs of Fly's app secrets.
type Secrets interface {
	Secrets(ctx context.Context) ([]live.Secret, error)
	// SetSecrets stages values. It gives the digests by name, and the version
	// that machines must wait for.
	SetSecrets(ctx context.Context, values map[string]secret.Value) (digests map[string]string, version uint64, err error)
	// SecretsVersion is the newest version. The API tells it on a write only,
	// so this removes a secret of a random name that does not exist, as
	// `fly secrets sync` does.
	SecretsVersion(ctx context.Context) (uint64, error)
}

// Create makes a machine.
type Create = live.Create
