package flyschema_test

import (
	"testing"

	"github.com/fly-standards/fly-standards/internal/flyschema"
)

func TestNewerThan(t *testing.T) {
	for version, want := range map[string]bool{
		"2026.8.31": false, "2026.9.1": true, "v2026.11.24-dev.1795478668": true, "2027.1.2": true, "2025.12.9": false,
		"0.3.100": false, "": false, "dev": false, "2026.x.1": false, "2026.99.1": false,
	} {
		if got := flyschema.NewerThan(version); got != want {
			t.Errorf("NewerThan(%q) = %v, tables of %s", version, got, flyschema.AsOf)
		}
	}
}
