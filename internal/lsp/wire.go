package lsp

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/fly-standards/fly-standards/plan"
)

// What the library's own types lose: a change without a range is the whole
// text, a version may be 0, and positions may count in something else than
// UTF-16. Of what a client sends, only what is used is read.

type initializeParams struct {
	RootURI          string      `json:"rootUri"`
	RootPath         string      `json:"rootPath"`
	WorkspaceFolders []folder    `json:"workspaceFolders"`
	Capabilities     clientWords `json:"capabilities"`
}

type folder struct {
	URI string `json:"uri"`
}

// clientWords are the capabilities that the server asks after.
type clientWords struct {
	General struct {
		PositionEncodings []string `json:"positionEncodings"`
	} `json:"general"`
	Workspace struct {
		WorkspaceEdit struct {
			DocumentChanges bool `json:"documentChanges"`
		} `json:"workspaceEdit"`
		DidChangeWatchedFiles struct {
			DynamicRegistration bool `json:"dynamicRegistration"`
		} `json:"didChangeWatchedFiles"`
	} `json:"workspace"`
	TextDocument struct {
		Hover struct {
			ContentFormat []string `json:"contentFormat"`
		} `json:"hover"`
	} `json:"textDocument"`
}

type initializeResult struct {
	Capabilities serverWords         `json:"capabilities"`
	ServerInfo   protocol.ServerInfo `json:"serverInfo"`
}

type serverWords struct {
	PositionEncoding encoding `json:"positionEncoding"`
	protocol.ServerCapabilities
}

type documentParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int32  `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
	ContentChanges []contentChange   `json:"contentChanges"`
	Position       protocol.Position `json:"position"`
	Range          protocol.Range    `json:"range"`
	Context        struct {
		Only []string `json:"only"`
	} `json:"context"`
}

type contentChange struct {
	Range *protocol.Range `json:"range"`
	Text  string          `json:"text"`
}

type foldersParams struct {
	Event struct {
		Added   []folder `json:"added"`
		Removed []folder `json:"removed"`
	} `json:"event"`
}

type cancelParams struct {
	ID json.RawMessage `json:"id"`
}

type publishParams struct {
	URI         string                `json:"uri"`
	Version     *int32                `json:"version,omitempty"`
	Diagnostics []protocol.Diagnostic `json:"diagnostics"`
}

// codeAction is protocol.CodeAction with the versions of what it changes.
type codeAction struct {
	Title       string                  `json:"title"`
	Kind        protocol.CodeActionKind `json:"kind"`
	Diagnostics []protocol.Diagnostic   `json:"diagnostics,omitempty"`
	IsPreferred bool                    `json:"isPreferred,omitempty"`
	Edit        workspaceEdit           `json:"edit"`
}

type workspaceEdit struct {
	Changes         map[string][]protocol.TextEdit `json:"changes,omitempty"`
	DocumentChanges []documentEdit                 `json:"documentChanges,omitempty"`
}

type documentEdit struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int32  `json:"version"`
	} `json:"textDocument"`
	Edits []protocol.TextEdit `json:"edits"`
}

func severity(s plan.Severity) protocol.DiagnosticSeverity {
	switch s {
	case plan.Error:
		return protocol.DiagnosticSeverityError
	case plan.Warning:
		return protocol.DiagnosticSeverityWarning
	}
	return protocol.DiagnosticSeverityInformation
}

// pathOf is the file that a URI names; "" when it names none. The library's
// own panics for other schemes.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" || strings.ContainsRune(u.Path, 0) {
		return ""
	}
	path := u.Path
	if len(path) > 2 && path[0] == '/' && path[2] == ':' { // /c:/app
		path = path[1:]
	}
	path = filepath.FromSlash(path)
	if u.Host != "" && u.Host != "localhost" {
		path = `\\` + u.Host + path // a share of Windows
	}
	if !filepath.IsAbs(path) {
		return ""
	}
	return filepath.Clean(path)
}

func uriOf(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}
