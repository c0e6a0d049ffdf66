package commands

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

func asked(ctx context.Context, t *testing.T, typed string, closed bool) error {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = r.Close(), w.Close() }()
	_, _ = w.WriteString(typed)
	if closed {
		_ = w.Close()
	}
	var shown bytes.Buffer
	env := &Env{
		Stdin: r, Stderr: &shown, StdinTTY: true, StderrTTY: true,
		Getenv: func(string) (string, bool) { return "", false },
	}
	return ask(ctx, env, "Take this back?", "")
}

func TestOnlyAYesIsAYes(t *testing.T) {
	for typed, yes := range map[string]bool{
		"y\n": true, "YES\r\n": true, "perhaps\ny\n": true, "y": true,
		"n\n": false, "no\n": false, "\n": false, "": false, "perhaps\n": false, "yep": false,
	} {
		err := asked(t.Context(), t, typed, true)
		var declined declinedError
		if yes && err != nil || !yes && !errors.As(err, &declined) {
			t.Errorf("%q gave %v", typed, err)
		}
	}
}

func TestInterruptAtTheQuestion(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := asked(ctx, t, "", false); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestQuestionIsPlain(t *testing.T) {
	var shown bytes.Buffer
	env := &Env{Stdin: newAnswer("n\n"), Stderr: &shown, StdinTTY: true, StderrTTY: true, Getenv: func(string) (string, bool) { return "", false }}
	_ = ask(t.Context(), env, "Edit fly.toml of \x1b]0;x\x07app?", "")
	if got := shown.String(); !strings.Contains(got, "app? [y/N] ") || strings.ContainsAny(got, "\x1b\x07") {
		t.Errorf("shown: %q", got)
	}
	shown.Reset()
	env.Stdin, env.Width = newAnswer("n\n"), 20
	_ = ask(t.Context(), env, "Edit fly.toml, update 3 machines?", "")
	if got := shown.String(); !strings.HasPrefix(got, "Edit fly.toml, update 3\nmachines? [y/N] ") {
		t.Errorf("narrow: %q", got)
	}
}
