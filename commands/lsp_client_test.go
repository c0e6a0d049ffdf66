package commands

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/fly-standards/fly-standards/plan"
)

// editor is a client of the language server: that of go.lsp.dev, over the
// pipes of a process of its own.
type editor struct {
	protocol.Client // what a session doesn't use panics
	t               testing.TB
	server          protocol.Server
	conn            jsonrpc2.Conn
	initialized     *protocol.InitializeResult
	cmd             *exec.Cmd
	stdin           io.Closer
	raw             *recorder

	mu        sync.Mutex
	published map[string][]protocol.PublishDiagnosticsParams // by URI, oldest first
	news      chan struct{}
	texts     map[string]string // what the editor has in its buffers, by URI
	versions  map[string]int32
}

type pipes struct {
	io.Reader
	io.WriteCloser
}

// recorder keeps what a server writes.
type recorder struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// program is this very test binary as fly-standards, in a folder.
func program(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = []string{asProgram + "=1", "HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	return cmd
}

// openEditor starts a server for the folders.
func openEditor(t testing.TB, roots ...string) *editor {
	t.Helper()
	e := &editor{t: t, cmd: program(t, roots[0], "lsp", "--stdio"), raw: &recorder{}, published: map[string][]protocol.PublishDiagnosticsParams{}, news: make(chan struct{}, 1), texts: map[string]string{}, versions: map[string]int32{}}
	in, err := e.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	e.cmd.Stderr = e.raw
	if err := e.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e.stdin = in
	_, e.conn, e.server = protocol.NewClient(context.Background(), e, jsonrpc2.NewStream(pipes{io.TeeReader(out, e.raw), in}), zap.NewNop())
	t.Cleanup(func() { _ = e.conn.Close(); _ = e.cmd.Process.Kill(); _ = e.cmd.Wait() })
	params := &protocol.InitializeParams{Capabilities: protocol.ClientCapabilities{Workspace: &protocol.WorkspaceClientCapabilities{
		WorkspaceEdit: &protocol.WorkspaceClientCapabilitiesWorkspaceEdit{DocumentChanges: true},
	}}}
	for _, root := range roots {
		params.WorkspaceFolders = append(params.WorkspaceFolders, protocol.WorkspaceFolder{URI: string(uri.File(root)), Name: filepath.Base(root)})
	}
	if e.initialized, err = e.server.Initialize(context.Background(), params); err != nil {
		t.Fatal(err)
	}
	e.do(e.server.Initialized(context.Background(), &protocol.InitializedParams{}))
	return e
}

func (e *editor) do(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

// PublishDiagnostics implements protocol.Client.
func (e *editor) PublishDiagnostics(_ context.Context, p *protocol.PublishDiagnosticsParams) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.published[string(p.URI)] = append(e.published[string(p.URI)], *p)
	select {
	case e.news <- struct{}{}:
	default:
	}
	return nil
}

// open opens a text, which need not be what is on disk.
func (e *editor) open(path, text string) string {
	e.t.Helper()
	u := string(uri.File(path))
	e.texts[u], e.versions[u] = text, 1
	e.do(e.server.DidOpen(context.Background(), &protocol.DidOpenTextDocumentParams{TextDocument: protocol.TextDocumentItem{
		URI: protocol.DocumentURI(u), LanguageID: "toml", Version: 1, Text: text,
	}}))
	return u
}

// write replaces the whole buffer.
func (e *editor) write(u, text string) {
	e.t.Helper()
	e.versions[u]++
	e.texts[u] = text
	e.do(e.conn.Notify(context.Background(), "textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": u, "version": e.versions[u]},
		"contentChanges": []any{map[string]any{"text": text}},
	}))
}

// typed inserts text at an offset of the buffer, as a keystroke does.
func (e *editor) typed(u string, at int, text string) { e.replace(u, at, at, text) }

