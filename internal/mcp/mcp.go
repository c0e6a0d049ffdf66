// Package mcp serves tools to assistants over the Model Context Protocol, on
// streams that it is given. What the tools say and do is the business of the
// commands: a tool is one of them with other clothes on.
package mcp

import (
	"context"
	"fmt"
	"io"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// Kind is what a tool may do to the world. A client shows it to its user.
type Kind int

// The kinds.
const (
	Reads      Kind = iota // files of the project, and nothing else
	ReadsWorld             // the app on Fly too
	Changes                // the file and the app
)

// Server is a set of tools.
type Server struct{ sdk *sdk.Server }

// New makes a server without tools. instructions are for the assistant.
func New(version, instructions string) *Server {
	return &Server{sdk.NewServer(&sdk.Implementation{Name: "fly-standards", Title: "fly-standards", Version: version}, &sdk.ServerOptions{
		Instructions: instructions,
		Capabilities: &sdk.ServerCapabilities{}, // no logging: stderr has what there is to say
	})}
}

// Tool is the face of a tool. Its arguments are a struct: names from `json`,
// descriptions from `jsonschema`.
type Tool struct {
	Name, Title, About string
	Kind               Kind
}

// Add adds a tool. What do gives is the answer; an error is one that the
// assistant is told, in the words of words. One that panics is answered without
// its words, which may quote a file.
func Add[Arguments any](s *Server, t Tool, words func(error) string, do func(context.Context, Arguments) (string, error)) {
	yes, no := true, false
	a := &sdk.ToolAnnotations{Title: t.Title, ReadOnlyHint: t.Kind != Changes, OpenWorldHint: &no}
	if t.Kind != Reads {
		a.OpenWorldHint = &yes
	}
	if t.Kind == Changes {
		a.DestructiveHint = &yes
	}
	sdk.AddTool(s.sdk, &sdk.Tool{Name: t.Name, Title: t.Title, Description: t.About, Annotations: a},
		func(ctx context.Context, _ *sdk.CallToolRequest, args Arguments) (result *sdk.CallToolResult, _ any, _ error) {
			defer func() {
				if recover() != nil {
					result = said("fly-standards failed with an internal error; please report this", true)
				}
			}()
			text, err := do(ctx, args)
			if err != nil {
				return said(words(err), true), nil, nil
			}
			return said(text, false), nil, nil
		})
}

func said(text string, failed bool) *sdk.CallToolResult {
	return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: text}}, IsError: failed}
}

// Serve speaks the protocol until the client leaves or ctx ends.
func (s *Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	pipes := newSieve(in, out)
	err := s.sdk.Run(ctx, &sdk.IOTransport{Reader: pipes, Writer: pipes, MaxLineLength: maxLine + 1})
	if err == nil || ctx.Err() != nil || pipes.ended() {
		return nil
	}
	return fmt.Errorf("speak with the client: %w", err)
}
