package deployed

import (
	"encoding/base64"
	"slices"
)

// lists are statics, mounts, files and metrics.
func (b *builder) lists() {
	b.list("statics", b.c.Get("statics").Items(), func(v Value) map[string]any {
		m := map[string]any{"guest_path": "", "url_prefix": "", "tigris_bucket": "", "index_document": ""}
		copyKeys(m, v, "guest_path", "url_prefix", "tigris_bucket", "index_document")
		return m
	})
	b.list("mounts", b.here(b.c.Get("mounts")), func(v Value) map[string]any {
		m := map[string]any{}
		copyKeys(m, v, "destination=path", "source=name", "auto_extend_size_threshold=extend_threshold_percent")
		for key, to := range map[string]string{"auto_extend_size_increment": "add_size_gb", "auto_extend_size_limit": "size_gb_limit"} {
			text, _ := v.Key(key).Str()
			if gigs, ok := gigabytes(text); ok {
				m[to] = gigs
			}
		}
		return m
	})
	b.from(b.c.Get("metrics"), "metrics")
	if metrics := b.here(b.c.Get("metrics")); len(metrics) > 0 {
		m := map[string]any{}
		copyKeys(m, metrics[0], "port", "path", "https")
		b.doc["metrics"] = m
		b.from(metrics[0], "metrics")
	}
	b.files()
}

// here are the entries that are deployed to the group.
func (b *builder) here(list Value) []Value {
	return slices.DeleteFunc(list.Items(), func(v Value) bool { return !b.c.In(b.group, v.Key("processes")) })
}

func (b *builder) list(name string, entries []Value, one func(Value) map[string]any) {
	b.from(b.c.Get(name), name)
	var out []any
	for i, v := range entries {
		b.from(v, name, itoa(i))
		out = append(out, one(v))
	}
	if len(out) > 0 {
		b.doc[name] = out
	}
}

// files go to every group, whatever their processes say: flyctl merges them
// before it looks at groups. A later one for the same path replaces an earlier
// one. What a local file holds is not known here.
func (b *builder) files() {
	var entries []Value
	for _, v := range b.c.Get("files").Items() {
		path, _ := v.Key("guest_path").Str()
		i := slices.IndexFunc(entries, func(o Value) bool { p, _ := o.Key("guest_path").Str(); return p == path })
		empty := !v.Key("local_path").Said() && !v.Key("secret_name").Said() && !v.Key("raw_value").Said()
		switch {
		case i < 0:
			entries = append(entries, v)
		case empty:
			entries = slices.Delete(entries, i, i+1)
		default:
			entries[i] = v
		}
	}
	b.list("files", entries, func(v Value) map[string]any {
		m := map[string]any{}
		copyKeys(m, v, "guest_path")
		local, _ := v.Key("local_path").Str()
		secret, _ := v.Key("secret_name").Str()
		raw, _ := v.Key("raw_value").Str()
		switch {
		case local != "":
		case secret != "":
			m["secret_name"] = secret
		case raw != "":
			m["raw_value"] = base64.StdEncoding.EncodeToString([]byte(raw))
		}
		return m
	})
}
