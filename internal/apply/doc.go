// Package apply carries a plan out on what runs in production, and takes an
// apply back.
//
// Run is the whole of it: it looks whether the plan still fits the world
// (preflight.go), then does one kind of step after the other, whatever their
// order in the plan, because each kind rests on the one before:
//
//	repairs    what an earlier run left on machines that are not healthy (repair.go)
//	secrets    stored, and seen to be stored under their digest       (secrets.go)
//	the file   only then loses the entries that are secrets now       (file.go)
//	machines   group by group, a few at a time                        (rollout.go)
//	clones     machines that are added                                (clone.go)
//	volumes    their snapshot settings                                (volume.go)
//	destroys   of an undo only: what the apply had added              (undo.go)
//
// What holds over all of them:
//
//   - Order and floor. Of each group the first machine alone proves a change;
//     then as many at a time as --max-unavailable allows, never more than eight,
//     never the whole of a region while another is up (pick.go, floor.go). How
//     one machine is updated, watched and given its old configuration back is
//     package onemachine.
//   - The journal comes before what it tells of (record.go), except for a rescue:
//     nothing that puts a machine, a clone or the file back waits for a record.
//     An undo and the next apply know the past from there alone (history.go).
//   - When a machine does not become healthy, it and those before it go back, and
//     the file with them when no machine kept the change (afterFailure).
//   - Values of secrets that leave the file are in memory and in the request to
//     Fly's secrets endpoint, and nowhere else: not in records, reports, events
//     and errors (record.go has the net).
//   - Report says what is so, never what was meant; Event tells it while it
//     happens. Package view makes words of both.
//
// Everything waits on a clock that a test drives, and one goroutine does all the
// work, so that the same world gives the same run.
package apply
