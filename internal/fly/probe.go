package fly

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Probe asks https://host/path as any visitor would: no token, no cookies, and
// a redirect is an answer, not a way. It gives the status; the body is not
// read. client supplies the transport only.
func Probe(ctx context.Context, client *http.Client, host, path string) (int, error) {
	u := &url.URL{Scheme: "https", Host: host}
	if host == "" || strings.ContainsAny(host, "/?#@\\ ") || !strings.HasPrefix(path, "/") {
		return 0, errors.New("probe: that is no host and path")
	}
	ref, err := url.Parse(path)
	if err != nil || ref.Host != "" || ref.Scheme != "" {
		return 0, errors.New("probe: that is no path")
	}
	u.Path, u.RawPath, u.RawQuery = ref.Path, ref.RawPath, ref.RawQuery
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return 0, fmt.Errorf("probe %s: %w", u.Redacted(), err)
	}
	plain := &http.Client{Transport: client.Transport, CheckRedirect: dontFollow}
	resp, err := plain.Do(req)
	var of *url.Error
	if errors.As(err, &of) { // the caller knows the address
		err = of.Err
	}
	if err != nil {
		return 0, err
	}
	_ = resp.Body.Close()
	return resp.StatusCode, nil
}
