package flysim

import (
	"net/http"
	"strings"
)

// region is a row of GET /platform/regions.
type region struct {
	Code       string  `json:"code"`
	Name       string  `json:"name"`
	Latitude   float64 `json:"latitude"`
	Longitude  float64 `json:"longitude"`
	Gateway    bool    `json:"gateway_available"`
	PaidPlan   bool    `json:"requires_paid_plan"`
	Deprecated bool    `json:"deprecated"`
	Geo        string  `json:"geo_region"`
}

// regionList is Fly's list of 2026-08, with a few closed regions that still
// stand in people's files. Coordinates are those of the cities.
func regionList() []region {
	open := func(code, name string, lat, lon float64, geo string) region {
		return region{Code: code, Name: name, Latitude: lat, Longitude: lon, Gateway: true, Geo: geo}
	}
	shut := func(code, name string, lat, lon float64, geo string) region {
		r := open(code, name, lat, lon, geo)
		r.Gateway, r.Deprecated = false, true
		return r
	}
	paid := func(r region) region { r.PaidPlan = true; return r }
	return []region{
		open("ams", "Amsterdam, Netherlands", 52.37, 4.90, "europe"),
		open("arn", "Stockholm, Sweden", 59.33, 18.06, "europe"),
		paid(open("bom", "Mumbai, India", 19.08, 72.88, "asia_pacific")),
		open("cdg", "Paris, France", 48.86, 2.35, "europe"),
		open("dfw", "Dallas, Texas (US)", 32.78, -96.80, "north_america"),
		open("ewr", "Secaucus, NJ (US)", 40.79, -74.06, "north_america"),
		paid(open("fra", "Frankfurt, Germany", 50.11, 8.68, "europe")),
		open("gru", "Sao Paulo, Brazil", -23.55, -46.63, "south_america"),
		open("iad", "Ashburn, Virginia (US)", 39.04, -77.49, "north_america"),
		open("jnb", "Johannesburg, South Africa", -26.20, 28.05, "africa"),
		open("lax", "Los Angeles, California (US)", 34.05, -118.24, "north_america"),
		open("lhr", "London, United Kingdom", 51.51, -0.13, "europe"),
		open("nrt", "Tokyo, Japan", 35.68, 139.69, "asia_pacific"),
		open("ord", "Chicago, Illinois (US)", 41.88, -87.63, "north_america"),
		open("sin", "Singapore, Singapore", 1.35, 103.82, "asia_pacific"),
		open("sjc", "San Jose, California (US)", 37.34, -121.89, "north_america"),
		open("syd", "Sydney, Australia", -33.87, 151.21, "asia_pacific"),
		open("yyz", "Toronto, Canada", 43.65, -79.38, "north_america"),
		shut("atl", "Atlanta, Georgia (US)", 33.75, -84.39, "north_america"),
		shut("den", "Denver, Colorado (US)", 39.74, -104.99, "north_america"),
		shut("mad", "Madrid, Spain", 40.42, -3.70, "europe"),
		shut("sea", "Seattle, Washington (US)", 47.61, -122.33, "north_america"),
		shut("waw", "Warsaw, Poland", 52.23, 21.01, "europe"),
	}
}

func findRegion(code string) (region, bool) {
	for _, r := range regionList() {
		if r.Code == code {
			return r, true
		}
	}
	return region{}, false
}

func (p *Platform) nearest() string { return "iad" }

func (c *call) listRegions() reply {
	return ok(object{"regions": regionList(), "nearest": c.p.nearest()})
}

// placements answers with the regions that were asked for and are not full.
func (c *call) placements() reply {
	var in struct {
		Org    string `json:"org_slug"`
		Region string `json:"region"`
		Count  int    `json:"count"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	if in.Org == "" {
		return fail(http.StatusBadRequest, "org_slug is required")
	}
	rows := []object{}
	for _, code := range strings.Split(in.Region, ",") {
		if code == "" || code == "any" {
			code = c.p.nearest()
		}
		if _, known := findRegion(code); known && !c.p.full[code] {
			rows = append(rows, object{"region": code, "count": max(in.Count, 1), "concurrency": 1})
			break
		}
	}
	return ok(object{"regions": rows})
}
