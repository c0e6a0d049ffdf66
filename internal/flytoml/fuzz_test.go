package flytoml_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func seeds(f *testing.F) []string {
	f.Helper()
	return append([]string{flyctlFile, sample, "\ufeffa = 1\r\n[b]\r\nc=1"}, fragments...)
}

// maskOnly is what a masked value is made of; a value of these alone may be
// found in any.
const maskOnly = "\"'(hiden)@:/\r\n"

func FuzzParse(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := flytoml.Parse("fly.toml", src)
		if err != nil {
			var perr *flytoml.ParseError
			if !errors.As(err, &perr) || perr.Message == "" || perr.Line < 1 || perr.Column < 1 {
				t.Fatalf("%#v is no good ParseError", err)
			}
			return
		}
		if !bytes.Equal(file.Bytes(), src) {
			t.Fatal("the bytes changed")
		}
		for _, p := range allPaths(file.Root()) {
			n, ok := file.Get(p)
			if !ok || n.Path() != p {
				t.Fatalf("the path %s leads to %s, %v", p, n.Path(), ok)
			}
			masked := file.Masked(p)
			if bytes.Count(masked, []byte("\n")) != bytes.Count(src, []byte("\n")) {
				t.Fatalf("masking %s changed the number of lines", p)
			}
			if v, ok := n.Str(); ok && len(v) >= 6 && bytes.Contains(masked, []byte(v)) && strings.Trim(v, maskOnly) != "" {
				t.Fatalf("masking %s leaves its value in\n%s", p, masked)
			}
		}
	})
}

func fuzzEdit(f *testing.F, op flytoml.Op, second ...string) {
	paths := []string{"app", "env.A", "deploy.strategy", "http_service.checks", "services[0].http_checks", "services", "env", "checks.a", "Experimental.X.y", "s", "p[0]"}
	for _, s := range seeds(f) {
		for i, p := range paths {
			f.Add([]byte(s), p, second[i%len(second)])
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, path, second string) {
		file, err := flytoml.Parse("fly.toml", src)
		if err != nil {
			return
		}
		e := flytoml.Edit{Op: op, Path: path}
		switch op {
		case flytoml.Set:
			e.Value = second
		case flytoml.Append:
			e.Entries = []flytoml.Entry{{Key: "k", Value: second}}
		case flytoml.Move:
			e.To = second
		}
		checkEdit(t, file, e)
	})
}

func FuzzSet(f *testing.F)    { fuzzEdit(f, flytoml.Set, `"x"`, "1", "[1, 2]", `{ a = "b" }`) }
func FuzzAppend(f *testing.F) { fuzzEdit(f, flytoml.Append, `"x"`, "1", "[1, 2]", `{ a = "b" }`) }
func FuzzRemove(f *testing.F) { fuzzEdit(f, flytoml.Remove, "") }
func FuzzMove(f *testing.F) {
	fuzzEdit(f, flytoml.Move, "experimental.x", "env.B", "new", "services[0].x", "deploy")
}

func BenchmarkParse(b *testing.B) {
	src := append([]byte(flyctlFile), bytes.Repeat([]byte("\n[[statics]]\n  guest_path = '/a' # static\n  url_prefix = '/b'\n"), 54)...)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := flytoml.Parse("fly.toml", src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	f, err := flytoml.Parse("fly.toml", []byte(flyctlFile))
	if err != nil {
		b.Fatal(err)
	}
	e := set("deploy.strategy", `"rolling"`)
	for b.Loop() {
		if _, err := f.Apply(e); err != nil {
			b.Fatal(err)
		}
	}
}
