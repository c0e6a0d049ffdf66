package repo

import "bytes"

// Whether the app keeps connections open, so that they, and not requests, are what
// loads a machine: WebSockets, LiveView, server-sent events, streamed answers.

var (
	// streamWords are what such code has, in any language: files without one are done.
	streamWords = [...][]byte{
		[]byte("ocket"), []byte("event-stream"), []byte("LiveView"), []byte("ActionCable"), []byte("EventSource"), []byte("StreamingResponse"), []byte("MapHub<"),
		[]byte(`"ws"`), []byte(`'ws'`), []byte("graphql-ws"),
	}
	streams = lazy(`(?i)\bweb_?sockets?\b|\bwebsocket(?:server|upgrade|handler|route)|\bsocket\.io|socketio\b|text/event-stream|\bLiveView\b|\bMapHub<|\bActionCable\b|\bEventSource(?:Response)?\b|\bStreamingResponse\(|["'](?:graphql-)?ws["']|tokio_tungstenite`)
)

// streaming notes the first line of a file that shows it.
func (s *source) streaming() {
	if !s.sc.opts.Connections {
		return
	}
	for _, word := range streamWords {
		if !bytes.Contains(s.text, word) {
			continue
		}
		s.parse()
		if at := streams().FindIndex(s.code); at != nil {
			s.facts.streams = append(s.facts.streams, ranked{0, s.at(at[0])})
		}
		return
	}
}
