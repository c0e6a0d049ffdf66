package shortform_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/internal/flysim/shortform"
)

const file = `app = "shop"
[env]
PORT = 8080
[processes]
web = "serve"
worker = "work"
[http_service]
internal_port = 8080
processes = ["web"]
auto_stop_machines = true
force_https = true
[[http_service.checks]]
path = "/healthz"
headers = { X-Forwarded-Proto = "https" }
[[services]]
internal_port = 9000
processes = ["worker"]
[[services.ports]]
port = 9000
[[services.tcp_checks]]
interval = "15s"
`

func TestParse(t *testing.T) {
	s, err := shortform.Parse([]byte(`# two that serve, one that works
serves: /healthz /up
listening: 8080 9000
ips: 66.241.125.1 fdaa:0:1::3
secrets: {"TOKEN": "x"}
machines: 2x web in iad
  services.0.autostop: "suspend"
  env.PORT: null
machines: 1x worker in lhr stopped as d890007w
  guest.memory_mb: 512
  exits: [{"ago": "2m", "code": 1}]
`), []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if s.App.Name != "shop" || len(s.App.Serves) != 2 || len(s.IPs) != 2 || s.Secrets["TOKEN"] != "x" {
		t.Errorf("the app: %+v, ips %v, secrets %v", s.App, s.IPs, s.Secrets)
	}
	var got []string
	for _, m := range s.Machines {
		var config any
		if err := json.Unmarshal(m.Config, &config); err != nil {
			t.Fatal(err)
		}
		plain, _ := json.Marshal(config)
		got = append(got, strings.Join([]string{m.ID, m.Group, m.Region, m.State, string(plain)}, " "))
	}
	web := `{"env":{},"guest":{"cpu_kind":"shared","cpus":1,"memory_mb":256,"required_host_features":["kept"]},` +
		`"services":[{"autostop":"suspend","checks":[{"headers":[{"name":"X-Forwarded-Proto","values":["https"]}],"path":"/healthz","port":8080,"type":"http"}],` +
		`"internal_port":8080,"ports":[{"force_https":true,"handlers":["http"],"port":80},{"handlers":["http","tls"],"port":443}],"protocol":"tcp"}]}`
	worker := `{"env":{"PORT":"8080"},"guest":{"cpu_kind":"shared","cpus":1,"memory_mb":512,"required_host_features":["kept"]},` +
		`"services":[{"checks":[{"interval":"15s","port":9000,"type":"tcp"}],"internal_port":9000,"ports":[{"port":9000}],"protocol":"tcp"}]}`
	want := []string{"d890001a web iad started " + web, "d890002a web iad started " + web, "d890007w worker lhr stopped " + worker}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("machines (-want +got):\n%s", diff)
	}
	if len(s.Machines[2].Exits) != 1 {
		t.Errorf("exits: %+v", s.Machines[2].Exits)
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for src, want := range map[string]string{
		"machines: two web in iad":                             "is not like 2x web in iad",
		"machines: 2x web in iad as a":                         "is not like 2x web in iad",
		"  env.A: 1":                                           "stands below no machines",
		"machines: 1x web in iad\n  env.A: one":                "line 2",
		"machines: 1x web in iad\n  services.7.autostop: true": `there is no entry "7"`,
		"machine: 1":                                           `unknown field "machine"`,
		"serves healthz":                                       "is no KEY: VALUE",
		"listening: http":                                      "invalid syntax",
		"machines: 1x web in iad\n  guest.cpus.x: 1":           `"x" is no key`,
	} {
		if _, err := shortform.Parse([]byte(src), []byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", src, err, want)
		}
	}
}
