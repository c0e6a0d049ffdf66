package fixers

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// regionsAsOf dates the table below; the platform's own list, read live, wins.
const regionsAsOf = "2026-08"

// knownRegions are Fly's regions, for when the live list could not be read.
// Places are those of the cities.
func knownRegions() []live.Region {
	return []live.Region{
		{Code: "ams", Name: "Amsterdam", Latitude: 52.37, Longitude: 4.90},
		{Code: "arn", Name: "Stockholm", Latitude: 59.33, Longitude: 18.07},
		{Code: "bom", Name: "Mumbai", Latitude: 19.08, Longitude: 72.88},
		{Code: "cdg", Name: "Paris", Latitude: 48.86, Longitude: 2.35},
		{Code: "dfw", Name: "Dallas", Latitude: 32.78, Longitude: -96.80},
		{Code: "ewr", Name: "Secaucus", Latitude: 40.79, Longitude: -74.06},
		{Code: "fra", Name: "Frankfurt", Latitude: 50.11, Longitude: 8.68},
		{Code: "gru", Name: "Sao Paulo", Latitude: -23.55, Longitude: -46.63},
		{Code: "iad", Name: "Ashburn", Latitude: 39.04, Longitude: -77.49},
		{Code: "jnb", Name: "Johannesburg", Latitude: -26.20, Longitude: 28.05},
		{Code: "lax", Name: "Los Angeles", Latitude: 34.05, Longitude: -118.24},
		{Code: "lhr", Name: "London", Latitude: 51.51, Longitude: -0.13},
		{Code: "nrt", Name: "Tokyo", Latitude: 35.68, Longitude: 139.69},
		{Code: "ord", Name: "Chicago", Latitude: 41.88, Longitude: -87.63},
		{Code: "sin", Name: "Singapore", Latitude: 1.35, Longitude: 103.82},
		{Code: "sjc", Name: "San Jose", Latitude: 37.34, Longitude: -121.89},
		{Code: "syd", Name: "Sydney", Latitude: -33.87, Longitude: 151.21},
		{Code: "yyz", Name: "Toronto", Latitude: 43.65, Longitude: -79.38},
	}
}

func platformRegions(t plan.Target) []live.Region {
	if t.App != nil && len(t.App.Regions) > 0 {
		return t.App.Regions
	}
	return knownRegions()
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
		return fmt.Sprintf("region %q takes no new machines any more", code)
	case i >= 0:
		return ""
	case slices.Contains(closedRegions(), code):
		if online {
			return fmt.Sprintf("region %q is closed", code)
		}
		return fmt.Sprintf("region %q is closed (list of %s)", code, regionsAsOf)
	case online:
		return fmt.Sprintf("there is no region %q", code)
	}
	return fmt.Sprintf("region %q is not in the list of %s", code, regionsAsOf)
}

// closedRegions were regions once and are still seen in files.
func closedRegions() []string {
	return strings.Fields("atl bog bos den eze gdl gig hkg mad mia otp phx qro scl sea waw yul")
}

// nearRegion is a region and its distance from another.
type nearRegion struct {
	code string
	km   int
}

// nearRegions are the three open regions nearest to code that are not in use.
func nearRegions(t plan.Target, code string, used map[string]bool) []nearRegion {
	all := platformRegions(t)
	i := slices.IndexFunc(all, func(r live.Region) bool { return r.Code == code })
	if i < 0 {
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
		parts[i] = fmt.Sprintf("%s %d km", n.code, n.km)
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
