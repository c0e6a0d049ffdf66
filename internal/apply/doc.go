// Package apply carries a plan out on what runs in production, and takes an
// apply back.
//
// Run is the whole of it: it looks whether the plan still fits the world
// (preflight.go), then does one kind of step after the other (order.go), whatever
// their order in the plan, because each kind rests on the one before:
//
//	repairs    what an earlier run left on machines that are not healthy (repair.go)
//	secrets    stored, and seen to be stored under their digest       (secrets.go)
//	the file   only then loses the entries that are secrets now       (file.go)
//	others     other files of the repository                          (otherfile.go)
//	clones     the second machine of a group whose only one restarts  (clone.go)
//	machines   group by group, a few at a time                        (rollout.go)
//	clones     the other machines that are added
//	volumes    their snapshot settings                                (volume.go)
//	destroys   of an undo only: what the apply had added              (undo.go)
//
// The caller holds the lock of the app and has asked the user; see commands.
//
// What holds over all of them:
//
//   - Order and floor. The floor is looked at before anything is written. Of each
//     group the first started machine alone proves a change; then as many at a time
//     as --max-unavailable allows, never more than eight, never all of several in
//     a region while another region is up (pick.go, floor.go). Stopped ones follow and stay stopped,
//     but for one that is started to test a new check (proof.go). A machine that is
//     unhealthy already is taken only when it is the only one. How
//     one machine is updated, watched and given its old configuration back is
//     package onemachine.
//   - A second machine that the user agreed to comes before the only started one of
//     its group restarts, and closes the gap (decision 23). It is made of that
//     machine as it will be, under a name that is drawn and recorded before the
//     request (create.go), so that it is found again whatever becomes of the answer.
//     It is watched as an updated machine is, and proves a new check where nobody
//     loses a request: the old machine then restarts once, under a floor that counts
//     both. Not healthy, it is destroyed, and the old machine was never touched.
//   - The journal comes before what it tells of (record.go), except for a rescue:
//     nothing that puts a machine, a clone or the file back waits for a record.
//     An undo and the next apply know the past from there alone (history.go).
//   - When a machine does not become healthy with its update, it gets its old
//     configuration back (onemachine), then all that this run changed before it, of
//     every group, newest first and never below the floor; the files go back when no
//     machine kept the change (afterFailure). Not so: where only a new check fails,
//     the run goes on without it (without.go, align.go); --no-rollback leaves those
//     before it; a repair takes nothing back with it; a clone that is not well is
//     destroyed, and the rest stays; one that came before the machines is destroyed
//     behind them, when the group can do without it. Any other end (held, moved, lost)
//     stops the run and leaves the machines as they are.
//   - Values of secrets that leave the file are in memory and in the request to
//     Fly's secrets endpoint, and nowhere else: not in records, reports, events
//     and errors (record.go has the net).
//   - Report says what is so, never what was meant; Event tells it while it
//     happens. Package view makes words of both.
//
// Everything waits on a clock that a test drives, and one goroutine does all the
// work but the keeping of leases, so that the same world gives the same run.
package apply
