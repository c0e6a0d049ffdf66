package commands

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Secrets that stand in the texts below. None of them may be in anything that
// the server writes.
var canaries = []string{"sk_live_4eC39HqLyjWDarjtT1zdp7dc", "hunter2correcthorse", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"}

const secretApp = `app = "shop"
primary_region = "iad"

[env]
  STRIPE_KEY = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
  DATABASE_URL = "postgres://shop:hunter2correcthorse@db.internal:5432/shop" # ghp_16C7e42F292c6912E7710c838347Ae178B4a

[http_service]
  internal_port = 8080
  force_https = true
`

// rawSession speaks to the server in bytes.
type rawSession struct {
	t    *testing.T
	in   io.WriteCloser
	out  *bufio.Reader
	seen recorder
	wait func() int
}

func openRaw(t *testing.T, dir string) *rawSession {
	t.Helper()
	cmd := program(t, dir, "lsp")
	r := &rawSession{t: t}
	var err error
	if r.in, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.out = bufio.NewReader(io.TeeReader(out, &r.seen))
	cmd.Stderr = &r.seen
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.wait = func() int { _ = cmd.Wait(); return cmd.ProcessState.ExitCode() }
	kill := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() { kill.Stop(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return r
}

func (r *rawSession) send(body string) {
	r.t.Helper()
	r.bytes(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

func (r *rawSession) bytes(text string) {
	r.t.Helper()
	if _, err := io.WriteString(r.in, text); err != nil {
		r.t.Fatalf("the server has ended: %v", err)
	}
}

// next is the server's next message.
func (r *rawSession) next() map[string]any {
	r.t.Helper()
	length := 0
	for {
		line, err := r.out.ReadString('\n')
		if err != nil {
			r.t.Fatalf("the server has ended: %v", err)
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		if n, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(n)
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r.out, body); err != nil {
		r.t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		r.t.Fatalf("the server wrote %q: %v", body, err)
	}
	return m
}

// answer is the answer to a request, past everything else.
func (r *rawSession) answer(id int) map[string]any {
	r.t.Helper()
	for {
		if m := r.next(); m["id"] == float64(id) {
			return m
		}
	}
}

// alive asks something that has an answer only when the server works.
func (r *rawSession) alive(id int, uri string) {
	r.t.Helper()
	r.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"textDocument/codeAction","params":{"textDocument":{"uri":%q},"range":{"start":{"line":0,"character":0},"end":{"line":99999,"character":0}},"context":{"diagnostics":[]}}}`, id, uri))
	if m := r.answer(id); m["result"] == nil {
		r.t.Fatalf("no code actions any more: %v", m)
	}
}

func (r *rawSession) start(uri, text string) {
	r.t.Helper()
	r.send(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`)
	r.answer(1)
	r.send(`{"jsonrpc":"2.0","method":"initialized","params":{}}`)
	r.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "toml", "version": 1, "text": text}})
}

func (r *rawSession) notify(method string, params any) {
	r.t.Helper()
	b, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
	if err != nil {
		r.t.Fatal(err)
	}
	r.send(string(b))
}

func (r *rawSession) noCanaries() {
	r.t.Helper()
	for _, c := range canaries {
		if strings.Contains(r.seen.String(), c) {
			r.t.Errorf("the server wrote the secret %s", c)
		}
	}
}

func fullChange(uri string, version int, text string) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri, "version": version}, "contentChanges": []any{map[string]any{"text": text}}}
}

