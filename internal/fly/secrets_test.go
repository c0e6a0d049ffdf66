package fly_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/secret"
)

func TestSetSecrets(t *testing.T) {
	w := newWorld(t)
	w.app.SetSecret("OTHER", "x")
	value := canary + " <&> \"quoted\"\nsecond line é"
	digests, version, err := w.fly.SetSecrets(t.Context(), map[string]secret.Value{"API_KEY": secret.New(value), "EMPTY": secret.New("")})
	fine(t, err)
	if got, _ := w.app.SecretValue("API_KEY"); got != value {
		t.Errorf("the platform has %q", got)
	}
	if version == 0 || version != w.app.SecretsVersion() {
		t.Errorf("version %d, the platform has %d", version, w.app.SecretsVersion())
	}
	listed, err := w.fly.Secrets(t.Context())
	fine(t, err)
	if len(listed) != 3 || listed[0].Name != "API_KEY" || listed[0].Digest != digests["API_KEY"] || len(digests) != 2 {
		t.Errorf("listed %v, digests %v", listed, digests)
	}
	again, err := w.fly.SecretsVersion(t.Context())
	fine(t, err)
	if again < version || len(w.app.SecretNames()) != 3 {
		t.Errorf("version %d after %d, secrets %v", again, version, w.app.SecretNames())
	}
	if strings.Contains(w.log.String(), canary) {
		t.Error("the log holds the value")
	}
}

func TestSetSecretsRefusesBeforeSending(t *testing.T) {
	w := newWorld(t)
	for name, values := range map[string]map[string]secret.Value{
		"none":          {},
		"empty name":    {"": secret.New("x")},
		"digit":         {"1A": secret.New("x")},
		"dash":          {"A-B": secret.New("x")},
		"reserved":      {"FLY_TOKEN": secret.New("x")},
		"value as name": {canary: secret.New("x")},
		"not UTF-8":     {"A": secret.New("\xff")},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := w.fly.SetSecrets(t.Context(), values)
			if e := wantKind(t, err, live.Invalid); strings.Contains(fmt.Sprintf("%+v", e), canary) {
				t.Errorf("error %+v", e)
			}
		})
	}
	if n := len(w.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestRefusalsRepeatNoSecret(t *testing.T) {
	// What a server might say: the value whole, cut, in capitals around, in
	// the middle of a word, as another status.
	for _, said := range []string{
		canary, `"` + canary + `" is not valid`, "bad value " + canary[:12] + "...", "x" + canary + "x", strings.Repeat("long ", 58) + canary,
	} {
		for _, code := range []int{400, 409, 422, 500} {
			w := newWorld(t)
			m := w.machine("148e2d9f0b6189")
			w.Fault(flysim.Fault{Method: "POST", Times: -1, Effect: flysim.Status(code, said)})
			_, _, errSet := w.fly.SetSecrets(t.Context(), map[string]secret.Value{"API_KEY": secret.New(canary)})
			_, errUpdate := w.update(t, m.ID(), "")
			cur, err := w.fly.Machine(t.Context(), m.ID())
			fine(t, err)
			_, errCreate := w.fly.CreateMachine(t.Context(), live.Create{Region: "iad", Config: cur.Config})
			for _, err := range []error{errSet, errUpdate, errCreate} {
				if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), canary[:8]) {
					t.Errorf("HTTP %d: error %v", code, err)
				}
			}
		}
	}
}

// The request that is refused has the value no more: a machine that lost the
// entry is updated, started or released, and the answer quotes what it had.
func TestAnswersRepeatNoValueThatWasRead(t *testing.T) {
	w := newWorld(t)
	w.machine("d1")
	_, err := w.fly.Machines(t.Context())
	fine(t, err)
	for _, said := range []string{canary, strings.ToUpper(canary), base64.StdEncoding.EncodeToString([]byte(canary))} {
		w.Fault(flysim.Fault{Path: "/start$", Effect: flysim.Status(422, "d1 had API_KEY="+said, "Fly-Request-Id", "id of "+said)})
		e := wantKind(t, w.fly.StartMachine(t.Context(), "d1", ""), live.Invalid)
		for _, text := range []string{fmt.Sprintf("%+v", e), w.log.String()} {
			if strings.Contains(text, said) {
				t.Errorf("%q repeats %q", text, said)
			}
		}
	}
}

func TestSetSecretsNeedsAVersionAndDigests(t *testing.T) {
	for _, body := range []string{`{}`, `{"secrets":[{"name":"A","digest":"d"}]}`, `{"version":3}`, `{"secrets":[{"name":"A"}],"version":3}`} {
		c := answer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
		_, _, err := c.SetSecrets(t.Context(), map[string]secret.Value{"A": secret.New("x")})
		wantKind(t, err, live.Unknown)
	}
}
