package flyschema_test

import (
	"slices"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flyschema"
)

// TestLookup holds the forms that flyctl accepts, and near misses of them.
func TestLookup(t *testing.T) {
	known := []string{
		"app", "mounts.source", "mount.source", "mount[0].source", "mounts[1].destination", "metrics.port", "metric.path",
		"compute.memory", "computes[0].size", "vm.size", "services.ports.port", "services[0].ports[1].handlers",
		"services.http_checks.path", "env.ANYTHING", "env[0].ANYTHING", "processes[0].name", "processes[0].command", "processes.web",
		"checks.alive.port", "checks[0].name", "checks[0].port", "services[0].http_checks[0].headers[0].name",
		"build.build_target", "build.build-target", "experimental.kill_timeout", "experimental.metrics_port", "experimental.metrics_path",
		"Deploy.Strategy", "HTTP_service.checks[0].headers.X-Forwarded-Proto", "http_service.http_options.response.headers.X-Frame.sub",
		"build.settings.anything.below",
	}
	for _, path := range known {
		if _, ok := flyschema.Lookup(path); !ok {
			t.Errorf("%s is said to be unknown; flyctl reads it", path)
		}
	}
	unknown := []string{
		"mounts.size", "build.ignore_file", "deploy.auto_rollback", "deploy.regions", "regions", "regions.group", "scale.min_machines",
		"http_service.route[0].path", "http_service.ports[0].port", "http_service.checks[0].restart_limit", "checks.alive.restart_limit",
		"services[0].script_checks", "experimental.allowed_public_ports", "vm.swap_size_mb", "env.A.B", "checks[0].restart_limit",
		"experimental.private_network", "processes.worker.min_machines_running", `"build.image"`,
	}
	for _, path := range unknown {
		if k, ok := flyschema.Lookup(path); ok {
			t.Errorf("%s is taken for %s (%s); flyctl does not read it", path, k.Path, k.Kind)
		}
	}
}

func TestForm(t *testing.T) {
	for path, want := range map[string]string{
		"services[1].tcp_checks[0].Port": "services.tcp_checks.port", "computes[0].memory": "vm.memory",
		"checks.alive.port": "checks.*.port", "checks[2].port": "checks.*.port", "": "",
	} {
		if got := flyschema.Form(path); got != want {
			t.Errorf("Form(%q) = %q, want %q", path, got, want)
		}
	}
	if got := flyschema.Children("services.tcp_checks"); !slices.Equal(got, []string{"grace_period", "interval", "timeout"}) {
		t.Errorf("below services.tcp_checks: %v", got)
	}
}
