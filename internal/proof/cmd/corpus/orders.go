package main

import (
	"os"

	"github.com/fly-standards/fly-standards/fixers"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/proof/anyorder"
	"github.com/fly-standards/fly-standards/plan"
)

// anyOrder applies the rules one by one in n random orders, the same ones in
// every run.
func (r *result) anyOrder(path string, n int) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	file, err := flytoml.Parse("fly.toml", src)
	if err != nil {
		return nil // refused, and said so
	}
	problem, err := anyorder.Check(plan.Target{File: file, Offline: "corpus"}, fixers.All(), n, uint64(len(src)))
	if err != nil {
		problem = err.Error()
	}
	if problem != "" {
		r.breaks("%s", problem)
	}
	return nil
}
