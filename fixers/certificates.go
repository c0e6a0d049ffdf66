package fixers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

func certificates() plan.Fixer {
	return plan.Fixer{
		ID:       "certificates",
		Title:    "every hostname has a certificate that renews",
		Severity: plan.Warning,
		Doc: `Fly issues a certificate for a hostname once it can tell that the hostname belongs to the app: by an AAAA record that points to
it, by a CNAME at _acme-challenge, or by a TXT record at _fly-ownership. The same proof is needed for every
renewal, about every two months; where the record has gone, the certificate expires. One that you uploaded is never renewed for you.

The expiry date is not in the list that this rule reads: fly certs check HOSTNAME shows it. With a token that may not read
certificates, the rule is silent; that is not an error.

TLS below 1.2 has been off by default in browsers since 2020; a [[services.ports]] that allows it is a finding.

Manual fix: fly certs setup HOSTNAME shows the records; fly certs check HOSTNAME looks again.`,
		Check: checkCertificates,
	}
}

// issuing is how long a new hostname may take.
const issuing = 10 * time.Minute

func checkCertificates(t plan.Target) []plan.Finding {
	out := oldTLS(t)
	if t.App == nil {
		return out
	}
	for _, c := range t.App.Certificates {
		f := plan.Finding{HowTo: t.OnApp("fly certs setup " + quoteHost(c.Hostname))}
		switch {
		case !c.Configured && t.App.ReadAt.Sub(c.CreatedAt) < issuing:
			continue
		case !c.Configured && c.Custom:
			f.Message = fmt.Sprintf("the certificate uploaded for %s is not in use: it is not verified that the hostname is yours", c.Hostname)
			f.Notes = []string{"set the TXT record at _fly-ownership." + strings.TrimPrefix(c.Hostname, "*.")}
		case !c.Configured:
			f.Message = fmt.Sprintf("%s has no certificate: visitors get a warning instead of the app", c.Hostname)
			f.Notes = records(t, c)
		case !c.Custom && !c.Validated():
			f.Message = fmt.Sprintf("the certificate of %s can't be renewed: no DNS record shows that the hostname still belongs to this app", c.Hostname)
			f.Notes = records(t, c)
		case c.Custom && !c.Requested:
			f.Message = fmt.Sprintf("nothing renews the certificate of %s: it was uploaded, and Fly issues no other", c.Hostname)
			f.Severity, f.HowTo = plan.Info, t.OnApp("fly certs check "+quoteHost(c.Hostname))+" shows when it expires"
		default:
			continue
		}
		f.Evidence = plan.Saw(describeCertificate(c))
		out = append(out, f)
	}
	return out
}

func describeCertificate(c live.Certificate) string {
	var by []string
	for _, x := range []struct {
		on   bool
		name string
	}{{c.ALPN, "AAAA record"}, {c.DNS, "_acme-challenge"}, {c.HTTP, "HTTP"}, {c.Ownership, "_fly-ownership"}} {
		if x.on {
			by = append(by, x.name)
		}
	}
	seen := "not validated"
	if len(by) > 0 {
		seen = "validated by " + strings.Join(by, ", ")
	}
	return fmt.Sprintf("%s: status %s, %s", c.Hostname, c.Status, seen)
}

// records are the DNS records that would do.
func records(t plan.Target, c live.Certificate) []string {
	if strings.HasPrefix(c.Hostname, "*.") {
		return []string{"a wildcard needs the CNAME at _acme-challenge." + strings.TrimPrefix(c.Hostname, "*.")}
	}
	i := slices.IndexFunc(t.App.IPs, func(ip live.IP) bool { return !ip.Private && strings.Contains(ip.IP, ":") })
	if i < 0 {
		return []string{"the app has no public IPv6 address: set the TXT record at _fly-ownership." + c.Hostname}
	}
	return []string{"set AAAA " + c.Hostname + " to " + t.App.IPs[i].IP + ", or behind another proxy the TXT record at _fly-ownership." + c.Hostname}
}

func quoteHost(host string) string {
	if strings.Contains(host, "*") {
		return "'" + host + "'"
	}
	return host
}

// oldTLS: versions that a port of the file allows though no browser needs them.
func oldTLS(t plan.Target) []plan.Finding {
	var out []plan.Finding
	for _, s := range services(t.File) {
		for _, v := range append(s.Key("ports").Items(), s.Value) {
			versions := v.Key("tls_options").Key("versions")
			old, _ := versions.Strs()
			old = slices.DeleteFunc(old, func(v string) bool { return v != "TLSv1.0" && v != "TLSv1.1" && v != "TLSv1" })
			if len(old) == 0 {
				continue
			}
			out = append(out, plan.Finding{
				Message: fmt.Sprintf("%s allows %s, which is broken", s.Path, strings.Join(old, " and ")),
				At:      placeOf(t.File, versions.Path(), s.Path),
				Notes:   []string{`versions = ["TLSv1.2", "TLSv1.3"] is what Fly does without the key`},
			})
		}
	}
	return out
}
