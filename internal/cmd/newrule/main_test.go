package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fly-standards/fly-standards/fixers"
)

const root = "../../.."

func TestRefused(t *testing.T) {
	for id, why := range map[string]string{
		"image-pin": "there is a rule image-pin", "": "is no id", "Image": "is no id", "image_pin": "is no id", "a--b": "is no id", "-a": "is no id",
		"../a": "is no id", "a b": "is no id", "kit-tools": "file of the kit", "register": "file of the kit", "smoke-test": "file of tests",
		"on-linux": "built on linux only", "services": "has a services", "range": "word of Go", "place-of": "has a placeOf",
	} {
		if _, err := newRule(root, id, fixers.All()); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %q", id, err, why)
		}
	}
}

// Every other byte of the registration stays, wherever the rule goes.
func TestRegistration(t *testing.T) {
	was, err := os.ReadFile(root + "/fixers/register.go")
	if err != nil {
		t.Fatal(err)
	}
	all := fixers.All()
	for id, before := range map[string]string{"aaa": "appHealth", "image-pinned": "internalPort", "zzz": ""} {
		files, err := newRule(root, id, all)
		if err != nil {
			t.Fatal(err)
		}
		got, line := string(files[len(files)-1].data), "\t\t"+goName(id)+"(),\n"
		if strings.Replace(got, line, "", 1) != string(was) {
			t.Errorf("%s: more changed than one line", id)
		}
		next := "\t}\n"
		if before != "" {
			next = "\t\t" + before + "(),\n"
		}
		if !strings.Contains(got, line+next) {
			t.Errorf("%s does not stand before %q", id, next)
		}
	}
	if _, err := registered([]byte("package fixers\n"), "a", 0, len(all)); err == nil {
		t.Error("a registration in another form is taken")
	}
}

// TestOutputPasses compiles the rule with the package as it is, and runs its
// fixtures, first with -update.
func TestOutputPasses(t *testing.T) {
	const id = "newrule-sample"
	files, err := newRule(root, id, fixers.All())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay := map[string]map[string]string{"Replace": {}}
	for _, f := range files {
		path := filepath.Join(dir, filepath.Base(f.path))
		if err := os.WriteFile(path, f.data, 0o600); err != nil {
			t.Fatal(err)
		}
		if abs, err := filepath.Abs(f.path); err == nil && filepath.Ext(path) == ".go" {
			overlay["Replace"][abs] = path
		}
	}
	raw, _ := json.Marshal(overlay)
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "fixers.test")
	run := func(in, name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = filepath.Join(root, in)
		if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "no tests to run") {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}
	run(".", "go", "test", "-c", "-vet=off", "-overlay", filepath.Join(dir, "overlay.json"), "-o", bin, "./fixers")
	passes := []string{"-test.run", "TestFixtures$/^" + id, "-fixtures", dir}
	run("fixers", bin, append(passes, "-update")...)
	got, err := os.ReadFile(filepath.Join(dir, id+".txtar"))
	for _, want := range []string{"-- plan.want --\n" + id + "  review  planned", "-- fly.toml.want --\napp = \"fine-app\"\n", `kill_timeout = "30s"`} {
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("the fixture has no %q (%v):\n%s", want, err, got)
		}
	}
	run("fixers", bin, passes...)
}
