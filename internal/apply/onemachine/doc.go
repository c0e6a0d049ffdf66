// Package onemachine is the life of one machine that a run changes: leased,
// read, patched, posted, watched, judged, and given its old configuration back
// when it does not do well. walk.go has it from top to bottom; the other files
// are its parts.
//
// What it is for is a Goal, where it stands is a Phase, how it ended a Verdict.
// Several may be in flight at a time; Follow looks at each in turn, on one
// goroutine, so that the same world gives the same order of requests. Only the
// leases are kept in the background, because a call may block for longer than a
// lease lasts.
//
// Which machine is taken when, what the others of its group may do meanwhile
// and what follows from a verdict for them is none of its business: package
// apply decides that, and keeps the record and the report as a Recorder.
//
// Three things must not be done here:
//   - nothing may be written without having read the machine under the lease,
//     and seen the version that the plan was made for;
//   - no rescue may wait for a record: Recorder.Intent's error stops an update,
//     and never a Restore;
//   - an answer that was lost is no answer: read again, compare, then decide.
package onemachine
