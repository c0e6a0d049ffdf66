package mcp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// maxLine is the size of a message above which it is read over.
const maxLine = 4 << 20

// sieve stands between the client and the library, which ends the session at
// the first line that is no message. It lets through what is one, and answers
// the rest itself.
type sieve struct {
	in   *bufio.Reader
	left []byte // of a message, not read yet

	mu  sync.Mutex // held while a message is written
	out io.Writer
	eof bool
}

func newSieve(in io.Reader, out io.Writer) *sieve { return &sieve{in: bufio.NewReader(in), out: out} }

// Read implements io.Reader.
func (s *sieve) Read(p []byte) (int, error) {
	for len(s.left) == 0 {
		line, whole, err := s.line()
		if good(line) && whole {
			s.left = append(line, '\n')
			break
		}
		if len(bytes.TrimSpace(line)) > 0 || !whole {
			if err := s.refuse(); err != nil {
				return 0, err
			}
		}
		if err != nil {
			s.mu.Lock()
			s.eof = true
			s.mu.Unlock()
			return 0, err
		}
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	return n, nil
}

// line is the next line; whole is false for one that is too long, of which
// nothing is kept.
func (s *sieve) line() (line []byte, whole bool, err error) {
	whole = true
	for {
		part, err := s.in.ReadSlice('\n')
		if whole = whole && len(line)+len(part) <= maxLine; whole {
			line = append(line, part...)
		} else {
			line = nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSpace(line), whole, err
		}
	}
}

// good says whether a line is one message that the library can read. A list of
// them is none: the protocol has done away with it.
func good(line []byte) bool {
	if len(line) == 0 || line[0] != '{' || !json.Valid(line) {
		return false
	}
	_, err := jsonrpc.DecodeMessage(line)
	return err == nil
}

func (s *sieve) refuse() error {
	_, err := s.Write([]byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"this is not a JSON-RPC message"}}` + "\n"))
	return err
}

// Write implements io.Writer. The library writes a message at a time.
func (s *sieve) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

// Close implements io.Closer. Whoever gave the streams closes them.
func (*sieve) Close() error { return nil }

// ended says whether the client has left.
func (s *sieve) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.eof
}
