package faultrun_test

import (
	"os"
	"testing"

	"github.com/fly-standards/fly-standards/internal/proof/faultrun"
)

func BenchmarkSeeds(b *testing.B) {
	root, err := faultrun.Root()
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(root)
	seed := uint64(500000)
	for b.Loop() {
		seed++
		if _, err := faultrun.Run(seed, root); err != nil {
			b.Fatal(err)
		}
	}
}
