package fixers

import (
	"fmt"

	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// PricesAsOf dates the prices here: Fly's public price page as quoted then,
// cheapest regions. It is always "about"; the price page is the truth.
const PricesAsOf = "2026-06"

// Fly's ladder for shared-cpu-1x that is always on, USD a month: 2.02 at
// 256 MB, 3.32 at 512 MB, 5.92 at 1 GB, so about 5.2 for each GB more.
const (
	shared1x256 = 2.02
	perGB       = 5.2
)

// MonthlyPrice is about what a machine of this size costs when always on, in
// USD; ok is false for sizes that the table does not know.
func MonthlyPrice(g machineconfig.Guest) (usd float64, ok bool) {
	if g.CPUKind != "" && g.CPUKind != "shared" || g.CPUs > 1 || g.GPUs > 0 || g.GPUKind != "" {
		return 0, false
	}
	mb := g.MemoryMB
	if mb == 0 {
		mb = 256
	}
	return shared1x256 + float64(mb-256)/1024*perGB, true
}

// snapshotPrice is that of Fly's pricing page since 2026-01. How much a volume's
// snapshots hold is known to nobody before they are made.
const snapshotPrice = "stored snapshots cost about $0.08 per GB a month beyond the first 10 GB (prices of 2026-01)"

func about(price float64, known bool) string {
	if !known {
		return "as much as the machine it copies"
	}
	return fmt.Sprintf("about $%.2f a month (prices of %s)", price, PricesAsOf)
}
