package fixers

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// extraDifferences compare what else a deploy writes whole: metrics, statics
// and files.
func extraDifferences(t plan.Target, m live.Machine) []difference {
	return slices.Concat(metricsDifferences(t, m), staticDifferences(t, m), fileDifferences(t, m))
}

// metricsDifferences: of the entries for a group, a deploy takes the first.
func metricsDifferences(t plan.Target, m live.Machine) []difference {
	var want flytoml.Node
	for _, key := range []string{"metric", "metrics"} {
		list, _ := t.File.Get(key)
		for _, n := range list.Items() {
			if want.Kind() == flytoml.Invalid && n.Kind() == flytoml.Table && slices.Contains(groupsOrDefault(t.File, strs(n, "processes")), m.Group()) {
				want = n
			}
		}
	}
	for _, old := range []string{"experimental.metrics_port", "experimental.metrics_path"} {
		if _, said := t.File.Get(old); said {
			return nil
		}
	}
	port, path := portNumber(want, "port"), ""
	path, _ = str(want, "path")
	v, _ := m.Config.Get("/metrics/path")
	livePath, _ := v.(string)
	livePort := int(liveNumber(m, "/metrics/port"))
	said, lives := want.Kind() == flytoml.Table, livePort > 0
	switch {
	case lives && !said:
		return []difference{{
			rank: weaker, key: "metrics", keep: fmt.Sprintf("[metrics] with port = %d and path = %q", livePort, livePath),
			text: fmt.Sprintf("the next deploy ends the collection of metrics of %s: port %d, %s live, none in the file", m.Group(), livePort, livePath),
		}}
	case said && !lives:
		return []difference{{rank: other, key: want.Path(), text: m.Group() + ": metrics in the file, none live"}}
	case said && (port != livePort || path != livePath):
		return []difference{{rank: other, key: want.Path(), text: fmt.Sprintf("%s: metrics at port %d, %s in the file; port %d, %s live", m.Group(), port, path, livePort, livePath)}}
	}
	return nil
}

// staticDifferences leave out statics with a bucket, whose paths a deploy
// chooses itself. Statics go to all process groups.
func staticDifferences(t plan.Target, m live.Machine) []difference {
	list, _ := t.File.Get("statics")
	want := map[string]string{} // by URL prefix
	for _, n := range list.Items() {
		if _, bucket := n.Key("tigris_bucket"); bucket {
			return nil
		}
		prefix, _ := str(n, "url_prefix")
		want[prefix], _ = str(n, "guest_path")
	}
	var out []difference
	for _, s := range liveList(m, "/statics") {
		prefix, path, bucket := text(s, "url_prefix"), text(s, "guest_path"), text(s, "tigris_bucket")
		in, said := want[prefix]
		delete(want, prefix)
		switch {
		case bucket != "":
			return nil
		case !said:
			out = append(out, difference{
				rank: serviceGone, key: "statics", keep: fmt.Sprintf("[[statics]] with url_prefix = %q and guest_path = %q", prefix, path),
				text: fmt.Sprintf("the next deploy ends the serving of %s by Fly's proxy for %s: live, not in the file", prefix, m.Group()),
			})
		case in != path:
			out = append(out, difference{rank: other, key: "statics", text: fmt.Sprintf("%s: %s is served from %s in the file, %s live", m.Group(), prefix, in, path)})
		}
	}
	for prefix := range want {
		out = append(out, difference{rank: other, key: "statics", text: fmt.Sprintf("%s: statics for %s in the file, not live", m.Group(), prefix)})
	}
	sortByText(out)
	return out
}

// fileDifferences compare the places of files only: what is in them may be
// secret.
func fileDifferences(t plan.Target, m live.Machine) []difference {
	list, _ := t.File.Get("files")
	var want []string
	for _, n := range list.Items() {
		if path, ok := str(n, "guest_path"); ok && slices.Contains(groupsOrDefault(t.File, strs(n, "processes")), m.Group()) {
			want = append(want, path)
		}
	}
	var out []difference
	for _, f := range liveList(m, "/files") {
		path := text(f, "guest_path")
		if i := slices.Index(want, path); i >= 0 {
			want = slices.Delete(want, i, i+1)
			continue
		}
		out = append(out, difference{
			rank: weaker, key: "files", keep: fmt.Sprintf("[[files]] with guest_path = %q", path),
			text: fmt.Sprintf("the next deploy takes the file %s away from %s: live, not in fly.toml", path, m.Group()),
		})
	}
	for _, path := range want {
		out = append(out, difference{rank: other, key: "files", text: fmt.Sprintf("%s: the file %s in fly.toml, not live", m.Group(), path)})
	}
	sortByText(out)
	return out
}

func sortByText(list []difference) {
	slices.SortFunc(list, func(a, b difference) int { return cmp.Compare(a.text, b.text) })
}

func liveList(m live.Machine, pointer string) []map[string]any {
	v, _ := m.Config.Get(pointer)
	list, _ := v.([]any)
	var out []map[string]any
	for _, e := range list {
		if obj, ok := e.(map[string]any); ok {
			out = append(out, obj)
		}
	}
	return out
}

func text(obj map[string]any, key string) string { s, _ := obj[key].(string); return s }

// liveNumber is a whole number of the machine's configuration, 0 for none.
func liveNumber(m live.Machine, pointer string) int64 {
	v, _ := m.Config.Get(pointer)
	n, _ := v.(json.Number)
	i, _ := n.Int64()
	return i
}

// durationOf reads stop_config.timeout: text or nanoseconds, and Fly's default
// when there is none.
func durationOf(v any) (time.Duration, bool) {
	switch v := v.(type) {
	case nil:
		return defaultTimeout, true
	case string:
		d, err := time.ParseDuration(v)
		return d, err == nil
	case json.Number:
		i, err := v.Int64()
		return time.Duration(i), err == nil
	}
	return 0, false
}
