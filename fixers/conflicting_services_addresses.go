package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// unreachable are the services that the app's addresses bring nothing to (Fly's
// docs on public addresses, August 2026). A dedicated IPv4 address takes all; a
// shared one HTTP on port 80 and TLS on 443, by the name that is asked for; an
// IPv6 address all but UDP.
func unreachable(t plan.Target, services []service) []plan.Finding {
	known, public, private := addresses(t)
	v4 := known && slices.ContainsFunc(t.App.IPs, func(ip live.IP) bool { return !ip.Private && !strings.Contains(ip.IP, ":") })
	dedicated := known && slices.ContainsFunc(t.App.IPs, func(ip live.IP) bool { return !ip.Private && !ip.Shared && !strings.Contains(ip.IP, ":") })
	dedicate := t.OnApp("fly ips allocate-v4") + " (about $2 a month, prices of " + PricesAsOf + ")"
	var out []plan.Finding
	add := func(s service, text, howTo string) {
		out = append(out, plan.Finding{Message: s.Path + " " + text, At: placeOf(t.File, s.Path, ""), HowTo: howTo})
	}
	for _, s := range services {
		raw := slices.DeleteFunc(slices.Clone(s.Ports), sharedTakes)
		switch {
		case len(s.Ports) == 0 || !known || len(t.App.Machines) == 0:
		case s.Protocol == "udp" && !dedicated && !(private && !public):
			add(s, "is UDP, which comes in at a dedicated IPv4 address only, and the app has none", dedicate)
		case s.Protocol == "udp" || private && !public:
		case !public:
			add(s, "has public ports, and the app has no address: nobody outside reaches it", t.OnApp("fly ips allocate-v4 --shared"))
			out[len(out)-1].Notes = []string{"and fly ips allocate-v6; or remove the ports, if only other apps call it"}
		case !v4 && len(raw) == 0:
			add(s, "is reached over IPv6 only: the app has no IPv4 address, and many visitors have no IPv6", t.OnApp("fly ips allocate-v4 --shared"))
		case !dedicated && len(raw) > 0:
			add(s, fmt.Sprintf("is reached over IPv6 only on port %s: a shared IPv4 address takes HTTP and TLS on 80 and 443 alone", raw[0].Name), dedicate)
		}
	}
	return out
}

// sharedTakes says whether a shared IPv4 address takes what is sent to the port.
func sharedTakes(p port) bool {
	return p.Name == "80" && slices.Contains(p.Handlers, "http") || p.Name == "443" && slices.Contains(p.Handlers, "tls")
}

// movedUDP: Fly's proxy hands UDP packets on as they come, to the port that they
// were sent to.
func movedUDP(t plan.Target, s service) (plan.Finding, bool) {
	if s.Protocol != "udp" || s.InternalPort == 0 {
		return plan.Finding{}, false
	}
	var lost []string
	for _, p := range s.Ports {
		if firstPort(p.Name) > s.InternalPort || lastPort(p.Name) < s.InternalPort {
			lost = append(lost, p.Name)
		}
	}
	return plan.Finding{
		At:      placeOf(t.File, s.Path+".internal_port", s.Path),
		Message: fmt.Sprintf("UDP sent to port %s never reaches internal_port %d: the proxy keeps the port of UDP packets", strings.Join(lost, ", "), s.InternalPort),
		Notes:   []string{"listen on the public port, and write it as internal_port"},
	}, len(lost) > 0
}
