// Package plan has the nouns: what a fixer looks at (Target), what it finds
// (Finding), what it would change (Fix), and the Plan that Build makes of all
// of them. It does no I/O, knows no time and no colour; Build is a function
// of its arguments.
//
// A plan has one Step per thing that changes, not per fixer: five standards
// that touch one machine are one update of it and one restart.
package plan
