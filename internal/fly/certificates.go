package fly

import (
	"context"
	"net/url"

	"github.com/fly-standards/fly-standards/internal/live"
)

// certificates reads the first hundred: more hostnames than that are those of
// an app's customers, and their owner has a tool for them.
func (c *Client) certificates(ctx context.Context) ([]live.Certificate, error) {
	cl := c.get(c.appPath("/certificates"), "the certificates of "+c.app)
	cl.query = url.Values{"limit": {"100"}}
	var wire struct {
		Certificates *[]struct {
			Hostname   string   `json:"hostname"`
			Status     string   `json:"status"`
			DNS        bool     `json:"acme_dns_configured"`
			ALPN       bool     `json:"acme_alpn_configured"`
			HTTP       bool     `json:"acme_http_configured"`
			Ownership  bool     `json:"ownership_txt_configured"`
			Configured bool     `json:"configured"`
			Requested  bool     `json:"acme_requested"`
			Custom     bool     `json:"has_custom_certificate"`
			Fly        bool     `json:"has_fly_certificate"`
			CreatedAt  wireTime `json:"created_at"`
		} `json:"certificates"`
	}
	if err := c.do(ctx, cl, &wire); err != nil {
		return nil, err
	}
	if wire.Certificates == nil {
		return nil, strange(cl, "no certificates in it")
	}
	out := make([]live.Certificate, 0, len(*wire.Certificates))
	for _, w := range *wire.Certificates {
		out = append(out, live.Certificate{
			Hostname: clean(w.Hostname), Status: clean(w.Status), Configured: w.Configured, Requested: w.Requested, Custom: w.Custom, Issued: w.Fly,
			DNS: w.DNS, ALPN: w.ALPN, HTTP: w.HTTP, Ownership: w.Ownership, CreatedAt: w.CreatedAt.Time,
		})
	}
	return out, nil
}
