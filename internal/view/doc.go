// Package view turns a plan and the events of an apply into words. Colour,
// width and what is left out for brevity are decided here and nowhere else.
// It reads no file and asks nobody.
//
// Whatever comes from outside (fly.toml, the source tree, the platform) is
// cleaned of control characters before it is printed, and values known to be
// secret are replaced before any line is cut or painted.
package view
