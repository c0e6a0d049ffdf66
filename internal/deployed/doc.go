// Package deployed knows what flyctl makes of fly.toml: the one reading of the
// file that every rule asks. It is pure, does no I/O, and takes time linear in
// the file.
//
//	c := deployed.Read(file)                      // never fails
//	v := c.Get("http_service.internal_port")      // names as in the schema
//	port, ok := v.Int()                           // ok: it is there and of its type
//	v.Said(), v.Mistyped(), v.Path(), v.Node()    // is it there, is it unreadable, where it stands
//	c.Services(), c.Get("checks"), c.Get("vm")    // every alias, single table and scalar form patched
//	c.Groups(), c.Default(), c.GroupsOf(v), c.In(group, v)
//	c.Notes, c.Refusals()                         // what flyctl refuses, why, and the repair
//
// A Value is as flyctl holds it after its patches: [mount] and [[mount]] are
// mounts, [[processes]] are processes, the integer 15000 in [[services]] is 15s,
// "8080" there is 8080, true for auto_stop_machines is "stop", a number in [env]
// is its text. Names match without regard to case where flyctl matches them so.
// Three states are told apart: absent (Said is false), there (the accessor of
// its type says true), and mistyped (Mistyped): flyctl refuses the file for it,
// and no rule may write over it or beside it.
//
// A single table where flyctl wants an array of tables, and the one entry of an
// array where it wants a table, are mistyped and read all the same, because the
// repair is one bracket.
//
// It follows flyctl's appconfig and fly-go of August 2026: patches.go,
// validation.go, processgroups.go, and the decoders of durations, autostop and
// persist_rootfs. Types, words and bounds are data in flyschema.
package deployed
