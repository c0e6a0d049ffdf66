package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"go.lsp.dev/jsonrpc2"
)

// The bounds of a message. The library's own stream believes any length, and
// ends with the first message that it can't read.
const (
	maxBody   = 64 << 20
	maxHeader = 8 << 10
)

// stream is the base protocol: a header with the length, and a JSON-RPC
// message. What can't be read is answered or passed over, and never ends it:
// only the end of the input does.
type stream struct {
	in  *bufio.Reader
	out io.Writer
	mu  sync.Mutex // held while a message is written
}

func newStream(in io.Reader, out io.Writer) *stream {
	return &stream{in: bufio.NewReaderSize(in, maxHeader), out: out}
}

// Read implements jsonrpc2.Stream.
func (s *stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		length, err := s.header()
		if err != nil {
			return nil, 0, err
		}
		body, err := s.body(length)
		if err != nil {
			return nil, 0, err
		}
		msg, err := decode(body)
		if err == nil {
			return msg, length, nil
		}
		if err := s.refuse(err); err != nil {
			return nil, 0, err
		}
	}
}

// header reads up to the blank line behind a Content-Length. What is no header
// is passed over, so that a wrong length costs the messages that it cuts, and
// no other.
func (s *stream) header() (int64, error) {
	length := int64(-1)
	for {
		line, err := s.in.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) { // no header is as long
			line, err = s.in.ReadSlice('\n')
		}
		if err != nil {
			return 0, err
		}
		text := strings.TrimSpace(string(line))
		if text == "" && length >= 0 {
			return length, nil
		}
		// Behind a body that was longer than its header said, on the same line.
		if at := strings.LastIndex(strings.ToLower(text), "content-length:"); at >= 0 {
			n, err := strconv.ParseInt(strings.TrimSpace(text[at+len("content-length:"):]), 10, 64)
			if length = n; err != nil || n < 0 {
				length = -1
			}
		}
	}
}

// body is nil when it is too long, and then it is read over. It grows with what
// arrives, not with what the header promises.
func (s *stream) body(length int64) ([]byte, error) {
	if length > maxBody {
		_, err := io.CopyN(io.Discard, s.in, length)
		return nil, err
	}
	var b bytes.Buffer
	_, err := io.CopyN(&b, s.in, length)
	return b.Bytes(), err
}

// decode reads one message. The library's decoder goes as deep as the text
// does and would run out of stack; the standard one says no at 10,000 levels.
func decode(body []byte) (jsonrpc2.Message, error) {
	if !json.Valid(body) {
		return nil, jsonrpc2.ErrParse
	}
	msg, err := jsonrpc2.DecodeMessage(body)
	if err != nil {
		return nil, jsonrpc2.ErrInvalidRequest
	}
	return msg, nil
}

// refuse answers a message of which not even the id is known.
func (s *stream) refuse(err error) error {
	var code *jsonrpc2.Error
	if !errors.As(err, &code) {
		return nil
	}
	return s.write(map[string]any{"jsonrpc": "2.0", "id": nil, "error": map[string]any{"code": code.Code, "message": code.Message}})
}

// Write implements jsonrpc2.Stream.
func (s *stream) Write(ctx context.Context, msg jsonrpc2.Message) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return 0, s.write(msg)
}

func (s *stream) write(msg any) error {
	data, err := json.Marshal(msg)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err = s.out.Write(append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(data)), data...))
	return err
}

// Close implements jsonrpc2.Stream. Whoever gave the pipes closes them.
func (*stream) Close() error { return nil }
