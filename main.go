// Command fly-standards shows and makes the changes that bring an app on
// Fly.io up to standard.
package main

import (
	"os"

	"github.com/fly-standards/fly-standards/commands"
)

func main() { os.Exit(commands.Process(os.Args[1:], nil)) }
