package machineconfig

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// web is a machine as the API gives it, with fields that nobody here knows.
const web = `{
	"env": {"LOG": "debug", "DATABASE_URL": "postgres://u:hunter2@db/x"},
	"init": {},
	"image": "registry.fly.io/web:deployment-1",
	"guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 256, "required_host_features": ["kvm"]},
	"metadata": {"fly_platform_version": "v2", "fly_process_group": "app"},
	"future": {"ratio": 1.50, "big": 12345678901234567890, "empty": {}},
	"services": [
		{"protocol": "tcp", "internal_port": 8080, "autostop": true, "autostart": true, "min_machines_running": 0,
		 "force_instance_key": null, "novel": [1, 2],
		 "ports": [{"port": 443, "handlers": ["tls", "http"]}, {"port": 80, "handlers": ["http"], "force_https": false}],
		 "concurrency": {"type": "requests", "soft_limit": 20}},
		{"protocol": "tcp", "internal_port": 9000, "ports": [{"start_port": 1000, "end_port": 2000}],
		 "checks": [{"type": "TCP", "interval": 15000000000}]}
	]
}`

var (
	service8080 = &ServiceKey{Protocol: "tcp", InternalPort: 8080, Ports: []string{"443", "80"}}
	service9000 = &ServiceKey{InternalPort: 9000, Ports: []string{"1000-2000"}}
)

func parse(t *testing.T, raw string) Config {
	t.Helper()
	c, err := Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }

