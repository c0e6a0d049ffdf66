package apply

import (
	"context"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
)

// Machines is what carrying out a plan needs of Fly's machines and volumes. Every error is
// a *live.Error. No call repeats a request that may have taken effect: an
// error of kind live.Unknown means read again, compare, decide.
type Machines interface {
	// Machines lists those that are not destroyed.
	Machines(ctx context.Context) ([]live.Machine, error)
	Machine(ctx context.Context, id string) (live.Machine, error)

	// LeaseHolder tells who holds the machine; nil when nobody does.
	LeaseHolder(ctx context.Context, id string) (*live.Lease, error)
	AcquireLease(ctx context.Context, id string, ttl time.Duration) (live.Lease, error)
	RefreshLease(ctx context.Context, id, nonce string, ttl time.Duration) (live.Lease, error)
	ReleaseLease(ctx context.Context, id, nonce string) error

	UpdateMachine(ctx context.Context, id string, u Update) (live.Machine, error)
	CreateMachine(ctx context.Context, c Create) (live.Machine, error)
	// WaitMachine blocks until the version of the machine is in one of the
	// states, at most timeout (1 to 60 s): live.Timeout when it is not by then.
	WaitMachine(ctx context.Context, id, version string, timeout time.Duration, states ...string) error
	StartMachine(ctx context.Context, id, nonce string) error
	StopMachine(ctx context.Context, id, nonce string) error
	SuspendMachine(ctx context.Context, id, nonce string) error
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

// Update replaces a machine's whole configuration.
type Update = live.Update

// Create makes a machine.
type Create = live.Create