// TestLanguageServerOutlives what no client should send.
func TestLanguageServerOutlives(t *testing.T) {
	deep := strings.Repeat("[", 2_000_000)
	for name, bad := range map[string]string{
		"no JSON":              "Content-Length: 9\r\n\r\n{\"id\": 1,",
		"JSON of another kind": "Content-Length: 4\r\n\r\n[17]",
		"a batch":              "Content-Length: 44\r\n\r\n[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"shutdown\"}]",
		"no version":           "Content-Length: 26\r\n\r\n{\"id\": 7, \"method\": \"x\"}  ",
		"deep JSON":            fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(deep), deep),
		"deep parameters":      fmt.Sprintf("Content-Length: %d\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"x\",\"params\":%s}", len(deep)+46, deep),
		"another encoding":     "Content-Length: 20\r\n\r\n\xff\xfe{\x00\"\x00j\x00s\x00o\x00n\x00r\x00p\x00c\x00",
		"no length":            "Content-Type: text/plain\r\n\r\n{}",
		"a length of words":    "Content-Length: twelve\r\n\r\n{}",
		"a negative length":    "Content-Length: -5\r\n\r\n{}",
		"a length of zero":     "Content-Length: 0\r\n\r\n",
		"a huge length":        "Content-Length: 99999999999999999999\r\n\r\n{}",
		"a short length":       "Content-Length: 2\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"x\"}",
		"a line without end":   strings.Repeat("x", 3_000_000) + "\r\n",
		"unknown notification": "Content-Length: 47\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"$/x\",\"params\":[1,2]}",
		"an unasked answer":    "Content-Length: 36\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":[]}",
		"no parameters":        "Content-Length: 57\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didChange\"}      ",
		"strange places":       "Content-Length: 170\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"textDocument/hover\",\"params\":{\"textDocument\":{\"uri\":\"file:///a/fly.toml\"},\"position\":{\"line\":4294967295,\"character\":4294967295}}}       ",
	} {
		t.Run(name, func(t *testing.T) {
			dir := lspFolder(t, map[string]string{"fly.toml": secretApp})
			r, uri := openRaw(t, dir), "file://"+filepath.Join(dir, "fly.toml")
			r.start(uri, secretApp)
			r.bytes(bad)
			r.alive(100, uri)
			r.noCanaries()
		})
	}
}

func TestLanguageServerAnswersErrors(t *testing.T) {
	dir := lspFolder(t, map[string]string{"fly.toml": secretApp})
	r, uri := openRaw(t, dir), "file://"+filepath.Join(dir, "fly.toml")
	code := func(id int, body string) float64 {
		t.Helper()
		r.send(body)
		problem, _ := r.answer(id)["error"].(map[string]any)
		n, _ := problem["code"].(float64)
		return n
	}
	if n := code(50, `{"jsonrpc":"2.0","id":50,"method":"textDocument/hover","params":{}}`); n != -32002 {
		t.Errorf("before initialize: code %v", n)
	}
	r.start(uri, secretApp)
	for id, want := range map[int]struct {
		body string
		code float64
	}{
		60: {`{"jsonrpc":"2.0","id":60,"method":"textDocument/rename","params":{}}`, -32601},
		61: {`{"jsonrpc":"2.0","id":61,"method":"$/unknown"}`, -32601},
		62: {`{"jsonrpc":"2.0","id":62,"method":"textDocument/hover","params":[]}`, -32602},
		63: {`{"jsonrpc":"2.0","id":63,"method":"initialize","params":{}}`, -32600},
	} {
		if n := code(id, want.body); n != want.code {
			t.Errorf("%s: code %v, want %v", want.body, n, want.code)
		}
	}
	r.send(`{"jsonrpc":"2.0","id":70,"method":"shutdown"}`)
	if m := r.answer(70); m["error"] != nil {
		t.Errorf("shutdown: %v", m)
	}
	if n := code(71, `{"jsonrpc":"2.0","id":71,"method":"textDocument/hover","params":{}}`); n != -32600 {
		t.Errorf("after shutdown: code %v", n)
	}
	r.send(`{"jsonrpc":"2.0","method":"exit"}`)
	if n := r.wait(); n != 0 {
		t.Errorf("exit code %d after shutdown", n)
	}
}

// TestLanguageServerReadsEveryPrefix: a file at each moment of its being typed.
func TestLanguageServerReadsEveryPrefix(t *testing.T) {
	dir := lspFolder(t, map[string]string{"fly.toml": secretApp})
	r, uri := openRaw(t, dir), "file://"+filepath.Join(dir, "fly.toml")
	r.start(uri, "")
	for n := range len(secretApp) + 1 {
		r.notify("textDocument/didChange", fullChange(uri, n+2, secretApp[:n]))
		r.alive(1000+n, uri)
	}
	for n := 0; n < len(secretApp); n += 7 { // and in the middle of it, something else
		r.notify("textDocument/didChange", fullChange(uri, n+2000, secretApp[:n]+"\x00\ud7ff\"'''[[="+secretApp[n:]))
		r.alive(5000+n, uri)
	}
	r.noCanaries()
}

