package fixers

import (
	"fmt"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func flycast() plan.Fixer {
	return plan.Fixer{
		ID:       "flycast",
		Title:    "private callers reach the app",
		Severity: plan.Warning,
		Doc: `Other apps of your organization call a private app at NAME.flycast, through Fly's proxy, or at NAME.internal, past it.

With force_https the proxy answers plain HTTP on port 80 with a redirect to https. A private app has no certificate for NAME.flycast, so
its callers follow the redirect into an error; the network between them is encrypted anyway. An app with only Flycast addresses needs
force_https = false.

Only the proxy starts stopped machines. A call to NAME.internal fails while all machines are stopped; a call to NAME.flycast starts one.
With auto_stop_machines on, call NAME.flycast.

Manual fix: force_https = false in the service; http://NAME.flycast in what calls it, after fly ips allocate-v6 --private.`,
		Check: checkFlycast,
	}
}

func checkFlycast(t plan.Target) []plan.Finding {
	var out []plan.Finding
	if known, public, private := addresses(t); known && private && !public {
		for _, s := range services(t.File) {
			if f, ok := redirectsPrivate(t, s); ok {
				out = append(out, f)
			}
		}
	}
	return append(out, internalCalls(t)...)
}

func redirectsPrivate(t plan.Target, s service) (plan.Finding, bool) {
	port, path, ok := plainPort(s)
	on, isBool := port.Key("force_https").Bool()
	off := serviceSetting{port: "80", pointer: "/force_https", value: false}
	switch {
	case !ok || !isBool:
		return plan.Finding{}, false
	case !on:
		return lagging(t, s, path, off)
	}
	f := plan.Finding{
		Message: fmt.Sprintf("%s redirects its private callers to https, where the app has no certificate", s.Path),
		At:      placeOf(t.File, path, port.Path()),
		Fix:     reviewFix("callers that speak TLS themselves may rely on it", setKey(path, false)),
	}
	for _, ip := range t.App.IPs {
		f.Evidence = append(f.Evidence, plan.Saw("the app's only addresses are Flycast: "+ip.IP)...)
	}
	f.Evidence = f.Evidence[:min(len(f.Evidence), 1)]
	f.Fix.Changes, f.Machines = serviceChanges(t, s, off)
	return f, true
}

// internalCalls finds who calls this app past the proxy though it may sleep.
func internalCalls(t plan.Target) []plan.Finding {
	app := textAt(t, "app")
	sleeps := service{}
	for _, s := range services(t.File) {
		if least, _ := s.minMachines(); s.stops() && least == 0 {
			sleeps = s
			break
		}
	}
	if app == "" || sleeps.Path == "" || t.Repo == nil {
		return nil
	}
	var calls []plan.Evidence
	for _, s := range t.Repo.Siblings {
		for _, e := range s.Calls {
			if strings.Contains(e.Text, "//"+app+".internal") {
				calls = append(calls, e)
			}
		}
	}
	if len(calls) == 0 {
		return nil
	}
	return []plan.Finding{{
		Message:  fmt.Sprintf("%s.internal is called, which starts no machine, and auto_stop_machines stops all of them", app),
		At:       placeOf(t.File, sleeps.Path+".auto_stop_machines", sleeps.Path),
		Evidence: calls,
		Notes:    []string{"call http://" + app + ".flycast, which starts one (fly ips allocate-v6 --private), or keep one up: min_machines_running = 1"},
	}}
}
