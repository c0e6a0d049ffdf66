package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// fixAll is what editors run on save when they are told to.
const fixAll protocol.CodeActionKind = "source.fixAll.fly-standards"

func (s *server) initialize(raw json.RawMessage) (any, error) {
	var p initializeParams
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, &p); err != nil && !errors.As(err, &wrong) { // what can be read of it counts
		return nil, fmt.Errorf("initialize: %w", jsonrpc2.ErrInvalidParams)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase != fresh {
		return nil, fmt.Errorf("the session was initialized already: %w", jsonrpc2.ErrInvalidRequest)
	}
	s.phase, s.client = ready, p.Capabilities
	for _, e := range []encoding{utf8Units, utf16Units, utf32Units} {
		if slices.Contains(p.Capabilities.General.PositionEncodings, string(e)) {
			s.encoding = e
			break
		}
	}
	s.roots = rootsOf(p)
	return initializeResult{
		Capabilities: serverWords{PositionEncoding: s.encoding, ServerCapabilities: protocol.ServerCapabilities{
			TextDocumentSync: protocol.TextDocumentSyncOptions{OpenClose: true, Change: protocol.TextDocumentSyncKindIncremental, Save: &protocol.SaveOptions{}},
			CodeActionProvider: protocol.CodeActionOptions{
				CodeActionKinds: []protocol.CodeActionKind{protocol.QuickFix, fixAll},
			},
			HoverProvider: true,
			Workspace: &protocol.ServerCapabilitiesWorkspace{WorkspaceFolders: &protocol.ServerCapabilitiesWorkspaceFolders{
				Supported: true, ChangeNotifications: true,
			}},
		}},
		ServerInfo: protocol.ServerInfo{Name: "fly-standards", Version: s.Version},
	}, nil
}

// rootsOf are the folders that a client works in: the list, else the one root
// of older clients.
func rootsOf(p initializeParams) []string {
	var out []string
	for _, f := range p.WorkspaceFolders {
		out = append(out, pathOf(f.URI))
	}
	if len(out) == 0 {
		out = append(out, pathOf(p.RootURI), p.RootPath)
	}
	return slices.DeleteFunc(out, func(path string) bool { return !filepath.IsAbs(path) })
}

// folders are added to the workspace, and taken out of it.
func (s *server) folders(p foldersParams) {
	s.mu.Lock()
	for _, f := range p.Event.Removed {
		gone := pathOf(f.URI)
		s.roots = slices.DeleteFunc(s.roots, func(path string) bool { return path == gone })
	}
	for _, f := range p.Event.Added {
		if path := pathOf(f.URI); path != "" && !slices.Contains(s.roots, path) {
			s.roots = append(s.roots, path)
		}
	}
	s.mu.Unlock()
	s.lookAgain()
}

// rootOf is the folder that a file belongs to: the innermost root around it,
// else its own. Call it with mu held.
func (s *server) rootOf(path string) string {
	best := ""
	for _, root := range s.roots {
		rel, err := filepath.Rel(root, path)
		inside := err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
		if inside && len(root) > len(best) {
			best = root
		}
	}
	if best == "" {
		return filepath.Dir(path)
	}
	return best
}

// watched are the files besides the open ones that say the most about them.
// What else the tree tells is looked at again when something is saved.
var watched = []string{"**/.fly-standards.toml", "**/.fly-standards-baseline.json", "**/fly*.toml", "**/*.fly.toml", "**/Dockerfile*", "**/.dockerignore", "**/.github/workflows/*"}

// watch asks the client to tell of changes on disk. The answer is not waited
// for: a client that says no tells of nothing.
func (s *server) watch() {
	s.mu.Lock()
	can := s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration
	s.mu.Unlock()
	if !can {
		return
	}
	type watcher struct {
		GlobPattern string `json:"globPattern"`
	}
	var all []watcher
	for _, pattern := range watched {
		all = append(all, watcher{pattern})
	}
	params := protocol.RegistrationParams{Registrations: []protocol.Registration{{
		ID: "fly-standards-files", Method: protocol.MethodWorkspaceDidChangeWatchedFiles,
		RegisterOptions: map[string]any{"watchers": all},
	}}}
	go func() { _, _ = s.conn.Call(s.ctx, protocol.MethodClientRegisterCapability, params, nil) }()
}
