package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// It says where it is, serves the scenario there to whoever has the token, and
// ends when it is told to.
func TestServesAScenario(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.json")
	if err := os.WriteFile(path, []byte(`{"app": {"name": "fine-app"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{path}, w) }()
	line := make([]byte, 1024)
	n, err := r.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`FLY_FLAPS_BASE_URL=(http://127\.0\.0\.1:\d+) .*FLY_API_TOKEN=(\w+)`).FindStringSubmatch(string(line[:n]))
	if found == nil {
		t.Fatalf("it says %q", line[:n])
	}
	for token, want := range map[string]int{found[2]: http.StatusOK, "wrong": http.StatusUnauthorized} {
		req, err := http.NewRequest(http.MethodGet, found[1]+"/v1/apps/fine-app", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("token %q: HTTP %d, want %d", token, resp.StatusCode, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRefusesAWrongScenario(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.json")
	if err := os.WriteFile(path, []byte(`{"ap": {}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{path}, io.Discard); err == nil || !strings.Contains(err.Error(), `unknown field "ap"`) {
		t.Errorf("got %v", err)
	}
}
