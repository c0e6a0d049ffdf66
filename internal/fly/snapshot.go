package fly

import (
	"context"
	"net/http"
	"net/netip"
	"sync"

	"github.com/fly-standards/fly-standards/internal/live"
)

// Snapshot reads the app: all reads at once, so that it takes one round trip.
// The app, its machines and its secrets must be readable. Volumes may be
// refused (403, 404), regions, addresses and certificates may fail in any way:
// those are listed in Unread.
func (c *Client) Snapshot(ctx context.Context) (*live.App, error) {
	var (
		app     wireApp
		out     live.App
		errs    [7]error
		reading sync.WaitGroup
	)
	reads := [...]func() error{
		func() (err error) { app, err = c.readApp(ctx); return err },
		func() (err error) { out.Machines, err = c.Machines(ctx); return err },
		func() (err error) { out.Secrets, err = c.Secrets(ctx); return err },
		func() (err error) { out.Volumes, err = c.volumes(ctx); return err },
		func() (err error) { out.Regions, err = c.regions(ctx); return err },
		func() (err error) { out.IPs, err = c.addresses(ctx); return err },
		func() (err error) { out.Certificates, err = c.certificates(ctx); return err },
	}
	for i, read := range reads {
		if c.serial {
			errs[i] = read()
			continue
		}
		reading.Go(func() { errs[i] = read() })
	}
	reading.Wait()
	for i, name := range [...]string{"app", "machines", "secrets", "volumes", "regions", "ip addresses", "certificates"} {
		err := errs[i]
		if err == nil {
			continue
		}
		optional := i >= 4 || i == 3 && (live.Is(err, live.Forbidden) || live.Is(err, live.NotFound))
		if !optional || ctx.Err() != nil {
			return nil, err
		}
		if out.Unread == nil {
			out.Unread = map[string]string{}
		}
		out.Unread[name] = err.Error()
	}
	out.ReadAt = c.clock.Now()
	out.Name, out.Org, out.Role = c.app, clean(app.Organization.Slug), clean(app.Role)
	out.Status, out.Network = clean(app.Status), clean(app.Network)
	return &out, nil
}

type wireApp struct {
	Name         string `json:"name"`
	Status       string `json:"status"`
	Network      string `json:"network"`
	Role         string `json:"app_role"`
	Organization struct {
		Slug string `json:"slug"`
	} `json:"organization"`
}

// get is a read of the app.
func (c *Client) get(path, what string) call {
	return call{doing: "read " + what, action: "get " + what, id: c.app, method: http.MethodGet, path: path, repeatable: true}
}

func (c *Client) readApp(ctx context.Context) (wireApp, error) {
	cl := c.get(c.appPath(""), "app "+c.app)
	var app wireApp
	if err := c.do(ctx, cl, &app); err != nil {
		return wireApp{}, err
	}
	if app.Name != c.app {
		return wireApp{}, strange(cl, "another app in it")
	}
	return app, nil
}

func (c *Client) regions(ctx context.Context) ([]live.Region, error) {
	cl := c.get("/platform/regions", "the regions")
	var wire struct {
		Regions []struct {
			Code       string  `json:"code"`
			Name       string  `json:"name"`
			Latitude   float64 `json:"latitude"`
			Longitude  float64 `json:"longitude"`
			Deprecated bool    `json:"deprecated"`
			PaidPlan   bool    `json:"requires_paid_plan"`
		} `json:"regions"` // the API writes Regions; decoding does not mind
	}
	if err := c.do(ctx, cl, &wire); err != nil {
		return nil, err
	}
	if len(wire.Regions) == 0 {
		return nil, strange(cl, "no regions in it")
	}
	out := make([]live.Region, 0, len(wire.Regions))
	for _, r := range wire.Regions {
		out = append(out, live.Region{
			Code: clean(r.Code), Name: clean(r.Name), Latitude: r.Latitude, Longitude: r.Longitude,
			Deprecated: r.Deprecated, PaidPlan: r.PaidPlan,
		})
	}
	return out, nil
}

func (c *Client) addresses(ctx context.Context) ([]live.IP, error) {
	cl := c.get(c.appPath("/ip_assignments"), "the ip addresses of "+c.app)
	var wire struct {
		IPs *[]struct {
			IP     string `json:"ip"`
			Region string `json:"region"`
			Shared bool   `json:"shared"`
		} `json:"ips"`
	}
	if err := c.do(ctx, cl, &wire); err != nil {
		return nil, err
	}
	if wire.IPs == nil {
		return nil, strange(cl, "no addresses in it")
	}
	out := make([]live.IP, 0, len(*wire.IPs))
	for _, a := range *wire.IPs {
		// A Flycast address is a private IPv6 one (fdaa:...).
		addr, err := netip.ParseAddr(a.IP)
		if err != nil {
			return nil, strange(cl, "something that is not an address")
		}
		out = append(out, live.IP{IP: a.IP, Region: clean(a.Region), Shared: a.Shared, Private: addr.IsPrivate()})
	}
	return out, nil
}
