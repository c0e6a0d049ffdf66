package flysim

import (
	"fmt"
	"net"
	"net/http/httptest"
)

// Server is a platform listening on loopback.
type Server struct {
	URL string
	srv *httptest.Server
}

// Serve starts the platform on a free port of 127.0.0.1.
func (p *Platform) Serve() *Server {
	srv := httptest.NewServer(p)
	return &Server{URL: srv.URL, srv: srv}
}

// ServeOn starts the platform on an address such as 127.0.0.1:4280.
func (p *Platform) ServeOn(address string) (*Server, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	srv := httptest.NewUnstartedServer(p)
	_ = srv.Listener.Close()
	srv.Listener = ln
	srv.Start()
	return &Server{URL: srv.URL, srv: srv}, nil
}

// Close ends the server; waits that are going on are cut.
func (s *Server) Close() {
	s.srv.CloseClientConnections()
	s.srv.Close()
}
