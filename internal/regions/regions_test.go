package regions

import (
	"slices"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/internal/live"
)

func TestRefused(t *testing.T) {
	online := []live.Region{{Code: "new", Name: "Newtown, Nowhere"}, {Code: "lhr", Name: "London, United Kingdom"}, {Code: "ams", Name: "Amsterdam", Deprecated: true}}
	for _, tt := range []struct {
		typed string
		list  []live.Region
		want  string
	}{
		{"lhr", nil, ""},
		{"lrh", nil, `there is no region "lrh" in Fly's list of 2026-08; did you mean lhr (London)?`},
		{"LHR", nil, `there is no region "LHR" in Fly's list of 2026-08; did you mean lhr (London)?`},
		{"London", nil, `there is no region "London" in Fly's list of 2026-08; did you mean lhr (London)?`},
		{"Londn", nil, `there is no region "Londn" in Fly's list of 2026-08; did you mean lhr (London)?`},
		{"lhx", nil, `there is no region "lhx" in Fly's list of 2026-08; did you mean lax (Los Angeles) or lhr (London)?`},
		{"zzz", nil, `there is no region "zzz" in Fly's list of 2026-08`},
		{"", nil, `there is no region "" in Fly's list of 2026-08`},
		{"waw", nil, `region "waw" is closed and takes no new machines; did you mean ams (Amsterdam)?`},
		{"waw", online, `region "waw" is closed and takes no new machines`},
		{"yul", nil, `region "yul" is closed and takes no new machines; did you mean yyz (Toronto)?`},
		{"new", nil, `there is no region "new" in Fly's list of 2026-08`},
		{"new", online, ""},
		{"ams", online, `region "ams" is closed and takes no new machines`},
		{"iad", online, `there is no region "iad"`},
		{"wen", online, `there is no region "wen"; did you mean new (Newtown, Nowhere)?`},
	} {
		if got := Refused(tt.typed, tt.list); got != tt.want {
			t.Errorf("%q, %d live: %q, want %q", tt.typed, len(tt.list), got, tt.want)
		}
	}
}

func TestListsAgree(t *testing.T) {
	codes := Closed()
	for _, r := range Known() {
		codes = append(codes, r.Code)
		if len(r.Code) != 3 || strings.ToLower(r.Code) != r.Code || r.Name == "" || r.Latitude == 0 || r.Longitude == 0 {
			t.Errorf("%+v", r)
		}
	}
	slices.Sort(codes)
	if n := len(slices.Compact(slices.Clone(codes))); n != len(codes) {
		t.Errorf("a region stands in the lists twice: %v", codes)
	}
}
