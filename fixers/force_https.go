package fixers

import (
	"fmt"
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

func forceHTTPS() plan.Fixer {
	return plan.Fixer{
		ID:       "force-https",
		Title:    "plain HTTP is redirected to HTTPS",
		Severity: plan.Warning,
		Doc: `Without force_https, port 80 answers in plain text: passwords and cookies cross the network readable, and nobody notices. With it,
Fly's proxy answers http:// with a redirect to https://, before the request reaches the app.

The proxy does the same for Flycast addresses, and inside the private network apps mostly call each other over plain HTTP. So the fix
is safe only for an app known to have a public address and no Flycast one; anything else needs consent. An explicit false is its
author's decision. A service on port 80 without another that terminates TLS on 443 would redirect to nowhere: there the fix is manual.

Manual fix: force_https = true in [http_service], or in the [[services.ports]] of port 80.`,
		Check: checkForceHTTPS,
	}
}

func checkForceHTTPS(t plan.Target) []plan.Finding {
	if known, public, private := addresses(t); known && private && !public {
		return nil // a private app: plain HTTP stays inside Fly's encrypted network
	}
	var out []plan.Finding
	for _, s := range services(t.File) {
		port, path, ok := plainPort(s)
		if !ok {
			continue
		}
		force := port.Key("force_https")
		on, isBool := force.Bool()
		want := serviceSetting{port: "80", pointer: "/force_https", value: true}
		if force.Said() && !isBool {
			continue // flyctl refuses the file
		}
		if on {
			if f, lags := lagging(t, s, path, want); lags {
				out = append(out, f)
			}
			continue
		}
		f := plan.Finding{Message: fmt.Sprintf("port 80 of %s answers in plain HTTP", s.Path), At: placeOf(t.File, path, port.Path())}
		if !answersTLS(t, s) {
			f.Notes = []string{"no service of this group terminates TLS on port 443, so a redirect would lead nowhere; add one first"}
			if known, public, _ := addresses(t); !known || !public {
				f.Severity = plan.Info // port 80 alone is how private apps look
			}
			out = append(out, f)
			continue
		}
		f.Fix = safeFix(setKey(path, true))
		f.Fix.Changes, f.Machines = serviceChanges(t, s, want)
		if why := httpsDoubt(t, force.Said()); why != "" {
			f.Fix.Safety, f.Fix.Why = plan.Review, why
		} else {
			f.Evidence = plan.Saw("the app has a public address and no Flycast one")
		}
		out = append(out, f)
	}
	return out
}

// answersTLS says whether the proxy terminates TLS on 443 for a group of s.
func answersTLS(t plan.Target, s service) bool {
	return slices.ContainsFunc(services(t.File), func(o service) bool {
		return overlap(groupsServed(t.File, s.Processes), groupsServed(t.File, o.Processes)) &&
			slices.ContainsFunc(o.Ports, func(p port) bool { return p.Name == "443" && slices.Contains(p.Handlers, "tls") })
	})
}

// httpsDoubt says why the redirect needs consent, "" when it is safe.
func httpsDoubt(t plan.Target, explicit bool) string {
	known, public, private := addresses(t)
	switch {
	case explicit:
		return "force_https = false was written on purpose"
	case !known:
		return "the app's addresses were not seen; one that others call at a Flycast address over plain HTTP would stop answering them"
	case private:
		return "the app has a Flycast address; what calls it there over plain HTTP would be redirected too"
	case !public:
		return "the app has no public address yet"
	}
	return ""
}