func (e *editor) replace(u string, from, to int, text string) {
	e.t.Helper()
	old := e.texts[u]
	e.texts[u] = old[:from] + text + old[to:]
	e.versions[u]++
	change := protocol.TextDocumentContentChangeEvent{Range: protocol.Range{Start: positionOf(old, from), End: positionOf(old, to)}, Text: text}
	e.do(e.server.DidChange(context.Background(), &protocol.DidChangeTextDocumentParams{
		TextDocument: protocol.VersionedTextDocumentIdentifier{
			TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: protocol.DocumentURI(u)}, Version: e.versions[u],
		},
		ContentChanges: []protocol.TextDocumentContentChangeEvent{change},
	}))
}

// diagnostics waits for those of the buffer as it is.
func (e *editor) diagnostics(u string) []protocol.Diagnostic {
	e.t.Helper()
	deadline := time.After(time.Minute)
	for {
		e.mu.Lock()
		if all := e.published[u]; len(all) > 0 && int32(all[len(all)-1].Version) == e.versions[u] {
			e.mu.Unlock()
			return all[len(all)-1].Diagnostics
		}
		e.mu.Unlock()
		select {
		case <-e.news:
		case <-deadline:
			e.t.Fatalf("no diagnostics of version %d", e.versions[u])
		}
	}
}

// actions are the code actions of the whole buffer, or of a kind.
func (e *editor) actions(u string, only ...protocol.CodeActionKind) []protocol.CodeAction {
	e.t.Helper()
	out, err := e.server.CodeAction(context.Background(), &protocol.CodeActionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: protocol.DocumentURI(u)},
		Range:        protocol.Range{End: positionOf(e.texts[u], len(e.texts[u]))},
		Context:      protocol.CodeActionContext{Diagnostics: []protocol.Diagnostic{}, Only: only},
	})
	e.do(err)
	return out
}

// after is the buffer with an action's edits made, as a client makes them:
// all ranges are of the text before.
func (e *editor) after(u string, a protocol.CodeAction) string {
	e.t.Helper()
	if a.Edit == nil || len(a.Edit.DocumentChanges) != 1 || a.Edit.DocumentChanges[0].TextDocument.Version == nil || *a.Edit.DocumentChanges[0].TextDocument.Version != e.versions[u] {
		e.t.Fatalf("%s: no edit of version %d: %+v", a.Title, e.versions[u], a.Edit)
	}
	return edited(e.texts[u], a.Edit.DocumentChanges[0].Edits)
}

func edited(text string, edits []protocol.TextEdit) string {
	edits = slices.Clone(edits)
	slices.Reverse(edits)
	for _, edit := range edits {
		from, to := offsetOf(text, edit.Range.Start), offsetOf(text, edit.Range.End)
		text = text[:from] + edit.NewText + text[to:]
	}
	return text
}

// positionOf and offsetOf are the protocol's positions worked out in the
// simplest way: the text as UTF-16.
func positionOf(text string, offset int) protocol.Position {
	before := text[:offset]
	line := strings.Count(before, "\n")
	return protocol.Position{Line: uint32(line), Character: uint32(len(utf16.Encode([]rune(before[strings.LastIndexByte(before, '\n')+1:]))))}
}

func offsetOf(text string, p protocol.Position) int {
	lines := strings.SplitAfter(text, "\n")
	if int(p.Line) >= len(lines) {
		return len(text)
	}
	start := len(strings.Join(lines[:p.Line], ""))
	units := utf16.Encode([]rune(lines[p.Line]))
	return start + len(string(utf16.Decode(units[:min(int(p.Character), len(units))])))
}

// leave ends the session as the protocol has it, and gives the exit code.
func (e *editor) leave() int {
	e.t.Helper()
	e.do(e.server.Shutdown(context.Background()))
	e.do(e.server.Exit(context.Background()))
	_ = e.cmd.Wait()
	return e.cmd.ProcessState.ExitCode()
}

func rulesIn(all []protocol.Diagnostic) []string {
	var out []string
	for _, d := range all {
		rule, _ := d.Code.(string)
		out = append(out, rule)
	}
	return out
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// checkJSON is what check says in a folder.
func checkJSON(t *testing.T, dir string) *plan.Plan {
	t.Helper()
	cmd := program(t, dir, "check", "--json")
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	p, err := parsePlan([]byte(out.String()), "check --json")
	if err != nil {
		t.Fatalf("%v\n%s", err, &errs)
	}
	return p
}
