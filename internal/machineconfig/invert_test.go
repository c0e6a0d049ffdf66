package machineconfig

import (
	"strings"
	"testing"
)

var migration = []Op{
	{Verb: VerbRemove, Pointer: "/env/LOG"},
	{Verb: VerbRemove, Pointer: "/env/NOPE"},
	{Verb: VerbSet, Pointer: "/metrics/port", Value: raw(`9091`)},
	{Verb: VerbSet, Pointer: "/metrics/port", Value: raw(`9092`)},
	{Verb: VerbSet, Service: service8080, Pointer: "/autostop", Value: raw(`"suspend"`)},
	{Verb: VerbSet, Service: service8080, Port: "80", Pointer: "/force_https", Value: raw(`true`)},
	{Verb: VerbAppend, Service: service8080, Pointer: "/checks", Value: raw(`{"type":"http","path":"/up"}`)},
	{Verb: VerbAppend, Service: service9000, Pointer: "/checks", Value: raw(`{"type":"http","path":"/up"}`)},
}

func TestInvertTakesEverythingBack(t *testing.T) {
	before := parse(t, web)
	after, changed, err := Apply(before, migration)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	back, changed, err := Apply(after, Invert(before, migration))
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	if !back.Equal(before) {
		t.Errorf("taken back:\n%s\nbefore:\n%s", back.JSON(), before.JSON())
	}
}

func TestInvertLeavesWhatSomebodyChangedSince(t *testing.T) {
	before := parse(t, web)
	after, _, err := Apply(before, migration)
	if err != nil {
		t.Fatal(err)
	}
	theirs, _, err := Apply(after, []Op{
		{Verb: VerbSet, Pointer: "/env/LOG", Value: raw(`"warn"`)},
		{Verb: VerbSet, Pointer: "/metrics/port", Value: raw(`7000`)},
		{Verb: VerbSet, Service: service8080, Pointer: "/checks", Value: raw(`[{"type":"http","path":"/up","interval":"5s"}]`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	back, _, err := Apply(theirs, Invert(before, migration))
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{"/env/LOG": `"warn"`, "/metrics": `{"port":7000}`} {
		if got := get(t, back, pointer); got != want {
			t.Errorf("%s = %s, want theirs: %s", pointer, got, want)
		}
	}
	services := back.Services()
	if len(services[0].Checks) != 1 || services[0].Checks[0].Interval != "5s" {
		t.Errorf("their check is gone: %v", services[0].Checks)
	}
	if services[0].Autostop != "stop" || len(services[1].Checks) != 1 {
		t.Errorf("ours stayed: autostop %s, %d checks", services[0].Autostop, len(services[1].Checks))
	}
}

func TestInvertOfAMigrationWithoutTheValue(t *testing.T) {
	const config = `{"env":{"A":"hunter2","B":"x"},"containers":[{"name":"c","env":{"A":"hunter2"}}],"processes":[{"env":{"A":"hunter2"}}]}`
	ops := []Op{{Verb: VerbRemove, Pointer: "/env/A"}, {Verb: VerbRemove, Pointer: "/env/B"}}
	before := parse(t, config)
	cut := WithoutEnv(before, "A")
	if strings.Contains(string(cut.JSON()), "hunter2") {
		t.Errorf("the value is still in %s", cut.JSON())
	}
	if !before.Equal(parse(t, config)) {
		t.Error("the configuration it was given changed")
	}
	after, _, err := Apply(before, ops)
	if err != nil {
		t.Fatal(err)
	}
	back, _, err := Apply(after, Invert(cut, ops))
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, back, "/env"); got != `{"B":"x"}` {
		t.Errorf("env is %s", got)
	}
}

func TestInvertOfRefusedOpsIsEmpty(t *testing.T) {
	if got := Invert(parse(t, web), []Op{{Verb: VerbSet, Pointer: "/image/x", Value: raw(`1`)}, {Verb: "merge", Pointer: "/a"}, {Verb: VerbSet, Pointer: "bad"}}); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	if got := Invert(Config{}, migration); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}
