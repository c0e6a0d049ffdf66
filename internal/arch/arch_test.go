// Package arch holds the direction of imports, and what may do I/O.
package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/fly-standards/fly-standards"

// room is one package of this module.
type room struct {
	name string
	may  string // the rooms that it may import, all of them above it in the map
	io   string // what it may do to the world; "" for nothing: it is pure
}

// rooms is the map, from the ground up: a room imports only rooms above it. A
// package that is not here fails, as does an import that is not, so whoever
// adds one says what it is.
func rooms() []room {
	const facts = "internal/secret internal/secretscan internal/flytoml internal/flyschema internal/machineconfig internal/live internal/deployed"
	return []room{
		{name: "internal/arch"},
		{name: "internal/action"},
		{name: "internal/clock"},
		{name: "internal/near"},
		{name: "internal/secret"},
		{name: "internal/secretscan", may: "internal/secret"},
		{name: "internal/flytoml", may: "internal/secret"},
		{name: "internal/flyschema", may: "internal/flytoml"},
		{name: "internal/machineconfig", may: "internal/secret"},
		{name: "internal/live", may: "internal/machineconfig internal/secret"},
		{name: "internal/regions", may: "internal/live internal/near"},
		{name: "internal/linepatch"},
		{name: "internal/deployed", may: "internal/flyschema internal/flytoml internal/machineconfig"},
		{name: "plan", may: facts + " internal/near"},
		{name: "fixers", may: facts + " internal/regions plan"},
		{name: "internal/settings", may: "internal/flytoml internal/near internal/regions plan"},

		{name: "internal/atomicfile", io: "files"},
		{name: "internal/journal", may: "internal/atomicfile internal/clock", io: "files"},
		{name: "internal/guidance", io: "reads files"},
		{name: "internal/repo", may: facts + " internal/guidance plan", io: "reads files"},
		{name: "internal/fly", may: "internal/clock internal/live internal/machineconfig internal/secret", io: "the network: the only room that speaks to Fly"},
		{name: "internal/flysim", may: "internal/clock", io: "a server on loopback"},
		{name: "internal/flysim/shortform", may: "internal/flysim"},
		{name: "internal/apply/onemachine", may: facts + " internal/clock plan"},
		{name: "internal/apply", may: facts + " internal/apply/onemachine internal/atomicfile internal/clock internal/journal internal/linepatch plan"},
		{name: "internal/undo", may: facts + " internal/apply plan"},
		{name: "internal/view", may: facts + " internal/apply internal/clock internal/undo plan"},
		{name: "internal/starter", may: "internal/flytoml", io: "reads files"},
		{name: "internal/lsp", may: facts + " internal/clock plan", io: "the language server protocol, on streams that it is given"},
		{name: "internal/mcp", io: "the Model Context Protocol, on streams that it is given"},
		{name: "commands", io: "the process: arguments, environment, terminal, signals", may: facts +
			" plan fixers internal/near internal/regions internal/settings internal/atomicfile internal/clock internal/journal internal/repo internal/fly internal/flysim internal/apply internal/undo internal/view internal/guidance internal/starter internal/lsp internal/mcp"},
		{name: "main", may: "commands", io: "the process"},

		{name: "internal/picture"},
		{name: "internal/cmd/picture", may: "internal/picture", io: "the process"},
		{name: "internal/cmd/flysim", may: "internal/clock internal/flysim", io: "the process"},
		{name: "internal/cmd/releasefiles", may: "commands", io: "files"},
		{name: "internal/cmd/newrule", may: "fixers plan", io: "files"},
		{name: "internal/proof/anyorder", may: "internal/flytoml plan"},
		{name: "internal/proof/jsonschema", io: "reads files"},
		{name: "internal/proof/faultrun", may: "commands internal/apply internal/atomicfile internal/clock internal/flysim internal/journal plan", io: "everything"},
		{name: "internal/proof/kills", may: "internal/clock internal/flysim internal/journal", io: "everything"},
		{name: "internal/proof/cmd/corpus", may: "commands fixers internal/clock internal/flyschema internal/flytoml internal/proof/anyorder plan", io: "the process"},
		{name: "internal/proof/cmd/faults", may: "internal/proof/faultrun", io: "the process"},
		{name: "internal/proof/cmd/kills", may: "internal/proof/kills", io: "the process"},
	}
}

