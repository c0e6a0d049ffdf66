package machineconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
)

// Config is one machine's configuration. The zero Config has none (the API
// gives none for a machine on an unreachable host). A Config is not changed
// after it is made: Apply gives a new one. It prints as its size, because env
// entries may be secrets.
type Config struct{ root map[string]any }

// Parse reads a JSON object. JSON null gives the zero Config.
func Parse(raw []byte) (Config, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var root map[string]any
	if err := dec.Decode(&root); err != nil {
		return Config{}, fmt.Errorf("decode machine config: %w", err)
	}
	return Config{root}, nil
}

// JSON is the whole configuration, as the update endpoint wants it.
func (c Config) JSON() json.RawMessage {
	b, err := json.Marshal(c.root)
	if err != nil { // only values that Parse made or Apply took are inside
		panic("machineconfig: " + err.Error())
	}
	return b
}

// IsZero says that there is no configuration.
func (c Config) IsZero() bool { return c.root == nil }

// Equal says whether two configurations mean the same JSON.
func (c Config) Equal(o Config) bool { return reflect.DeepEqual(c.root, o.root) }

// Format implements fmt.Formatter: values never print.
func (c Config) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "(machine config, %d fields)", len(c.root))
}

// Clone is a copy that shares nothing.
func (c Config) Clone() Config {
	if c.root == nil {
		return Config{}
	}
	return Config{cloneValue(c.root).(map[string]any)}
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := maps.Clone(v)
		for k := range m {
			m[k] = cloneValue(m[k])
		}
		return m
	case []any:
		s := make([]any, len(v))
		for i := range v {
			s[i] = cloneValue(v[i])
		}
		return s
	}
	return v
}

// Metadata is the machine's metadata; nil when there is none.
func (c Config) Metadata() map[string]string { return stringMap(c.root["metadata"]) }

// AutoDestroy says that the machine is destroyed when it exits.
func (c Config) AutoDestroy() bool { b, _ := c.root["auto_destroy"].(bool); return b }

// Schedule is how often a scheduled machine is started; "" for the others.
func (c Config) Schedule() string { return str(c.root, "schedule") }

// Standbys are the ids of the machines that this one stands by for.
func (c Config) Standbys() []string {
	var ids []string
	list, _ := c.root["standbys"].([]any)
	for _, v := range list {
		if s, ok := v.(string); ok {
			ids = append(ids, s)
		}
	}
	return ids
}

func stringMap(v any) map[string]string {
	m, _ := v.(map[string]any)
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		if s, ok := v.(string); ok {
			out[k] = s
		}
	}
	return out
}
