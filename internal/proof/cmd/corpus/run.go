package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/fly-standards/fly-standards/commands"
	"github.com/fly-standards/fly-standards/internal/clock"
	"github.com/fly-standards/fly-standards/internal/flyschema"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// What came of a file.
const (
	changed = "changed"
	kept    = "kept"
	refused = "refused"
)

type result struct {
	what   string
	detail string
	rules  map[string]map[string]int
	broken []string
}

func (r *result) breaks(format string, args ...any) {
	r.broken = append(r.broken, fmt.Sprintf(format, args...))
}

// run takes one file through plan, apply and plan again, as a user would.
func run(ctx context.Context, path, allow, flyctl string) (result, error) {
	before, err := os.ReadFile(path)
	if err != nil {
		return result{}, err
	}
	dir, err := os.MkdirTemp("", "corpus")
	if err != nil {
		return result{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "fly.toml")
	if err := os.WriteFile(file, before, 0o644); err != nil {
		return result{}, err
	}
	accepted := validate(ctx, flyctl, file)

	code, out, errOut := command(ctx, dir, allow, "plan", "--offline", "--json")
	if code != 0 {
		first, _, _ := strings.Cut(errOut, "\n")
		r := result{what: refused, detail: first}
		if now, _ := os.ReadFile(file); !bytes.Equal(now, before) {
			r.breaks("plan refused the file and changed it")
		}
		return r, nil
	}
	var p plan.Plan
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		return result{}, fmt.Errorf("decode the plan: %w", err)
	}
	r := result{what: kept, rules: map[string]map[string]int{}}
	for _, f := range p.Findings {
		if r.rules[f.Rule] == nil {
			r.rules[f.Rule] = map[string]int{}
		}
		r.rules[f.Rule][string(f.Outcome)]++
	}
	if code, _, errOut := command(ctx, dir, allow, "apply", "--yes", "--offline"); code != 0 {
		r.breaks("apply gave %d: %s", code, errOut)
	}
	after, err := os.ReadFile(file)
	if err != nil {
		return result{}, err
	}
	if !bytes.Equal(before, after) {
		r.what = changed
	}
	r.compare(before, after, &p)
	if code, out, _ := command(ctx, dir, allow, "plan", "--offline", "--detailed-exitcode"); code != 0 {
		r.breaks("something is left to do (exit %d):\n%s", code, out)
	}
	if accepted && !validate(ctx, flyctl, file) {
		r.breaks("flyctl accepted it before and refuses it now")
	}
	return r, nil
}

// command runs one command line inside this process, without any token.
func command(ctx context.Context, dir, allow string, args ...string) (code int, stdout, stderr string) {
	var out, errOut bytes.Buffer
	if allow != "" {
		args = append(args, "--allow", allow)
	}
	code = commands.Main(ctx, &commands.Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Width: 80,
		Getenv: func(name string) (string, bool) {
			if name == "XDG_STATE_HOME" {
				return filepath.Join(dir, "state"), true
			}
			return "", false
		},
		Dir: dir, Home: dir, GOOS: runtime.GOOS, Clock: clock.Wall{},
	}, args)
	return code, out.String(), errOut.String()
}

// compare checks the new bytes against what the plan said.
func (r *result) compare(before, after []byte, p *plan.Plan) {
	was, err1 := flytoml.Parse("before", before)
	is, err2 := flytoml.Parse("after", after)
	if err1 != nil || err2 != nil {
		r.breaks("the result is no TOML")
		return
	}
	added, removed := 0, 0
	// That a last line gets its line end is no change of it.
	old, new := strings.TrimSuffix(string(before), "\n")+"\n", strings.TrimSuffix(string(after), "\n")+"\n"
	for _, e := range udiff.Lines(old, new) {
		removed += lines(old[e.Start:e.End])
		added += lines(e.New)
	}
	if added != p.Totals.LinesAdded || removed != p.Totals.LinesRemoved {
		r.breaks("the plan said +%d -%d lines, it became +%d -%d", p.Totals.LinesAdded, p.Totals.LinesRemoved, added, removed)
	}
	if is.Comments() != was.Comments()-p.Totals.CommentsRemoved {
		r.breaks("%d comments became %d", was.Comments(), is.Comments())
	}
	had := map[string]bool{}
	was.Walk(func(n flytoml.Node) { had[n.Path()] = true })
	is.Walk(func(n flytoml.Node) {
		if _, known := flyschema.Lookup(n.Path()); !known && !had[n.Path()] && n.Path() != "" {
			r.breaks("a key that flyctl does not know was added: %s", n.Path())
		}
	})
}

func lines(s string) int {
	n := strings.Count(s, "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		n++
	}
	return n
}

// validate asks flyctl, which needs no network for it but wants a token.
func validate(ctx context.Context, flyctl, file string) bool {
	if flyctl == "" {
		return true
	}
	cmd := exec.CommandContext(ctx, flyctl, "config", "validate", "--app", "corpus", "--config", file)
	const nowhere = "http://127.0.0.1:9"
	cmd.Env = append(os.Environ(), "FLY_ACCESS_TOKEN=none", "FLY_NO_UPDATE_CHECK=1", "FLY_SEND_METRICS=0",
		"FLY_CONFIG_DIR="+filepath.Dir(file), "FLY_API_BASE_URL="+nowhere, "FLY_FLAPS_BASE_URL="+nowhere, "FLY_UIEX_BASE_URL="+nowhere)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	return cmd.Run() == nil
}
