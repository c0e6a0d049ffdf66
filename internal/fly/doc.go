// Package fly is the only room that speaks to Fly.io: it finds the token and
// the endpoints, takes a snapshot of an app, and does the few writes.
//
// Requests are built by fly-go's flaps client (paths, headers, tokens) but
// sent by a client of our own: fly-go's sends a POST again after a 502, which
// may create a machine twice, and asks for a held lease for a whole minute.
// Here retries, limits, redirects and errors have one place each.
package fly
