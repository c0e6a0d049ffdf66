package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// udpUnreachable: Fly's proxy hands UDP packets on as they come, to the port
// that they were sent to, and takes them at a dedicated IPv4 address only.
func udpUnreachable(t plan.Target, s service) (plan.Finding, bool) {
	if s.Protocol != "udp" || s.InternalPort == 0 {
		return plan.Finding{}, false
	}
	f := plan.Finding{At: placeOf(t.File, s.Path+".internal_port", s.Path)}
	var lost []string
	for _, p := range s.Ports {
		if firstPort(p.Name) > s.InternalPort || lastPort(p.Name) < s.InternalPort {
			lost = append(lost, p.Name)
		}
	}
	if len(lost) > 0 {
		f.Message = fmt.Sprintf("UDP sent to port %s of %s never reaches internal_port %d: the proxy does not change the port of a UDP packet",
			strings.Join(lost, ", "), s.Path, s.InternalPort)
		f.Notes = append(f.Notes, "listen on the public port, and write it as internal_port")
	}
	if known, _, _ := addresses(t); known && !slices.ContainsFunc(t.App.IPs, isDedicatedIPv4) {
		f.Evidence = append(f.Evidence, plan.Saw("the app has no dedicated IPv4 address, and UDP comes in at nothing else")...)
		f.HowTo = "fly ips allocate-v4 (about $2 a month, prices of " + PricesAsOf + ")"
		if f.Message == "" {
			f.Message = s.Path + " is UDP, which needs a dedicated IPv4 address: none of its packets arrive"
		}
	}
	return f, f.Message != ""
}

func isDedicatedIPv4(ip live.IP) bool {
	return !ip.Private && !ip.Shared && !strings.Contains(ip.IP, ":")
}