func get(t *testing.T, c Config, pointer string) string {
	t.Helper()
	v, ok := c.Get(pointer)
	if !ok {
		return "(nothing)"
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestApplyChangesWhatTheOpNames(t *testing.T) {
	for name, tc := range map[string]struct {
		op      Op
		look    string
		want    string
		changed bool
	}{
		"remove an env entry":             {Op{Verb: VerbRemove, Pointer: "/env/DATABASE_URL"}, "/env", `{"LOG":"debug"}`, true},
		"remove what is not there":        {Op{Verb: VerbRemove, Pointer: "/env/NOPE"}, "/env/NOPE", "(nothing)", false},
		"remove below what is not there":  {Op{Verb: VerbRemove, Pointer: "/metrics/port"}, "/metrics", "(nothing)", false},
		"set makes the objects it needs":  {Op{Verb: VerbSet, Pointer: "/metrics/port", Value: raw(`9091`)}, "/metrics", `{"port":9091}`, true},
		"set an escaped name":             {Op{Verb: VerbSet, Pointer: "/metadata/a~1b~0c", Value: raw(`"x"`)}, "/metadata/a~1b~0c", `"x"`, true},
		"set in the one service":          {Op{Verb: VerbSet, Service: service8080, Pointer: "/min_machines_running", Value: raw(`1`)}, "/services", "", true},
		"set what is so already":          {Op{Verb: VerbSet, Pointer: "/guest/cpus", Value: raw(`1.0`)}, "/guest/cpus", `1`, false},
		"autostop true is stop":           {Op{Verb: VerbSet, Service: service8080, Pointer: "/autostop", Value: raw(`"stop"`)}, "/image", `"registry.fly.io/web:deployment-1"`, false},
		"set one port of a service":       {Op{Verb: VerbSet, Service: service8080, Port: "80", Pointer: "/force_https", Value: raw(`true`)}, "/services", "", true},
		"append where there is no array":  {Op{Verb: VerbAppend, Service: service8080, Pointer: "/checks", Value: raw(`{"type":"http","path":"/up"}`)}, "/services", "", true},
		"append a check that is there":    {Op{Verb: VerbAppend, Service: service9000, Pointer: "/checks", Value: raw(`{"type":"tcp","port":9000,"interval":"30s"}`)}, "/image", `"registry.fly.io/web:deployment-1"`, false},
		"append another check":            {Op{Verb: VerbAppend, Service: service9000, Pointer: "/checks", Value: raw(`{"type":"tcp","port":9001}`)}, "/services", "", true},
		"guarded remove of another value": {Op{Verb: VerbRemove, Pointer: "/env/LOG", If: raw(`"info"`)}, "/env/LOG", `"debug"`, false},
		"guarded set where nothing is":    {Op{Verb: VerbSet, Pointer: "/env/NEW", Value: raw(`"1"`), If: raw(`null`)}, "/env/NEW", `"1"`, true},
		"guarded set where something is":  {Op{Verb: VerbSet, Pointer: "/env/LOG", Value: raw(`"1"`), If: raw(`null`)}, "/env/LOG", `"debug"`, false},
		"take an element":                 {Op{Verb: VerbTake, Service: service9000, Pointer: "/checks", Value: raw(`{"type":"TCP","interval":"15s"}`)}, "/services", "", true},
		"take an element that differs":    {Op{Verb: VerbTake, Service: service9000, Pointer: "/checks", Value: raw(`{"type":"TCP","interval":"30s"}`)}, "/services", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			before := parse(t, web)
			got, changed, err := Apply(before, []Op{tc.op})
			if err != nil {
				t.Fatal(err)
			}
			if changed != tc.changed {
				t.Errorf("changed = %v, want %v", changed, tc.changed)
			}
			if changed == got.Equal(before) {
				t.Errorf("changed = %v, but equal to before = %v", changed, got.Equal(before))
			}
			if tc.want != "" && get(t, got, tc.look) != tc.want {
				t.Errorf("%s = %s, want %s", tc.look, get(t, got, tc.look), tc.want)
			}
			if !before.Equal(parse(t, web)) {
				t.Error("the configuration it was given changed")
			}
			again, changed, err := Apply(got, []Op{tc.op})
			if err != nil || changed || !again.Equal(got) {
				t.Errorf("applied again: changed %v, error %v", changed, err)
			}
		})
	}
}

func TestApplyFindsTheService(t *testing.T) {
	got, _, err := Apply(parse(t, web), []Op{
		{Verb: VerbAppend, Service: service8080, Pointer: "/checks", Value: raw(`{"type":"http","path":"/up","interval":"15s"}`)},
		{Verb: VerbSet, Service: service8080, Port: "80", Pointer: "/force_https", Value: raw(`true`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	services := got.Services()
	want := []Check{{Type: "http", Port: 8080, Path: "/up", Method: "GET", Protocol: "http", Interval: "15s"}}
	if diff := cmp.Diff(want, services[0].Checks); diff != "" {
		t.Error(diff)
	}
	wantPorts := []Port{{Port: "443", Handlers: []string{"tls", "http"}}, {Port: "80", Handlers: []string{"http"}, ForceHTTPS: true}}
	if diff := cmp.Diff(wantPorts, services[0].Ports); diff != "" {
		t.Error(diff)
	}
	if len(services[1].Checks) != 1 {
		t.Errorf("the other service has %d checks, want its 1", len(services[1].Checks))
	}
}

func TestApplyRefuses(t *testing.T) {
	twice := strings.Replace(web, `"internal_port": 9000, "ports": [{"start_port": 1000, "end_port": 2000}]`, `"internal_port": 8080, "ports": [{"port": 80}, {"port": 443}]`, 1)
	for name, tc := range map[string]struct {
		config string
		op     Op
		want   string
	}{
		"no such service":    {web, Op{Verb: VerbSet, Service: &ServiceKey{Protocol: "tcp", InternalPort: 8080, Ports: []string{"80"}}, Pointer: "/x", Value: raw(`1`)}, "set /x of service tcp 8080 (80): no service matches"},
		"another protocol":   {web, Op{Verb: VerbSet, Service: &ServiceKey{Protocol: "udp", InternalPort: 8080, Ports: []string{"80", "443"}}, Pointer: "/x", Value: raw(`1`)}, "set /x of service udp 8080 (80, 443): no service matches"},
		"two services":       {twice, Op{Verb: VerbRemove, Service: service8080, Pointer: "/checks"}, "remove /checks of service tcp 8080 (80, 443): 2 services match"},
		"no such port":       {web, Op{Verb: VerbSet, Service: service8080, Port: "81", Pointer: "/x", Value: raw(`1`)}, "set /x of port 81 of service tcp 8080 (80, 443): no port matches"},
		"port alone":         {web, Op{Verb: VerbSet, Port: "80", Pointer: "/x", Value: raw(`1`)}, "set /x of port 80: a port is named without its service"},
		"array index":        {web, Op{Verb: VerbSet, Pointer: "/services/0/autostop", Value: raw(`false`)}, "set /services/0/autostop: /services is an array, not an object"},
		"through a scalar":   {web, Op{Verb: VerbRemove, Pointer: "/image/tag"}, "remove /image/tag: /image is a plain value, not an object"},
		"append to scalar":   {web, Op{Verb: VerbAppend, Pointer: "/image", Value: raw(`1`)}, "append /image: /image is not an array"},
		"empty pointer":      {web, Op{Verb: VerbRemove}, "remove : the pointer is empty"},
		"bare pointer":       {web, Op{Verb: VerbRemove, Pointer: "env"}, "remove env: the pointer does not begin with a slash"},
		"bad escape":         {web, Op{Verb: VerbRemove, Pointer: "/a~2"}, "remove /a~2: the pointer has a bad escape"},
		"no value":           {web, Op{Verb: VerbSet, Pointer: "/x"}, "set /x: the op has no value"},
		"value no JSON":      {web, Op{Verb: VerbSet, Pointer: "/x", Value: raw(`hunter2`)}, "set /x: the op's value is not JSON"},
		"two values":         {web, Op{Verb: VerbSet, Pointer: "/x", Value: raw(`1 2`)}, "set /x: the op's value is more than one JSON value"},
		"verb":               {web, Op{Verb: "merge", Pointer: "/x"}, `merge /x: unknown verb "merge"`},
		"what finds it":      {web, Op{Verb: VerbSet, Service: service8080, Pointer: "/internal_port", Value: raw(`1`)}, "set /internal_port of service tcp 8080 (80, 443): internal_port is what the service is found by"},
		"what finds a port":  {web, Op{Verb: VerbSet, Service: service8080, Port: "80", Pointer: "/port", Value: raw(`1`)}, "set /port of port 80 of service tcp 8080 (80, 443): port is what the port is found by"},
		"no config":          {"null", Op{Verb: VerbSet, Pointer: "/x", Value: raw(`1`)}, "set /x: the machine has no configuration"},
		"through null value": {`{"services": null}`, Op{Verb: VerbSet, Service: service8080, Pointer: "/x", Value: raw(`1`)}, "set /x of service tcp 8080 (80, 443): no service matches"},
	} {
		t.Run(name, func(t *testing.T) {
			before := parse(t, tc.config)
			first := Op{Verb: VerbSet, Pointer: "/metadata/first", Value: raw(`"1"`)}
			ops := []Op{first, tc.op}
			if before.IsZero() {
				ops = ops[1:]
			}
			got, changed, err := Apply(before, ops)
			var opErr *OpError
			if !errors.As(err, &opErr) || opErr.Error() != tc.want {
				t.Fatalf("error %q, want %q", err, tc.want)
			}
			if changed || !got.Equal(before) {
				t.Error("something changed though one op was refused")
			}
		})
	}
}

func TestUnknownFieldsAndSpellingsSurvive(t *testing.T) {
	got, _, err := Apply(parse(t, web), []Op{{Verb: VerbRemove, Pointer: "/env/LOG"}})
	if err != nil {
		t.Fatal(err)
	}
	out := string(got.JSON())
	for _, want := range []string{`"ratio":1.50`, `"big":12345678901234567890`, `"empty":{}`, `"init":{}`, `"required_host_features":["kvm"]`, `"force_instance_key":null`, `"novel":[1,2]`, `"interval":15000000000`, `"min_machines_running":0`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is gone:\n%s", want, out)
		}
	}
}

func TestOrderOfIndependentOpsIsIrrelevant(t *testing.T) {
	ops := []Op{
		{Verb: VerbRemove, Pointer: "/env/DATABASE_URL"},
		{Verb: VerbSet, Pointer: "/metrics/port", Value: raw(`9091`)},
		{Verb: VerbSet, Pointer: "/metrics/path", Value: raw(`"/metrics"`)},
		{Verb: VerbAppend, Service: service8080, Pointer: "/checks", Value: raw(`{"type":"http","path":"/up"}`)},
	}
	want, _, err := Apply(parse(t, web), ops)
	if err != nil {
		t.Fatal(err)
	}
	permute(ops, func(p []Op) {
		got, _, err := Apply(parse(t, web), p)
		if err != nil || !got.Equal(want) {
			t.Errorf("order %v: %s, %v", p, got.JSON(), err)
		}
	})
}

func permute(ops []Op, f func([]Op)) {
	if len(ops) < 2 {
		f(ops)
		return
	}
	for i := range ops {
		ops[0], ops[i] = ops[i], ops[0]
		head := ops[0]
		permute(ops[1:], func(rest []Op) { f(append([]Op{head}, rest...)) })
		ops[0], ops[i] = ops[i], ops[0]
	}
}

func TestOpErrorHoldsNoValue(t *testing.T) {
	_, _, err := Apply(parse(t, web), []Op{{Verb: VerbSet, Pointer: "/image/x", Value: raw(`"hunter2"`), If: raw(`"hunter2"`)}})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}

func TestOpJSONKeepsNullGuard(t *testing.T) {
	in := Op{Verb: VerbSet, Pointer: "/a", Value: raw(`1`), If: raw(`null`)}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Op
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Error(diff)
	}
}

func FuzzApply(f *testing.F) {
	f.Add(web, `[{"verb":"set","pointer":"/metrics/port","value":1},{"verb":"append","service":{"protocol":"tcp","internal_port":8080,"ports":["80","443"]},"pointer":"/checks","value":{"type":"http"}}]`)
	f.Add(`{"a":[1,"15s",null]}`, `[{"verb":"take","pointer":"/a","value":1.0},{"verb":"remove","pointer":"/a","if":[]}]`)
	f.Add(`{"interval":1e9}`, `[{"verb":"set","pointer":"/interval","value":"1s"}]`)
	f.Fuzz(func(t *testing.T, config, list string) {
		before, err := Parse([]byte(config))
		if err != nil {
			return
		}
		var ops []Op
		if json.Unmarshal([]byte(list), &ops) != nil || len(ops) > 1 {
			return // two ops may undo each other, one must settle
		}
		after, changed, err := Apply(before, ops)
		if err != nil {
			return
		}
		if !changed && !after.Equal(before) {
			t.Fatal("changed without saying so")
		}
		if _, changed, err := Apply(after, ops); err != nil || changed {
			t.Fatalf("a second time: changed %v, error %v", changed, err)
		}
		back, _, err := Apply(after, Invert(before, ops))
		if err != nil {
			t.Fatalf("inverse of %s: %v", list, err)
		}
		if !same("", back.root, before.root) {
			t.Fatalf("taken back: %s, want %s", back.JSON(), before.JSON())
		}
		if _, err := Parse(after.JSON()); err != nil {
			t.Fatal(err)
		}
	})
}
