package clock

import "time"

// Minute is a time in a text for people: one style everywhere, in UTC.
func Minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// Second is Minute with the seconds, where they matter: a lease ends in some.
func Second(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
