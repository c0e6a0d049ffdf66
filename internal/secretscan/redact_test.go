package secretscan

import (
	"strings"
	"testing"
)

// Each text holds the canary once or more; what is around it must stay.
func TestRedact(t *testing.T) {
	token := join("gh", "p_", "q8Zr2Lx0Vb7Nw4Ts9Kd1Hf6Gj3Mc5PyA2b7Q")
	for _, tc := range []struct{ text, want string }{
		{"# DB_PASSWORD = \"hunter2x\" until March", "# DB_PASSWORD = \"(hidden)\" until March"},
		{"# was postgres://app:hunter2x@db.internal/app, ask ops", "# was postgres://app:(hidden)@db.internal/app, ask ops"},
		{"# export API_KEY=hunter2x", "# export API_KEY=(hidden)"},
		{`env = ["API_TOKEN=hunter2x", "PORT=8080"]`, `env = ["API_TOKEN=(hidden)", "PORT=8080"]`},
		{`CONFIG = "{\"region\": \"iad\", \"api_key\": \"hunter2x\"}"`, `CONFIG = "{\"region\": \"iad\", \"api_key\": \"(hidden)\"}"`},
		{`CONFIG = '{"region": "iad", "api_key": "hunter2x"}'`, `CONFIG = '{"region": "iad", "api_key": "(hidden)"}'`},
		{"path is /healthz?api_key=hunter2x&deep=1", "path is /healthz?api_key=(hidden)&deep=1"},
		{"GET /healthz?api_key=hunter2x: connection refused", "GET /healthz?api_key=(hidden): connection refused"},
		{`headers = { Authorization = "Bearer hunter2x99" }`, `headers = { Authorization = "(hidden)" }`},
		{`headers: {"Authorization":["Bearer hunter2x99"]}`, `headers: {"Authorization":["(hidden)"]}`},
		{`curl -H 'X-Api-Key: hunter2x'`, `curl -H 'X-Api-Key: (hidden)'`},
		{"sent Bearer hunter2x99 and got 401", "sent Bearer (hidden) and got 401"},
		{"the token " + token + " is bad", "the token (hidden) is bad"},
		{join("https://hooks.slack.com/serv", "ices/T00000000/B11111111/", random32[:24], " is told"), "https://hooks.slack.com/(hidden) is told"},
		{join("-----BEGIN RSA PRIV", "ATE KEY-----\nMIIEowIBAAKCAQ\nhunter2x\n-----END RSA"), join("-----BEGIN RSA PRIV", "ATE KEY-----(hidden)\n\n\n-----END RSA")},
	} {
		got := Redact(tc.text)
		if got != tc.want {
			t.Errorf("Redact(%q)\n got %q\nwant %q", tc.text, got, tc.want)
		}
		if again := Redact(got); again != got {
			t.Errorf("twice: %q, then %q", got, again)
		}
		if strings.Count(got, "\n") != strings.Count(tc.text, "\n") {
			t.Errorf("the lines of %q are not those of before", got)
		}
	}
}

func TestRedactLeaves(t *testing.T) {
	for _, text := range []string{
		"the checks of machine 148e0001 do not pass: servicecheck-00-http-8080 is critical", "path = \"/healthz\"", "  interval = \"15s\"",
		"token: expired", "invalid token: the session is over", "basic authentication is on", "password: required", "PASSWORD = \"${DB_PASSWORD}\"",
		"image registry.fly.io/shop:deployment-01HZX3Y8K2@sha256:" + hex64, "version 01M6DQSCHRZ4YCTY9F2GXWG6SR, not 01M6DQSXMMN7FRVAC7H6SNXGMQ",
		"https://fly.io/docs/reference/configuration/#the-env-variables-section", "GET /healthz?deep=1: 404", "DATABASE_URL: the secret takes precedence",
		"fly secrets set NAME=- --stage", "SECRET_NAME = \"prod/app\"", "postgres://db.internal:5432/app", `DATABASE_URL = "postgres://app:(hidden)@db.internal:5432/app"`, "[env] DB_PASSWORD", "ping ops@example.com: ask",
	} {
		if got := Redact(text); got != text {
			t.Errorf("Redact(%q) = %q", text, got)
		}
	}
}
