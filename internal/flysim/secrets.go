package flysim

import (
	"encoding/hex"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"
)

// secretStore keeps every version of an app's secrets, so that a boot can see
// an old set.
type secretStore struct {
	version uint64
	now     map[string]secretRow
	history []secretVersion
}

type secretRow struct {
	value            string
	created, updated time.Time
}

type secretVersion struct {
	version uint64
	at      time.Time
	rows    map[string]secretRow
}

func (s *secretStore) init() { s.now = map[string]secretRow{} }

// at is the set as of a version.
func (s *secretStore) at(version uint64) map[string]secretRow {
	for i := len(s.history) - 1; i >= 0; i-- {
		if s.history[i].version <= version {
			return s.history[i].rows
		}
	}
	return nil
}

// asOf is the newest version that was there at a time.
func (s *secretStore) asOf(t time.Time) uint64 {
	var v uint64
	for _, h := range s.history {
		if !h.at.After(t) {
			v = h.version
		}
	}
	return v
}

// write changes secrets as one new version; nil removes.
func (s *secretStore) write(now time.Time, values map[string]*string) {
	next := maps.Clone(s.now)
	for name, v := range values {
		if v == nil {
			delete(next, name)
			continue
		}
		row, had := next[name]
		if !had {
			row.created = now
		}
		row.value, row.updated = *v, now
		next[name] = row
	}
	s.version++
	s.now = next
	s.history = append(s.history, secretVersion{s.version, now, next})
}

// digest is what the API tells of a value: stable, and never the value.
func (r secretRow) digest() string {
	sum := digestOf("secret", r.value)
	return hex.EncodeToString(sum[:8])
}

func (r secretRow) view(name string) object {
	return object{"name": name, "digest": r.digest(), "created_at": stamp(r.created), "updated_at": stamp(r.updated)}
}

// SetSecret sets a secret of before the test: two hours ago while the app has
// no machine, so that those made later have had it since their first boot, an
// hour ago; now when it has some.
func (a *App) SetSecret(name, value string) {
	a.p.lock()
	defer a.p.mu.Unlock()
	when := a.p.now
	if len(a.machines) == 0 {
		when = when.Add(-2 * time.Hour)
	}
	a.secrets.write(when, map[string]*string{name: &value})
}

// DeleteSecret removes a secret, as somebody else may.
func (a *App) DeleteSecret(name string) {
	a.p.lock()
	defer a.p.mu.Unlock()
	a.secrets.write(a.p.now, map[string]*string{name: nil})
}

// SecretValue is a value as it is set now. The API never gives one.
func (a *App) SecretValue(name string) (string, bool) {
	a.p.lock()
	defer a.p.mu.Unlock()
	r, found := a.secrets.now[name]
	return r.value, found
}

// SecretsVersion is the newest version of the app's secrets.
func (a *App) SecretsVersion() uint64 {
	a.p.lock()
	defer a.p.mu.Unlock()
	return a.secrets.version
}

var secretName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })

func (a *App) secretViews() []object {
	rows := []object{}
	for _, name := range slices.Sorted(maps.Keys(a.secrets.now)) {
		rows = append(rows, a.secrets.now[name].view(name))
	}
	return rows
}

func (c *call) listSecrets() reply { return ok(object{"secrets": c.app.secretViews()}) }

func (c *call) getSecret() reply {
	name := c.r.PathValue("name")
	r, found := c.app.secrets.now[name]
	if !found {
		return fail(http.StatusNotFound, "secret not found")
	}
	return ok(r.view(name))
}

func (c *call) setSecrets() reply {
	var in struct {
		Values map[string]*string `json:"values"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	if bad, fine := c.writeSecrets(in.Values); !fine {
		return bad
	}
	return ok(object{"secrets": c.app.secretViews(), "version": c.app.secrets.version, "Version": c.app.secrets.version})
}

// writeSecrets refuses bad names. The message repeats the name, as Fly's does,
// so a client that shows it may show a value that was taken for a name.
func (c *call) writeSecrets(values map[string]*string) (reply, bool) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !secretName().MatchString(name) {
			return fail(http.StatusBadRequest, "%q is not a valid secret name", name), false
		}
		if old, there := c.app.secrets.now[name]; there && values[name] != nil && *values[name] != old.value {
			c.p.overwritten(c.app, name)
		}
	}
	c.app.secrets.write(c.p.now, values)
	return reply{}, true
}

func (c *call) setSecret() reply {
	var in struct {
		Value string `json:"value"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	name := c.r.PathValue("name")
	if bad, fine := c.writeSecrets(map[string]*string{name: &in.Value}); !fine {
		return bad
	}
	v := c.app.secrets.now[name].view(name)
	v["version"] = c.app.secrets.version
	return reply{status: http.StatusCreated, body: v}
}

func (c *call) deleteSecret() reply {
	c.app.secrets.write(c.p.now, map[string]*string{c.r.PathValue("name"): nil})
	return ok(object{"version": c.app.secrets.version, "Version": c.app.secrets.version})
}
