package flysim

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// CertificateSpec is a certificate of one hostname, as the list of the Machines
// API has it. The zero spec with a hostname is one that Fly issued and renews.
type CertificateSpec struct {
	Hostname string
	Status   string // default active; anything else is not configured
	Custom   bool   // uploaded; Fly issues none besides unless Requested
	// Requested: Fly is to issue one; default unless Custom.
	Requested bool
	// By is what Fly can validate the hostname by: dns, alpn, http, ownership.
	// Nil: dns, alpn and http.
	By  []string
	Age Span // default a day
}

// AddCertificate gives the app a hostname of its own.
func (a *App) AddCertificate(s CertificateSpec) {
	a.p.lock()
	defer a.p.mu.Unlock()
	if s.Status == "" {
		s.Status = "active"
	}
	if s.By == nil {
		s.By = []string{"dns", "alpn", "http"}
	}
	if s.Age == 0 {
		s.Age = Span(24 * time.Hour)
	}
	by := func(name string) bool { return strings.Contains(","+strings.Join(s.By, ",")+",", ","+name+",") }
	active := s.Status == "active"
	made := stamp(a.p.now.Add(-time.Duration(s.Age)))
	a.certificates = append(a.certificates, object{
		"hostname": s.Hostname, "status": s.Status, "dns_provider": "", "acme_dns_configured": by("dns"), "acme_alpn_configured": by("alpn"),
		"acme_http_configured": by("http"), "ownership_txt_configured": by("ownership"), "configured": active,
		"acme_requested": s.Requested || !s.Custom, "has_custom_certificate": s.Custom, "has_fly_certificate": active && !s.Custom,
		"created_at": made, "updated_at": made,
	})
}

func (c *call) listCertificates() reply {
	rows := list(c.app.certificates)
	from, _ := strconv.Atoi(c.query("cursor"))
	limit, err := strconv.Atoi(c.query("limit"))
	if err != nil || limit < 1 {
		limit = 50
	}
	from = min(max(from, 0), len(rows))
	to := min(from+limit, len(rows))
	v := object{"certificates": rows[from:to], "total_count": len(rows)}
	if to < len(rows) {
		v["next_cursor"] = strconv.Itoa(to)
	}
	return reply{status: http.StatusOK, body: v}
}
