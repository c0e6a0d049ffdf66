package commands_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A secret that the user keeps in [env] is in the file and on the machines
// before and after; the record of an apply holds it in no form.
func TestRecordHoldsNoKeptSecret(t *testing.T) {
	const kept = "canary-kept-77d1e0"
	s := newShop(t, healthz)
	text := strings.Replace(shopToml, "[http_service]", "  STRIPE_KEY = \""+kept+"\"  # fly-standards: ignore[env-secrets] it is a test key\n\n[http_service]", 1)
	s.write("fly.toml", text)
	s.must(0, "apply", "--yes", "--allow", "review")
	s.must(0, "undo", "--yes")
	s.must(0, "apply", "--yes", "--allow", "review")
	n := 0
	err := filepath.WalkDir(filepath.Join(s.dir, "state"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		n += len(b)
		for shift := range 3 { // base64 of a text around it, at each of the three offsets
			inside := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("-", shift) + kept))
			if bytes.Contains(b, []byte(kept)) || bytes.Contains(b, []byte(inside[4:len(inside)-4])) {
				t.Errorf("%s holds it", filepath.Base(path))
			}
		}
		return err
	})
	if err != nil || n < 1000 {
		t.Fatalf("looked at %d bytes, %v", n, err)
	}
	s.must(0, "undo", "--yes")
	want := strings.Replace(shopWithoutSecrets, "[http_service]", "  STRIPE_KEY = \""+kept+"\"  # fly-standards: ignore[env-secrets] it is a test key\n\n[http_service]", 1)
	if diff := cmp.Diff(want, s.read("fly.toml")); diff != "" {
		t.Errorf("fly.toml: %s", diff)
	}
}

// A machine whose host is away at the undo goes back with the next one.
func TestUndoAgainWhenTheHostIsBack(t *testing.T) {
	s := newShop(t, healthz)
	before := s.configs()
	s.must(0, "apply", "--yes")
	s.app.Machine("148e000b").HostDown("unreachable")
	s.says(s.must(0, "undo", "--yes"), "machine 148e000b: its host is unreachable")
	s.says(s.must(0, "undo", "--yes"), "machine 148e000b: its host is unreachable")
	s.app.Machine("148e000b").HostDown("ok")
	s.must(0, "undo", "--yes")
	s.isBack(before)
	s.says(s.must(0, "undo", "--yes"), "been undone already")
}
