package commands

import (
	"os"
	"testing"
)

// asProgram, when set, makes the test binary the program itself: tests of a
// server start it as their clients do, with real pipes.
const asProgram = "RUN_AS_FLY_STANDARDS"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Process(os.Args[1:], nil))
	}
	os.Exit(m.Run())
}
