// Package regions has Fly's regions as data, for when the live list of the
// platform can't be read. Where it can, that list wins: regions open and close.
package regions

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/internal/near"
)

// AsOf dates the lists below.
const AsOf = "2026-08"

// Known are the open regions by code. Places are those of the cities.
func Known() []live.Region {
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

// Successors are the closed regions, each with the one that flyctl gives
// instead (flyctl, August 2026).
func Successors() map[string]string {
	return map[string]string{
		"atl": "dfw", "bog": "gru", "bos": "ewr", "den": "dfw", "eze": "gru", "gdl": "dfw", "gig": "gru", "hkg": "sin", "mad": "cdg",
		"mia": "dfw", "otp": "fra", "phx": "lax", "qro": "dfw", "scl": "gru", "sea": "sjc", "waw": "ams", "yul": "yyz",
	}
}

// Closed were regions once and are still seen in files.
func Closed() []string {
	return slices.Sorted(maps.Keys(Successors()))
}

// Refused says why no new machine can be put into the region that a person
// typed, with the one that was probably meant; "" for one that takes machines.
// liveList is the platform's list, or nil.
func Refused(typed string, liveList []live.Region) string {
	all := liveList
	if len(all) == 0 {
		all = Known()
	}
	i := slices.IndexFunc(all, func(r live.Region) bool { return r.Code == typed })
	switch {
	case i >= 0 && !all[i].Deprecated:
		return ""
	case i >= 0 || slices.Contains(Closed(), typed):
		return fmt.Sprintf("region %q is closed and takes no new machines", typed) + near.Ask(successor(typed, all))
	}
	text := fmt.Sprintf("there is no region %q", typed)
	if len(liveList) == 0 {
		text += fmt.Sprintf(" in Fly's list of %s", AsOf)
	}
	return text + near.Ask(alike(typed, all))
}

// successor is the open region that flyctl takes in the place of a closed one,
// with its city.
func successor(closed string, all []live.Region) []string {
	i := slices.IndexFunc(all, func(r live.Region) bool { return r.Code == Successors()[closed] && !r.Deprecated })
	if i < 0 {
		return nil
	}
	return []string{withCity(all[i])}
}

func withCity(r live.Region) string { return fmt.Sprintf("%s (%s)", r.Code, r.Name) }

// alike are the open regions whose code or city looks like what was typed, each
// with its city. Swapped letters come before a wrong one.
func alike(typed string, all []live.Region) []string {
	word := strings.ToLower(strings.TrimSpace(typed))
	for _, similar := range []func(live.Region) bool{
		func(r live.Region) bool {
			return word == r.Code || strings.HasPrefix(strings.ToLower(r.Name), word) && len(word) > 2
		},
		func(r live.Region) bool { return letters(word) == letters(r.Code) },
		func(r live.Region) bool { return levenshtein.ComputeDistance(word, r.Code) == 1 },
		func(r live.Region) bool {
			city, _, _ := strings.Cut(strings.ToLower(r.Name), ",")
			return len(word) > 4 && levenshtein.ComputeDistance(word, city) <= 2
		},
	} {
		var out []string
		for _, r := range all {
			if !r.Deprecated && similar(r) {
				out = append(out, withCity(r))
			}
		}
		if len(out) > 0 {
			return out[:min(3, len(out))]
		}
	}
	return nil
}

func letters(s string) string {
	b := []byte(s)
	slices.Sort(b)
	return string(b)
}
