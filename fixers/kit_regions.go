package fixers

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/regions"
	"github.com/fly-standards/fly-standards/plan"
)

// regionsAsOf dates the list that stands in for the platform's own.
const regionsAsOf = regions.AsOf

func platformRegions(t plan.Target) []live.Region {
	if t.App != nil && len(t.App.Regions) > 0 {
		return t.App.Regions
	}
	return regions.Known()
}

// noSuchRegion says why no machine can be put into the region, or "".
func noSuchRegion(t plan.Target, code string) string {
	all := platformRegions(t)
	i := slices.IndexFunc(all, func(r live.Region) bool { return r.Code == code })
	switch {
	case i < 0:
		codes := make([]string, len(all))
		for i, r := range all {
			codes[i] = r.Code
		}
		slices.Sort(codes)
		return fmt.Sprintf("there is no region %q; there are %s", code, strings.Join(codes, " "))
	case all[i].Deprecated:
		return fmt.Sprintf("region %s takes no new machines", code)
	}
	return ""
}

// regionProblem says what is wrong with a region code, "" for one that takes
// new machines. The platform's list wins over the ones in here.
func regionProblem(t plan.Target, code string) string {
	all := platformRegions(t)
	online := t.App != nil && len(t.App.Regions) > 0
	i := slices.IndexFunc(all, func(r live.Region) bool { return r.Code == code })
	switch {
	case i >= 0 && all[i].Deprecated:
		return fmt.Sprintf("region %q no longer takes new machines", code)
	case i >= 0:
		return ""
	case successor(code) != "":
		if online {
			return fmt.Sprintf("region %q is closed", code)
		}
		return fmt.Sprintf("region %q is closed (list of %s)", code, regionsAsOf)
	case online:
		return fmt.Sprintf("there is no region %q", code)
	}
	return fmt.Sprintf("region %q is not in the list of %s", code, regionsAsOf)
}

// successor is the region that flyctl gives for a closed one; "" for others.
func successor(code string) string { return regions.Successors()[code] }

// nearRegion is a region and its distance from another.
type nearRegion struct {
	code string
	km   int // 0: not known
}

// nearRegions are the three open regions nearest to code that are not in use.
func nearRegions(t plan.Target, code string, used map[string]bool) []nearRegion {
	all := platformRegions(t)
	i := slices.IndexFunc(all, func(r live.Region) bool { return r.Code == code })
	if i < 0 { // closed: where it was is not in the list
		if next := successor(code); next != "" && !used[next] && regionProblem(t, next) == "" {
			return []nearRegion{{code: next}}
		}
		return nil
	}
	var out []nearRegion
	for _, r := range all {
		if !used[r.Code] && !r.Deprecated {
			out = append(out, nearRegion{r.Code, distance(all[i], r)})
		}
	}
	slices.SortFunc(out, func(a, b nearRegion) int { return cmp.Or(cmp.Compare(a.km, b.km), cmp.Compare(a.code, b.code)) })
	return out[:min(3, len(out))]
}

func describeNear(from string, near []nearRegion) string {
	if len(near) == 0 {
		return "regions near " + from + " are not known (list of " + regionsAsOf + ")"
	}
	parts := make([]string, len(near))
	for i, n := range near {
		if parts[i] = n.code; n.km > 0 {
			parts[i] += fmt.Sprintf(" %d km", n.km)
		}
	}
	return "near: " + strings.Join(parts, ", ")
}

// distance is the great circle between two regions in km, to the nearest ten.
func distance(a, b live.Region) int {
	const earth = 6371.0
	rad := math.Pi / 180
	dLat, dLon := (b.Latitude-a.Latitude)*rad, (b.Longitude-a.Longitude)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a.Latitude*rad)*math.Cos(b.Latitude*rad)*math.Pow(math.Sin(dLon/2), 2)
	return int(math.Round(2*earth*math.Asin(math.Sqrt(h))/10)) * 10
}
