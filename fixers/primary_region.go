package fixers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/plan"
)

func primaryRegion() plan.Fixer {
	return plan.Fixer{
		ID:       "primary-region",
		Title:    "primary_region names a region that exists",
		Severity: plan.Warning,
		Doc: `primary_region is where a deploy puts new machines, the one region in which min_machines_running counts, and what the app sees as
PRIMARY_REGION. Without it the platform picks a region near whoever deploys.

Fly has closed regions; files still name them, and a deploy that needs a new machine there fails. The platform's own list is used
when online; otherwise a dated list, and a code that is not on it is reported as unknown, not wrong.

The fix is the region in which most of the app's machines run. Writing down a missing one is safe; changing one that somebody wrote
needs consent, since apps choose their database's primary by it. Offline, where two regions are equal, or where other apps are deployed
with the same file, the fix is manual.

Manual fix: primary_region = "iad", beside app.`,
		Check: checkPrimaryRegion,
	}
}

func checkPrimaryRegion(t plan.Target) []plan.Finding {
	node, found := t.File.Get("primary_region")
	code, isString := node.Str()
	if found && !isString {
		return nil // flyctl refuses the file
	}
	f := plan.Finding{At: placeOf(t.File, "primary_region", "")}
	switch problem := regionProblem(t, code); {
	case code == "":
		f.Message, f.Severity, f.Default = "primary_region is not set", plan.Info, "primary_region (not set)"
	case problem == "":
		return nil
	default:
		f.Message = problem
	}
	most, count, total := busiestRegion(t)
	if most != "" && regionProblem(t, most) != "" { // they run in one that closed
		most = ""
	}
	if means := meantRegion(t, code); means != "" && most == "" {
		f.Fix = reviewFix("the code of "+code+" is "+means, setKey("primary_region", means))
		return []plan.Finding{f}
	}
	if next := successor(code); most == "" && next != "" && regionProblem(t, next) == "" {
		f.Evidence = plan.Saw(fmt.Sprintf("flyctl gives new apps of %s to %s (list of %s)", code, next, regionsAsOf))
		f.Fix = reviewFix("the next machines start in "+next+"; another region may be closer", setKey("primary_region", next))
		if env := t.Deployed().Get("env").Key("PRIMARY_REGION"); saysRegion(env, code) {
			f.Fix.Edits = append(f.Fix.Edits, setKey(env.Path(), next))
		}
		return []plan.Finding{f}
	}
	if env := t.Deployed().Get("env").Key("PRIMARY_REGION"); code == "" && most == "" && env.Said() {
		said, _ := env.Str()
		if regionProblem(t, said) == "" {
			f.Evidence = []plan.Evidence{{File: t.File.Name(), Line: env.Node().Position().Line, Text: "PRIMARY_REGION = " + said}}
			f.Fix = reviewFix("new machines start there; the app may find its database's region by it", setKey("primary_region", said))
			return []plan.Finding{f}
		}
	}
	if most == "" || most == code {
		f.Notes = append(f.Notes, "set it to the region nearest to your users or your database")
		return []plan.Finding{f}
	}
	f.Evidence = append(f.Evidence, plan.Saw(fmt.Sprintf("%d of %d machines run in %s", count, total, most))...)
	f.Fix = safeFix(setKey("primary_region", most))
	if env, ok := t.File.Get("env.PRIMARY_REGION"); code != "" {
		f.Fix.Safety, f.Fix.Why = plan.Review, code+" was chosen before; the app may elect its database's primary by PRIMARY_REGION"
	} else if v, _ := env.Str(); ok && v != most {
		f.Fix.Safety, f.Fix.Why = plan.Review, "primary_region overrides PRIMARY_REGION of [env], which says something else"
	}
	fromLiveApp(t, &f)
	return []plan.Finding{f}
}

// meantRegion is the region whose code is written in capitals, or whose city is
// named; "" for none, and for several.
func meantRegion(t plan.Target, text string) string {
	var means []string
	for _, r := range platformRegions(t) {
		city := strings.HasPrefix(strings.ToLower(r.Name), strings.ToLower(text)) && len(text) > 3
		if r.Code != text && (strings.EqualFold(r.Code, text) || city) && !r.Deprecated {
			means = append(means, r.Code)
		}
	}
	if len(means) != 1 {
		return ""
	}
	return means[0]
}

func saysRegion(v deployed.Value, code string) bool { said, ok := v.Str(); return ok && said == code }

// busiestRegion is the region with the most machines; "" without any, and when
// two are equal.
func busiestRegion(t plan.Target) (code string, count, total int) {
	if t.App == nil || t.App.Role == "postgres_cluster" {
		return "", 0, 0
	}
	in := map[string]int{}
	for _, m := range t.App.Machines {
		if m.WhyUntouchable() == "" {
			in[m.Region]++
			total++
		}
	}
	codes := make([]string, 0, len(in))
	for c := range in {
		codes = append(codes, c)
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(in[b], in[a]), cmp.Compare(a, b)) })
	if len(codes) == 0 || len(codes) > 1 && in[codes[0]] == in[codes[1]] {
		return "", 0, total
	}
	return codes[0], in[codes[0]], total
}
