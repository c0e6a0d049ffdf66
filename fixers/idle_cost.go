package fixers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func idleCost() plan.Fixer {
	return plan.Fixer{
		ID:       "idle-cost",
		Title:    "nothing unused is paid for",
		Severity: plan.Info,
		Doc: `A volume costs about $0.15 per GB a month whether a machine mounts it or not, a dedicated IPv4 address about $2, and a stopped
machine about $0.15 per GB of its root file system (prices of 2026-06). Machines go and leave their volumes behind; an
address from before shared ones were the default stays.

Nothing is deleted for you: a volume may hold the only copy of something, and a DNS record may point to the address.

Manual fix: fly volumes destroy ID, fly ips release ADDRESS, fly machine destroy ID.`,
		Check:    checkIdleCost,
		NeedsApp: true,
	}
}

// Prices in USD a month (Fly's pricing page, see PricesAsOf).
const (
	volumeGB      = 0.15
	dedicatedIPv4 = 2.0
)

// longStopped is when a stopped machine is one that nobody misses.
const longStopped = 30 * 24 * time.Hour

func checkIdleCost(t plan.Target) []plan.Finding {
	if t.App == nil || t.App.Role == "postgres_cluster" {
		return nil
	}
	var out []plan.Finding
	for _, find := range []func(plan.Target) (plan.Finding, bool){looseVolumes, needlessIPv4, forgottenMachines} {
		if f, ok := find(t); ok {
			out = append(out, f)
		}
	}
	return out
}

func looseVolumes(t plan.Target) (plan.Finding, bool) {
	var f plan.Finding
	gb := 0
	for _, v := range t.App.Volumes {
		if v.AttachedMachine == "" && v.State == "created" {
			f.Evidence = append(f.Evidence, plan.Saw(fmt.Sprintf("%s (%s) in %s, %d GB%s", v.ID, v.Name, v.Region, v.SizeGB, madeAt(v.CreatedAt)))...)
			if f.HowTo == "" {
				f.HowTo = "fly volumes destroy " + v.ID + ", when nobody needs what is on it (it keeps a last snapshot for its retention)"
				if mountsOne(t, v) {
					f.HowTo = "keep it for the next machine, which mounts one of that name, or " + f.HowTo
				}
			}
			gb += v.SizeGB
		}
	}
	n := len(f.Evidence)
	what := fmt.Sprintf("%d volumes are", n)
	if n == 1 {
		what = "1 volume is"
	}
	f.Message = fmt.Sprintf("%s attached to no machine: about $%.2f a month (prices of %s)", what, float64(gb)*volumeGB, PricesAsOf)
	return f, n > 0
}

// mountsOne says whether the next machine of a group may take the volume.
func mountsOne(t plan.Target, v live.Volume) bool {
	return slices.ContainsFunc(t.Deployed().Get("mounts").Items(), func(m deployed.Value) bool {
		source, _ := m.Key("source").Str()
		return source == v.Name
	})
}

func madeAt(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return ", made " + utc(at)
}

// needlessIPv4 is a dedicated address of an app that only speaks HTTP and TLS
// on 80 and 443, for which a shared one does.
func needlessIPv4(t plan.Target) (plan.Finding, bool) {
	i := slices.IndexFunc(t.App.IPs, func(ip live.IP) bool { return !ip.Private && !ip.Shared && !strings.Contains(ip.IP, ":") })
	if i < 0 || len(t.App.Machines) == 0 || slices.ContainsFunc(t.App.Machines, needsIPv4) {
		return plan.Finding{}, false
	}
	ip := t.App.IPs[i].IP
	return plan.Finding{
		Message:  fmt.Sprintf("the dedicated IPv4 address %s is not needed: about $%.0f a month (prices of %s)", ip, dedicatedIPv4, PricesAsOf),
		Evidence: plan.Saw("every service of the app is HTTP or TLS on ports 80 and 443, which a shared address serves"),
		HowTo:    "fly ips allocate-v4 --shared, then the A records, then fly ips release " + ip,
		Notes:    []string{"keep it if somebody allows this very address through a firewall, or a client sends no TLS server name"},
	}, true
}

// needsIPv4: a service that the proxy can't tell apart by a host name, or a
// machine whose services can't be read.
func needsIPv4(m live.Machine) bool {
	return m.Config.IsZero() || slices.ContainsFunc(m.Config.Services(), func(s machineconfig.Service) bool {
		return s.Key.Protocol != "tcp" || slices.ContainsFunc(s.Ports, func(p machineconfig.Port) bool {
			tls, http := slices.Contains(p.Handlers, "tls"), slices.Contains(p.Handlers, "http")
			return !(p.Port == "80" && http || p.Port == "443" && tls)
		})
	})
}

func forgottenMachines(t plan.Target) (plan.Finding, bool) {
	f := plan.Finding{}
	for _, m := range t.App.Machines {
		idle := m.State == "stopped" && len(m.Config.Standbys()) == 0 && m.Config.Schedule() == ""
		if since := downSince(m); idle && !since.IsZero() && t.App.ReadAt.Sub(since) > longStopped {
			f.Machines = append(f.Machines, m.ID)
			f.Evidence = append(f.Evidence, plan.Saw(fmt.Sprintf("machine %s of %s in %s, stopped since %s", m.ID, m.Group(), m.Region, utc(since)))...)
		}
	}
	switch len(f.Machines) {
	case 0:
		return f, false
	case 1:
		f.Message = fmt.Sprintf("machine %s has been stopped for over 30 days: about $0.15 a month for each GB of its root file system (prices of %s)", f.Machines[0], PricesAsOf)
	default:
		f.Message = fmt.Sprintf("%d machines have been stopped for over 30 days: about $0.15 a month for each GB of their root file systems (prices of %s)", len(f.Machines), PricesAsOf)
	}
	f.At.Machine = f.Machines[0]
	f.HowTo = "fly machine destroy " + f.Machines[0]
	return f, true
}

// downSince is when a machine that is down went down.
func downSince(m live.Machine) time.Time {
	if e, ok := m.LastEvent("exit"); ok && e.Timestamp.After(m.LastStart()) {
		return e.Timestamp
	}
	return m.UpdatedAt
}
