package deployed_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestReadings: what is not said by the value alone is never sure, and a value
// that is none of the kind is not taken for one.
func TestReadings(t *testing.T) {
	const service = "[[services]]\ninternal_port = 8080\nprotocol = \"tcp\"\n"
	for _, tt := range []struct{ toml, value, want string }{
		{service + "[[services.ports]]\nport = \"80:8080\"", "80", "likely"}, // Docker's, and no range
		{service + "[[services.ports]]\nport = \"80-90\"", "90", "sure"},
		{service + "[[services.ports]]\nport = \"53/udp\"", "53", "likely"},
		{service + "[[services.ports]]\nport = \"53/tcp\"", "53", "sure"},
		{service + "[[services.ports]]\nport = \"80-90\"\nend_port = 95", "", "none"},
		{service + "[services.concurrency]\nsoft_limit = \"20 connections\"", "20", "likely"},
		{service + "tcp_checks = \"/health\"", "", "none"},
		{service + "http_checks = \"/health\"", `[{ path = "/health" }]`, "likely"},
		{service + "http_checks = \"/health?token=a\"", "", "none"},
		{"metrics = \"9091/metrics?token=a\"", "", "none"},
		{"vm = true", "", "none"},
		{"vm = \"1gb\"", "", "none"},
		{"vm = \"performance-1x\"", `[{ size = "performance-1x" }]`, "likely"},
		{"build = \"./app\"", "", "none"},
		{"build = \"nginx/nginx:1.27\"", `{ image = "nginx/nginx:1.27" }`, "likely"},
		{"build = ['Dockerfile']", `{ dockerfile = "Dockerfile" }`, "likely"},
	} {
		notes := read(t, tt.toml).Refusals()
		if len(notes) != 1 {
			t.Errorf("%s: %d refusals, want 1", tt.toml, len(notes))
			continue
		}
		got := "none"
		if r := notes[0].Repair; r != nil {
			got = map[bool]string{true: "sure", false: "likely"}[r.Sure]
			if text := fmt.Sprint(r.Edits); !strings.Contains(text, tt.value) {
				t.Errorf("%s: the repair is %s, want %s in it", tt.toml, text, tt.value)
			}
		}
		if got != tt.want {
			t.Errorf("%s: a repair is %s, want %s", tt.toml, got, tt.want)
		}
	}
}
