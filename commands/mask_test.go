package commands

import (
	"testing"

	"github.com/fly-standards/fly-standards/internal/flytoml"
)

// What a check asks for is shown in diffs, and may hold a token.
func TestMaskOfAPathWithAToken(t *testing.T) {
	for path, hidden := range map[string]bool{
		"/x?token=ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789": true,
		"/x?token=s3cr3t-9f8e7d6c5b4a":                      true,
		"/healthz":                                          false,
		"/healthz?full=1":                                   false,
		"/status?verbose=true&format=json":                  false,
	} {
		f, err := flytoml.Parse("fly.toml", []byte("[[http_service.checks]]\npath = \""+path+"\"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := maskOf(f).Holds("GET " + path + " answers 200"); got != hidden {
			t.Errorf("%s hidden: %v", path, got)
		}
	}
}

// The forms of other files hold secrets too, and what they are turned into
// shows them alone.
func TestMaskOfNamesWithValues(t *testing.T) {
	const token = "s3cr3t-9f8e7d6c5b4a"
	for _, text := range []string{
		`env = ["API_KEY=` + token + `"]`, `env = "API_KEY=` + token + `"`, "[build]\nargs = [\"NPM_TOKEN=" + token + `"]`,
		"[[http_service.checks]]\nheaders = \"Authorization: Bearer " + token + `"`,
	} {
		f, err := flytoml.Parse("fly.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if !maskOf(f).Holds(`{ NAME = "Bearer `+token+`" }`) && !maskOf(f).Holds(`{ NAME = "`+token+`" }`) {
			t.Errorf("the token of %s is shown", text[:20])
		}
	}
}
