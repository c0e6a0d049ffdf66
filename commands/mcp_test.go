package commands_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/fly-standards/fly-standards/commands"
	"github.com/fly-standards/fly-standards/internal/flysim"
)

// assistant is a session of the SDK's own client with the server.
type assistant struct {
	t       *testing.T
	session *sdk.ClientSession
	seen    *bytes.Buffer // all that the server wrote, after the session has ended
}

// assistantOf starts the server inside this process, on an app of its own.
func (s *shop) assistant(args ...string) *assistant {
	s.t.Helper()
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	a := &assistant{t: s.t, seen: &bytes.Buffer{}}
	env := s.env(io.MultiWriter(fromServer, a.seen), a.seen)
	env.Stdin = toServer
	done := make(chan int, 1)
	go func() { done <- commands.Main(context.Background(), env, append([]string{"mcp"}, args...)) }()
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(context.Background(), &sdk.IOTransport{Reader: toClient, Writer: fromClient}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	a.session = session
	s.t.Cleanup(func() {
		_ = fromClient.Close()
		if code := <-done; code != 0 {
			s.t.Errorf("the server ended with exit code %d", code)
		}
		_ = fromServer.Close()
		for _, c := range canaries() {
			if strings.Contains(a.seen.String(), c) {
				s.t.Errorf("the server wrote the secret %s", c)
			}
		}
	})
	return a
}

// call calls a tool, and gives its text and whether it failed.
func (a *assistant) call(tool string, args map[string]any) (string, bool) {
	a.t.Helper()
	r, err := a.session.CallTool(context.Background(), &sdk.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		a.t.Fatalf("%s: %v", tool, err)
	}
	text := r.Content[0].(*sdk.TextContent).Text
	if args["details"] == nil && len(text) > 2048 {
		a.t.Errorf("%s %v: an answer of %d bytes:\n%s", tool, args, len(text), text)
	}
	return text, r.IsError
}

// good is call, for what must work and give JSON.
func (a *assistant) good(tool string, args map[string]any, into any) string {
	a.t.Helper()
	text, failed := a.call(tool, args)
	if failed {
		a.t.Fatalf("%s: %s", tool, text)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		a.t.Fatalf("%s: %v\n%s", tool, err, text)
	}
	return text
}

func (a *assistant) refused(tool string, args map[string]any, want string) {
	a.t.Helper()
	if text, failed := a.call(tool, args); !failed || !strings.Contains(text, want) {
		a.t.Errorf("%s %v: %s, want a refusal with %q", tool, args, text, want)
	}
}

type briefAnswer struct {
	Verdict  string
	Findings []struct{ Rule, Severity, Key, Message, Fix string }
	More     int    `json:"more_findings"`
	Offline  string `json:"app_not_read_because"`
	Saved    string
}

// writing are the requests so far that change something.
func (s *shop) writing() []string {
	var out []string
	for _, r := range s.platform.Requests() {
		if r.Method != "GET" && !strings.HasSuffix(r.Path, "/graphql") {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}

// TestAssistant: list, check a bad file, explain, plan, and a saved plan that
// is applied.
func TestAssistant(t *testing.T) {
	s := newShop(t, flysim.Respond{Path: "/healthz"})
	a := s.assistant("--allow-apply")
	tools := a.tools()
	for name, want := range map[string]string{
		"check": "reads, closed", "explain": "reads, closed", "rules": "reads, closed", "show": "reads, closed",
		"plan": "reads, open", "apply": "destroys, open",
	} {
		if tools[name] != want {
			t.Errorf("%s is annotated as %q, want %q", name, tools[name], want)
		}
	}
	var found briefAnswer
	a.good("check", nil, &found)
	if !slices.ContainsFunc(found.Findings, func(f struct{ Rule, Severity, Key, Message, Fix string }) bool {
		return f.Rule == "env-secrets" && f.Severity == "error" && f.Key == "env.DATABASE_URL"
	}) {
		t.Errorf("check: %+v", found)
	}
	var full struct {
		Findings []struct{ Rule string }
	}
	a.good("check", map[string]any{"details": true}, &full)
	if len(full.Findings) != len(found.Findings)+found.More {
		t.Errorf("in short %d findings and %d more, in full %d", len(found.Findings), found.More, len(full.Findings))
	}
	var bad briefAnswer
	a.good("check", map[string]any{"text": "app = \"x\"\n[http_service]\ninternal_port = \"8080\"\n"}, &bad)
	if len(bad.Findings) == 0 || bad.Findings[0].Rule != "config-shape" {
		t.Errorf("of a bad text: %+v", bad)
	}
	var rule struct{ ID, Doc, URL string }
	a.good("explain", map[string]any{"rule": "env-secrets"}, &rule)
	if rule.ID != "env-secrets" || len(rule.Doc) < 200 {
		t.Errorf("explain: %+v", rule)
	}
	a.refused("explain", map[string]any{"rule": "env-secret"}, `did you mean "env-secrets"?`)
	var rules struct{ Rules map[string][]string }
	a.good("rules", nil, &rules)
	if len(rules.Rules["error"]) < 3 || len(rules.Rules["warning"]) < 10 {
		t.Errorf("rules: %+v", rules)
	}
	var planned briefAnswer
	a.good("plan", map[string]any{"out": "plan.json"}, &planned)
	if planned.Saved != "plan.json" || planned.Offline != "" || !strings.Contains(planned.Verdict, "ready") {
		t.Errorf("plan: %+v", planned)
	}
	if got := s.read("fly.toml"); got != shopToml || len(s.writing()) > 0 {
		t.Errorf("planning changed something: %v", s.writing())
	}
	a.good("show", map[string]any{"plan": "plan.json"}, &planned)
	var done struct {
		Outcome string
		Secrets []struct{ Name, State string }
		ToUndo  string `json:"to_undo"`
	}
	a.good("apply", map[string]any{"plan": "plan.json"}, &done)
	if done.Outcome != "complete" || len(done.Secrets) != 2 || done.ToUndo == "" {
		t.Errorf("apply: %+v", done)
	}
	s.secretsAreSet()
	s.noLeaks()
	if strings.Contains(s.read("fly.toml"), "canary") {
		t.Error("the secrets are in the file still")
	}
	a.refused("apply", map[string]any{"plan": "plan.json"}, "changed since the plan was made")
}

// tools are the tools with their annotations.
func (a *assistant) tools() map[string]string {
	a.t.Helper()
	list, err := a.session.ListTools(context.Background(), nil)
	if err != nil {
		a.t.Fatal(err)
	}
	out := map[string]string{}
	for _, tool := range list.Tools {
		n := tool.Annotations
		words := "changes"
		switch {
		case n.ReadOnlyHint:
			words = "reads"
		case *n.DestructiveHint:
			words = "destroys"
		}
		out[tool.Name] = words + ", " + map[bool]string{true: "open", false: "closed"}[*n.OpenWorldHint]
	}
	return out
}

// TestAssistantMayNotApply unless the server was started so.
func TestAssistantMayNotApply(t *testing.T) {
	s := newShop(t)
	a := s.assistant()
	if _, there := a.tools()["apply"]; there {
		t.Error("there is a tool apply")
	}
	if _, err := a.session.CallTool(context.Background(), &sdk.CallToolParams{Name: "apply", Arguments: map[string]any{"plan": "plan.json"}}); err == nil {
		t.Error("apply was carried out")
	}
	a.refused("plan", map[string]any{"out": "plan.json"}, "--allow-apply")
	if entries, _ := os.ReadDir(s.dir); len(entries) > 2 {
		t.Errorf("something was written: %v", entries)
	}
	if w := s.writing(); len(w) > 0 {
		t.Errorf("something was written: %v", w)
	}
}

// TestAssistantStaysInside the folder that the server was started in.
func TestAssistantStaysInside(t *testing.T) {
	s := newShop(t)
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "fly.toml"), []byte(shopToml), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(s.dir, "linked")); err != nil {
		t.Fatal(err)
	}
	a := s.assistant("--allow-apply")
	for _, path := range []string{outside, filepath.Join(outside, "fly.toml"), "../fly.toml", "linked", "linked/fly.toml", "/etc/passwd", "x/../../y"} {
		a.refused("check", map[string]any{"path": path}, "outside of the folder")
		a.refused("check", map[string]any{"path": path, "text": "app = 1"}, "outside of the folder")
		a.refused("plan", map[string]any{"path": path, "offline": true}, "outside of the folder")
		a.refused("plan", map[string]any{"out": path, "offline": true}, "outside of the folder")
		a.refused("show", map[string]any{"plan": path}, "outside of the folder")
		a.refused("apply", map[string]any{"plan": path}, "outside of the folder")
	}
	// A plan that is about a file outside.
	var planned briefAnswer
	a.good("plan", map[string]any{"out": "plan.json", "offline": true}, &planned)
	s.write("plan.json", strings.Replace(s.read("plan.json"), `"path": "fly.toml"`, fmt.Sprintf("%q: %q", "path", filepath.Join(outside, "fly.toml")), 1))
	a.refused("show", map[string]any{"plan": "plan.json"}, "outside of the folder")
	a.refused("apply", map[string]any{"plan": "plan.json"}, "outside of the folder")
	a.good("plan", map[string]any{"offline": true, "app": strings.Repeat("x", 5000)}, &planned) // small all the same
	a.refused("check", map[string]any{"path": "server.js"}, "server.js:")
	a.refused("check", map[string]any{"path": "none.toml"}, "there is no none.toml")
}

// TestAssistantOutlives what no client should send, over the pipes of a
// process of its own.
func TestAssistantOutlives(t *testing.T) {
	s := newShop(t)
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "mcp", "--root", s.dir)
	cmd.Env = []string{"RUN_AS_FLY_STANDARDS=1", "HOME=" + s.dir}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	go func() {
		for _, bad := range []string{
			"hello", "{", "[]", "[1]", "{}", `{"jsonrpc":"1.0","id":1,"method":"x"}`, `{"jsonrpc":"2.0"}`, "\xff\xfe{", "\x00",
			strings.Repeat("[", 1_000_000), strings.Repeat("x", 10<<20), `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":[]}`,
			`{"jsonrpc":"2.0","id":6,"method":"no/such"}`, `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"check"}}`,
			`[{"jsonrpc":"2.0","id":8,"method":"ping"}]`, `{"jsonrpc":"2.0","id":9,"result":{}}`,
		} {
			_, _ = io.WriteString(in, bad+"\n")
		}
		text, _ := json.Marshal(strings.Repeat("app = 'canary-url-5f1c'\n", 400_000))
		for _, good := range []string{
			`{"jsonrpc":"2.0","id":100,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`,
			`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
			`{"jsonrpc":"2.0","id":101,"method":"tools/call","params":{"name":"check","arguments":{"nonsense":1}}}`,
			`{"jsonrpc":"2.0","id":102,"method":"tools/call","params":{"name":"check","arguments":{"text":"[[[ = \"canary-url-5f1c\""}}}`,
			`{"jsonrpc":"2.0","id":103,"method":"tools/call","params":{"name":"check","arguments":{"text":` + string(text) + `}}}`,
			`{"jsonrpc":"2.0","id":104,"method":"tools/call","params":{"name":"check","arguments":{}}}`,
		} {
			_, _ = io.WriteString(in, good+"\n")
		}
	}()
	var seen bytes.Buffer
	dec := json.NewDecoder(io.TeeReader(out, &seen))
	for {
		var m struct {
			ID     any
			Result struct{ Content []struct{ Text string } }
		}
		if err := dec.Decode(&m); err != nil {
			t.Fatalf("the server has ended: %v\n%s", err, seen.String())
		}
		if m.ID == 104.0 {
			if len(m.Result.Content) != 1 || !strings.Contains(m.Result.Content[0].Text, "env-secrets") {
				t.Errorf("check after all that: %+v", m)
			}
			break
		}
	}
	_ = in.Close()
	_, _ = io.Copy(&seen, out)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d after the end of its input", code)
	}
	for _, c := range canaries() {
		if strings.Contains(seen.String(), c) {
			t.Errorf("the server wrote the secret %s", c)
		}
	}
}

// TestAssistantOverStdio: the SDK's client starts the program itself.
func TestAssistantOverStdio(t *testing.T) {
	s := newShop(t)
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "mcp")
	cmd.Dir, cmd.Env = s.dir, []string{"RUN_AS_FLY_STANDARDS=1", "HOME=" + s.dir}
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(context.Background(), &sdk.CommandTransport{Command: cmd}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &assistant{t: t, session: session}
	var planned briefAnswer
	a.good("plan", nil, &planned)
	if planned.Offline != "no-token" || len(planned.Findings) == 0 {
		t.Errorf("plan without a token: %+v", planned)
	}
	if err := session.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
