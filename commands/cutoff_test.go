package commands

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An apply that was killed behind its last write has left nothing to do; the
// next one says all the same that nobody watched it to its end.
func TestCutOffWithNothingLeft(t *testing.T) {
	env, _, stdout, stderr := sampleEnv(t)
	if code := Main(context.Background(), env, []string{"apply", "--yes"}); code != 0 {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	records, err := filepath.Glob(filepath.Join(env.Dir, "state", "*", "*", "*.jsonl"))
	if err != nil || len(records) != 1 {
		t.Fatalf("records: %v, %v", records, err)
	}
	b, err := os.ReadFile(records[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(bytes.TrimSpace(b), []byte("\n"))
	if err := os.WriteFile(records[0], bytes.Join(lines[:len(lines)-1], nil), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout.Reset()
	stderr.Reset()
	if code := Main(context.Background(), env, []string{"apply", "--yes"}); code != 0 {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	for _, want := range []string{"was interrupted", "`fly-standards undo` undoes it"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("stderr does not say %q:\n%s", want, stderr)
		}
	}
	if strings.Contains(stdout.String(), "was interrupted") {
		t.Errorf("it is no part of the document:\n%s", stdout)
	}
}
