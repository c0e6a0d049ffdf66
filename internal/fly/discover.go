package fly

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/fly-standards/fly-standards/internal/secret"
)

// loginLasts is how long flyctl trusts the token of its own config file after
// the login; then it asks for a new login.
const loginLasts = 30 * 24 * time.Hour

// Discover finds the token and the endpoints where flyctl finds them: the
// flag, then FLY_ACCESS_TOKEN or FLY_API_TOKEN, then access_token of
// config.yml in FLY_CONFIG_DIR or ~/.fly. As in flyctl the first of the two
// variables that is present decides, even when it is empty: then the file does.
//
// Without a token the Config is good but for it, and the error is a
// *NoTokenError. Any other error is about an endpoint variable.
func Discover(getenv func(string) (string, bool), readFile func(string) ([]byte, error), home, flagToken string, now time.Time) (Config, error) {
	var cfg Config
	for _, e := range []struct {
		name, fallback string
		to             *string
	}{
		{"FLY_FLAPS_BASE_URL", DefaultFlapsURL, &cfg.FlapsURL},
		{"FLY_API_BASE_URL", DefaultAPIURL, &cfg.APIURL},
	} {
		*e.to = e.fallback
		if v, ok := getenv(e.name); ok && v != "" {
			*e.to = v
		}
		if _, err := endpoint(*e.to); err != nil {
			return Config{}, fmt.Errorf("read %s: %w", e.name, err)
		}
	}
	token, from, err := findToken(getenv, readFile, home, flagToken, now)
	if err != nil {
		return cfg, err
	}
	cfg.Token, cfg.TokenFrom = secret.New(token), from
	return cfg, nil
}

func findToken(getenv func(string) (string, bool), readFile func(string) ([]byte, error), home, flagToken string, now time.Time) (token, from string, err error) {
	if flagToken != "" {
		return checkToken(flagToken, "--access-token")
	}
	masked := ""
	for _, name := range []string{"FLY_ACCESS_TOKEN", "FLY_API_TOKEN"} {
		v, present := getenv(name)
		if !present {
			continue
		}
		if strings.TrimSpace(v) != "" {
			return checkToken(v, name)
		}
		masked = name
		break
	}
	dir, ok := getenv("FLY_CONFIG_DIR")
	if !ok {
		dir = filepath.Join(home, ".fly")
	}
	path := filepath.Join(dir, "config.yml")
	token, err = fileToken(readFile, path, now)
	var none *NoTokenError
	if errors.As(err, &none) && masked != "" {
		none.Reason = masked + " is set but empty, and " + none.Reason
	}
	if err != nil {
		return "", "", err
	}
	return checkToken(token, path)
}

// checkToken refuses what can't go into a header. The token is not repeated.
func checkToken(token, from string) (string, string, error) {
	token = strings.TrimSpace(token)
	for _, r := range token {
		if r < ' ' || r > '~' {
			return "", "", &NoTokenError{Reason: "the one in " + from + " holds a line break or another character that no token has"}
		}
	}
	return token, from, nil
}

// fileToken reads flyctl's config file. Nothing of what the file holds may get
// into an error, so the YAML errors are dropped: they quote it.
func fileToken(readFile func(string) ([]byte, error), path string, now time.Time) (string, error) {
	raw, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", &NoTokenError{Reason: "there is no " + path}
	case err != nil:
		return "", &NoTokenError{Reason: fmt.Sprintf("can't read %s: %v", path, err)}
	}
	var file struct {
		AccessToken string    `yaml:"access_token"`
		LastLogin   yaml.Node `yaml:"last_login"`
	}
	if yaml.Unmarshal(raw, &file) != nil {
		return "", &NoTokenError{Reason: path + " is not the YAML that flyctl writes"}
	}
	if strings.TrimSpace(file.AccessToken) == "" {
		return "", &NoTokenError{Reason: path + " has no access_token"}
	}
	login := parseTime(file.LastLogin.Value)
	if login.IsZero() || now.Sub(login) > loginLasts {
		return "", &NoTokenError{Reason: "the flyctl login in " + path + " is older than 30 days"}
	}
	return file.AccessToken, nil
}

// endpoint reads a base URL. Whatever path it has is dropped, as fly-go does.
func endpoint(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("it is not a URL") // the cause would repeat a password in it
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("it is not an http or https URL")
	}
	return u, nil
}

// parseTime reads the ways that Fly and flyctl write a time; zero for others.
func parseTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02 15:04:05.999999999Z07:00", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