// TestLanguageServerIsToldTooMuch: 10 MB are no fly.toml; it says so and goes on.
func TestLanguageServerIsToldTooMuch(t *testing.T) {
	dir := lspFolder(t, map[string]string{"fly.toml": secretApp})
	r, uri := openRaw(t, dir), "file://"+filepath.Join(dir, "fly.toml")
	r.start(uri, secretApp)
	for i, mb := range []int{10, 20} {
		r.notify("textDocument/didChange", fullChange(uri, 2+i, secretApp+strings.Repeat("# "+strings.Repeat("x", 1021)+"\n", mb<<10)))
		r.alive(200+i, uri)
	}
	// A keystroke in what is too large to be kept changes nothing.
	r.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 9}, "contentChanges": []any{map[string]any{
		"range": map[string]any{"start": map[string]any{"line": 3, "character": 0}, "end": map[string]any{"line": 3, "character": 1}}, "text": "x",
	}}})
	r.alive(300, uri)
	r.notify("textDocument/didChange", fullChange(uri, 10, secretApp))
	r.alive(301, uri)
	if m := r.published(10); len(m) < 3 {
		t.Errorf("after it is small again: %v", m)
	}
	r.noCanaries()
}

// published are the messages that were published of a version, which may come
// before the answer to what was asked about it or behind it.
func (r *rawSession) published(version int) []string {
	r.t.Helper()
	for {
		text := r.seen.String()
		var m struct {
			Params struct {
				Version     int
				Diagnostics []struct{ Message string }
			}
		}
		at := strings.LastIndex(text, `{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics"`)
		if err := json.NewDecoder(strings.NewReader(text[max(at, 0):])).Decode(&m); err != nil || m.Params.Version != version {
			r.next()
			continue
		}
		var out []string
		for _, d := range m.Params.Diagnostics {
			out = append(out, d.Message)
		}
		return out
	}
}

// TestLanguageServerEndsWithItsPipes: when nobody speaks any more, and when
// nobody listens.
func TestLanguageServerEndsWithItsPipes(t *testing.T) {
	dir := lspFolder(t, map[string]string{"fly.toml": secretApp})
	uri := "file://" + filepath.Join(dir, "fly.toml")
	r := openRaw(t, dir)
	r.start(uri, secretApp)
	r.bytes("Content-Length: 500\r\n\r\n{") // in the middle of a message
	_ = r.in.Close()
	if code := r.wait(); code != 0 {
		t.Errorf("exit code %d after the end of its input\n%s", code, r.seen.String())
	}
	r = openRaw(t, dir)
	r.start(uri, secretApp)
	r.send(`{"jsonrpc":"2.0","method":"exit"}`)
	if code := r.wait(); code != 1 {
		t.Errorf("exit code %d after exit without shutdown", code)
	}
}

// TestLanguageServerEncodings: the same places in each encoding, with wide
// characters and with CRLF.
func TestLanguageServerEncodings(t *testing.T) {
	app := "app = \"shop\"\r\n# 🚀é\r\n[env]\r\n\"ключ🚀\" = 1\r\n[http_service]\r\ninternal_port = 8080\r\n\"🚀é\" = { x = 1 }\r\n"
	for _, of := range []struct {
		offered, want string
		end           float64
	}{{`"utf-16"`, "utf-16", 5}, {`"utf-32","utf-8"`, "utf-8", 8}, {`"utf-32"`, "utf-32", 4}, {"", "utf-16", 5}} {
		dir := lspFolder(t, map[string]string{"fly.toml": app})
		r, uri := openRaw(t, dir), "file://"+filepath.Join(dir, "fly.toml")
		r.send(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{"general":{"positionEncodings":[` + of.offered + `]}}}}`)
		capabilities := r.answer(1)["result"].(map[string]any)["capabilities"].(map[string]any)
		if capabilities["positionEncoding"] != of.want {
			t.Errorf("offered %s: %v", of.offered, capabilities["positionEncoding"])
		}
		r.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "toml", "version": 1, "text": app}})
		m := r.next()
		all := m["params"].(map[string]any)["diagnostics"].([]any)
		i := slices.IndexFunc(all, func(d any) bool { return strings.Contains(d.(map[string]any)["message"].(string), "🚀é") })
		if i < 0 {
			t.Fatalf("nothing is said of the key: %v", all)
		}
		where := all[i].(map[string]any)["range"].(map[string]any)
		start, end := where["start"].(map[string]any), where["end"].(map[string]any)
		if start["line"] != 6.0 || start["character"] != 0.0 || end["line"] != 6.0 || end["character"] != of.end+12 {
			t.Errorf("%s: at %v", of.want, where)
		}
	}
}
