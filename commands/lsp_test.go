package commands

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
)

const editedApp = `# 日本語 🚀
app = "shop"
primary_region = "iad"

[env]
  NAME = "🚀 shop"

[http_service]
  internal_port = 8080
  force_https = false
  auto_stop_machines = "stop"
  auto_start_machines = true
  min_machines_running = 1
`

func lspFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		writeFile(t, filepath.Join(dir, name), text)
	}
	return dir
}

// TestEditorSession: open, type, fix, undo.
func TestEditorSession(t *testing.T) {
	dir := lspFolder(t, map[string]string{"fly.toml": editedApp})
	e := openEditor(t, dir)
	u := e.open(filepath.Join(dir, "fly.toml"), editedApp)
	before := e.diagnostics(u)
	if !slices.Contains(rulesIn(before), "force-https") {
		t.Fatalf("found %v, want force-https among them", rulesIn(before))
	}

	// Type a key that flyctl does not know, a letter at a time.
	at := strings.Index(editedApp, "  force_https")
	for _, letter := range "  interval_port = 1\n" {
		e.typed(u, at, string(letter))
		at++
	}
	d := e.diagnostics(u)
	if !slices.Contains(rulesIn(d), "unknown-keys") {
		t.Errorf("found %v, want unknown-keys among them", rulesIn(d))
	}

	// Fix what was found first.
	i := slices.IndexFunc(e.actions(u, protocol.QuickFix), func(a protocol.CodeAction) bool { return strings.HasPrefix(a.Title, "Fix force-https") })
	if i < 0 {
		t.Fatal("there is no fix of force-https")
	}
	unfixed := e.texts[u]
	fixed := e.after(u, e.actions(u, protocol.QuickFix)[i])
	if want := strings.Replace(unfixed, "force_https = false", "force_https = true", 1); fixed != want {
		t.Errorf("fixed:\n%s\nwant:\n%s", fixed, want)
	}
	e.write(u, fixed)
	if slices.Contains(rulesIn(e.diagnostics(u)), "force-https") {
		t.Error("force-https is found after its fix")
	}
	e.write(u, unfixed)
	if got := e.diagnostics(u); len(got) != len(d) || !slices.Contains(rulesIn(got), "force-https") {
		t.Errorf("after undoing the fix %v, before it %v", rulesIn(got), rulesIn(d))
	}
	if text := readFile(t, filepath.Join(dir, "fly.toml")); text != editedApp {
		t.Error("the file on disk was written")
	}
	if code := e.leave(); code != 0 {
		t.Errorf("exit code %d\n%s", code, e.raw)
	}
}

// TestEditorFindsWhatCheckFinds, with settings and ignore comments.
func TestEditorFindsWhatCheckFinds(t *testing.T) {
	app := strings.Replace(editedApp, "force_https = false", "force_https = false # fly-standards: ignore[force-https] behind a proxy", 1)
	dir := lspFolder(t, map[string]string{"fly.toml": app, ".fly-standards.toml": "[rules.deploy-strategy]\nenabled = false\n", "Dockerfile": "FROM alpine\nENV API_KEY=sk_live_4eC39HqLyjWDarjtT1zdp7dc\n"})
	e := openEditor(t, dir)
	u := e.open(filepath.Join(dir, "fly.toml"), app)
	e.diagnostics(u)
	docker := strings.Replace(u, "fly.toml", "Dockerfile", 1)
	var got []string
	e.mu.Lock()
	for _, name := range []string{u, docker} {
		for _, p := range e.published[name] {
			for _, d := range p.Diagnostics {
				got = append(got, d.Message)
			}
		}
	}
	e.mu.Unlock()
	var want []string
	for _, f := range checkJSON(t, dir).Findings {
		if f.Outcome != "ignored" {
			want = append(want, f.Message)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(slices.Compact(got), slices.Compact(want)) || len(want) < 3 {
		t.Errorf("the editor shows\n%s\ncheck finds\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(e.published[docker]) == 0 {
		t.Error("nothing is shown in the Dockerfile")
	}
}

func TestEditorHover(t *testing.T) {
	dir := lspFolder(t, map[string]string{"fly.toml": editedApp})
	e := openEditor(t, dir)
	u := e.open(filepath.Join(dir, "fly.toml"), editedApp)
	hover := func(at int) string {
		h, err := e.server.Hover(context.Background(), &protocol.HoverParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: protocol.DocumentURI(u)}, Position: positionOf(editedApp, at),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if h == nil {
			return ""
		}
		return h.Contents.Value
	}
	got := hover(strings.Index(editedApp, "force_https") + 3)
	for _, want := range []string{"**http_service.force_https**: ", "**force-https** (", "Its fix needs consent: force_https = false was written on purpose.", "docs/rules/force-https.md"} {
		if !strings.Contains(got, want) {
			t.Errorf("hover lacks %q:\n%s", want, got)
		}
	}
	if got := hover(2); got != "" {
		t.Errorf("hover over a comment: %s", got)
	}
}

// TestEditorHalfTyped: no TOML is one diagnostic, at its place.
func TestEditorHalfTyped(t *testing.T) {
	dir := lspFolder(t, map[string]string{"fly.toml": editedApp})
	e := openEditor(t, dir)
	u := e.open(filepath.Join(dir, "fly.toml"), editedApp)
	at := strings.Index(editedApp, "8080")
	e.replace(u, at, at+4, "")
	d := e.diagnostics(u)
	if len(d) != 1 || d[0].Severity != protocol.DiagnosticSeverityError || d[0].Range.Start.Line != 8 {
		t.Errorf("got %+v, want one error in line 9", d)
	}
	if got := e.actions(u); len(got) != 0 {
		t.Errorf("%d actions for what is no TOML", len(got))
	}
	e.typed(u, at, "8080")
	if d := e.diagnostics(u); len(d) < 2 {
		t.Errorf("after the line was ended: %v", rulesIn(d))
	}
}

// TestEditorRoots: two folders at once, one of them added later.
func TestEditorRoots(t *testing.T) {
	one, two := lspFolder(t, map[string]string{"fly.toml": editedApp}), lspFolder(t, map[string]string{"apps/web/fly.toml": editedApp, ".fly-standards.toml": "[rules.force-https]\nenabled = false\n", ".git/HEAD": "ref: refs/heads/main\n"})
	e := openEditor(t, one)
	if err := e.server.DidChangeWorkspaceFolders(context.Background(), &protocol.DidChangeWorkspaceFoldersParams{
		Event: protocol.WorkspaceFoldersChangeEvent{Added: []protocol.WorkspaceFolder{{URI: "file://" + two, Name: "two"}}},
	}); err != nil {
		t.Fatal(err)
	}
	a, b := e.open(filepath.Join(one, "fly.toml"), editedApp), e.open(filepath.Join(two, "apps/web/fly.toml"), editedApp)
	cargo := e.open(filepath.Join(one, "Cargo.toml"), "[package]\nname = 1\n")
	if got := rulesIn(e.diagnostics(a)); !slices.Contains(got, "force-https") {
		t.Errorf("in the first folder %v", got)
	}
	if got := rulesIn(e.diagnostics(b)); slices.Contains(got, "force-https") {
		t.Errorf("in the second folder, whose settings disable it, %v", got)
	}
	if len(e.published[cargo]) > 0 {
		t.Error("another TOML file has diagnostics")
	}
}
