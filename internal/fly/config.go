package fly

import (
	"context"
	"net/http"

	"github.com/superfly/fly-go/tokens"

	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/secret"
)

// Endpoints that Fly.io has unless the environment says otherwise.
const (
	DefaultFlapsURL = "https://api.machines.dev"
	DefaultAPIURL   = "https://api.fly.io"
)

// Logger takes one line a request, for --debug: method, path, status, time
// taken, request id. Never a header or a body.
type Logger interface {
	Debug(msg any, keyvals ...any)
}

// Config is how to reach Fly. Discover fills the upper half.
type Config struct {
	Token     secret.Value
	TokenFrom string // "--access-token", "FLY_API_TOKEN", or the path of flyctl's config file
	FlapsURL  string // "" for DefaultFlapsURL
	APIURL    string // "" for DefaultAPIURL; nothing is sent there yet

	UserAgent string
	Clock     clock.Clock       // nil for the wall clock
	Log       Logger            // nil for none
	Transport http.RoundTripper // nil for one like net/http's own
	// Jitter gives numbers in [0, 1) that spread retries; nil for random ones.
	Jitter func() float64
	// Serial reads one thing after the other where reads would run side by
	// side: what is simulated then replays exactly.
	Serial bool
	// Discharge renews macaroon tokens before they are used; nil for fly-go's
	// own way, which asks the service that the token names (auth.fly.io). It
	// is not called for plain tokens.
	Discharge func(context.Context, *tokens.Tokens) error
}

// NoTokenError says that there is no token to use, and why.
type NoTokenError struct{ Reason string }

// Error implements error.
func (e *NoTokenError) Error() string { return "no Fly.io token: " + e.Reason }
