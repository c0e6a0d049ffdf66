package fly

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
)

type wireSecret struct {
	Name      string   `json:"name"`
	Digest    string   `json:"digest"`
	CreatedAt wireTime `json:"created_at"`
	UpdatedAt wireTime `json:"updated_at"`
}

// Secrets lists the names and digests of the app's secrets, sorted by name.
func (c *Client) Secrets(ctx context.Context) ([]live.Secret, error) {
	cl := c.secretsCall(http.MethodGet, "read the secrets of "+c.app, "list secrets")
	cl.repeatable = true
	// A reply without the list must not read as an app without secrets: the
	// next thing could be to write one that exists.
	var reply struct {
		Secrets json.RawMessage `json:"secrets"` // may be null: none
	}
	if err := c.do(ctx, cl, &reply); err != nil {
		return nil, err
	}
	var list []wireSecret
	if json.Unmarshal(reply.Secrets, &list) != nil {
		return nil, strange(cl, "no list of secrets in it")
	}
	out := make([]live.Secret, 0, len(list))
	for _, s := range list {
		if s.Name == "" {
			return nil, strange(cl, "a secret without a name")
		}
		out = append(out, live.Secret{Name: s.Name, Digest: s.Digest, CreatedAt: s.CreatedAt.Time, UpdatedAt: s.UpdatedAt.Time})
	}
	slices.SortFunc(out, func(a, b live.Secret) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (c *Client) secretsCall(method, doing, action string) call {
	return call{doing: doing, action: action, id: c.app, method: method, path: c.appPath("/secrets")}
}

type setReply struct {
	Secrets []wireSecret `json:"secrets"`
	Version uint64       `json:"version"`
}

// SetSecrets stages values: machines see them when they are updated or started
// next. It gives the digests by name, and the version that machines must wait
// for. A name that Fly does not take is refused before anything is sent; a
// refusal repeats no value.
func (c *Client) SetSecrets(ctx context.Context, values map[string]secret.Value) (digests map[string]string, version uint64, err error) {
	cl := c.secretsCall(http.MethodPost, "set secrets of "+c.app, "set secrets")
	body := make(map[string]string, len(values))
	for name, v := range values {
		text := v.Reveal()
		switch {
		case !validSecretName(name):
			return nil, 0, &live.Error{Kind: live.Invalid, Doing: cl.doing, Message: "one of the names can't be the name of a secret"}
		case !utf8.ValidString(text): // JSON would change it without a word
			return nil, 0, &live.Error{Kind: live.Invalid, Doing: cl.doing, Message: "the value of " + name + " is not UTF-8 text"}
		}
		body[name] = text
		cl.hide = append(cl.hide, v)
	}
	if len(body) == 0 {
		return nil, 0, &live.Error{Kind: live.Invalid, Doing: cl.doing, Message: "there are none to set"}
	}
	cl.body, cl.looked = map[string]any{"values": body}, true
	var reply setReply
	if err := c.do(ctx, cl, &reply); err != nil {
		return nil, 0, err
	}
	if reply.Version == 0 {
		return nil, 0, strange(cl, "no version in it")
	}
	digests = make(map[string]string, len(values))
	for _, s := range reply.Secrets {
		if _, ours := values[s.Name]; ours {
			digests[s.Name] = s.Digest
		}
	}
	for name := range values {
		if digests[name] == "" {
			return nil, 0, strange(cl, "no digest of "+name)
		}
	}
	return digests, reply.Version, nil
}

// SecretsVersion is the newest version of the app's secrets. The API tells it
// on a write only, so this removes a secret of a random name that does not
// exist, as `fly secrets sync` does.
func (c *Client) SecretsVersion(ctx context.Context) (uint64, error) {
	random := make([]byte, 12)
	_, _ = rand.Read(random) // never fails (crypto/rand, Go 1.24)
	cl := c.secretsCall(http.MethodPost, "read the secrets' version of "+c.app, "set secrets")
	cl.body = map[string]any{"values": map[string]any{"UNUSED_" + strings.ToUpper(hex.EncodeToString(random)): nil}}
	cl.repeatable = true
	var reply setReply
	if err := c.do(ctx, cl, &reply); err != nil {
		return 0, err
	}
	if reply.Version == 0 {
		return 0, strange(cl, "no version in it")
	}
	return reply.Version, nil
}

// validSecretName is stricter than flyctl, which checks nothing.
func validSecretName(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' || strings.HasPrefix(s, "FLY_") {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}