// worldly are the packages of the standard library through which a program
// touches the world.
func worldly(path string) bool {
	return slices.Contains([]string{"os", "os/exec", "os/signal", "syscall", "net", "io/ioutil", "plugin"}, path) || strings.HasPrefix(path, "net/http") || strings.HasPrefix(path, "net/rpc")
}

// remote are those that no pure room may reach even through a library.
func remote(path string) bool { return path == "net/http" || path == "os/exec" }

type goPackage struct {
	ImportPath    string
	Imports, Deps []string
}

func (p goPackage) room() string { return roomOf(p.ImportPath) }

func roomOf(path string) string {
	if path == module {
		return "main"
	}
	return strings.TrimPrefix(path, module+"/")
}

func ours(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// packages are all of this module.
func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsPointOneWay(t *testing.T) {
	order := map[string]int{}
	for i, r := range rooms() {
		order[r.name] = i
		for _, name := range strings.Fields(r.may) {
			if _, above := order[name]; !above || name == r.name {
				t.Errorf("the map lets %s import %s, which does not stand above it", r.name, name)
			}
		}
	}
	all := packages(t)
	if len(all) < 20 {
		t.Fatalf("go list gave %d packages", len(all))
	}
	for _, p := range all {
		i, known := order[p.room()]
		if !known {
			t.Errorf("%s is not on the map in internal/arch: say which rooms it may import, and whether it does I/O", p.room())
			continue
		}
		r := rooms()[i]
		for _, path := range p.Imports {
			if ours(path) && !slices.Contains(strings.Fields(r.may), roomOf(path)) {
				t.Errorf("%s imports %s; the map in internal/arch doesn't let it", r.name, roomOf(path))
			}
			if worldly(path) && r.io == "" {
				t.Errorf("%s imports %s; the map says that it does no I/O", r.name, path)
			}
		}
	}
}

// TestPureRoomsReachNoNetwork: neither by themselves nor through a library.
func TestPureRoomsReachNoNetwork(t *testing.T) {
	does := map[string]bool{}
	for _, r := range rooms() {
		does[r.name] = r.io != ""
	}
	pure := 0
	for _, p := range packages(t) {
		if does[p.room()] || slices.ContainsFunc(p.Deps, func(path string) bool { return ours(path) && does[roomOf(path)] }) {
			continue
		}
		pure++
		for _, path := range p.Deps {
			if remote(path) {
				t.Errorf("%s reaches %s", p.room(), path)
			}
		}
	}
	if pure < 10 {
		t.Errorf("only %d rooms are pure", pure)
	}
}

// TestKeptOut are single packages that a room must do without.
func TestKeptOut(t *testing.T) {
	for _, p := range packages(t) {
		for room, lib := range map[string]string{
			"commands":           "github.com/charmbracelet/bubbletea", // asks the terminal for its colours before main begins, and waits 5 s for one that gives no answer
			"internal/apply":     "github.com/superfly/fly-go",         // apply speaks to Fly through its own interfaces
			"internal/repo":      "github.com/superfly/fly-go",
			"main":               module + "/internal/proof", // tries to break the promises, and is no part of the tool
			"internal/flyschema": "net/http",
		} {
			if p.room() == room && slices.ContainsFunc(p.Deps, func(path string) bool { return path == lib || strings.HasPrefix(path, lib+"/") }) {
				t.Errorf("%s reaches %s", room, lib)
			}
		}
	}
}
