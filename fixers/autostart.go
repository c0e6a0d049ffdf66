package fixers

import (
	"fmt"

	"github.com/fly-standards/fly-standards/plan"
)

func autostart() plan.Fixer {
	return plan.Fixer{
		ID:       "autostart",
		Title:    "machines that stop when idle start again by themselves",
		Severity: plan.Warning,
		Doc: `With auto_stop_machines on, Fly's proxy stops idle machines. With auto_start_machines = false it never starts them again: once the
last one is stopped, the app is down until somebody starts a machine manually or through the API.

Without the key, the proxy starts them, so only an explicit false is a finding. Since somebody wrote it, the fix needs consent: an app
that starts its own machines through the API may mean it.

Manual fix: auto_start_machines = true, or auto_stop_machines = "off".`,
		Check: checkAutostart,
	}
}

func checkAutostart(t plan.Target) []plan.Finding {
	var out []plan.Finding
	for _, s := range services(t.File) {
		on, isBool := s.Key("auto_start_machines").Bool()
		// The proxy starts nothing for UDP, whatever the key says.
		if !isBool || !s.stops() || s.Protocol != "tcp" {
			continue
		}
		path := s.Path + ".auto_start_machines"
		want := serviceSetting{pointer: "/autostart", value: true}
		if on {
			if f, lags := lagging(t, s, path, want); lags {
				out = append(out, f)
			}
			continue
		}
		word, _ := s.autostop()
		f := plan.Finding{
			Message:  fmt.Sprintf("machines of %s are stopped when idle, and nothing starts them again", s.Path),
			At:       placeOf(t.File, path, s.Path),
			Evidence: plan.Saw(fmt.Sprintf("auto_stop_machines means %s, auto_start_machines is false", word)),
			Fix:      reviewFix("an app that starts its own machines through the API may rely on it", setKey(path, true)),
		}
		f.Fix.Changes, f.Machines = serviceChanges(t, s, want)
		out = append(out, f)
	}
	return out
}
