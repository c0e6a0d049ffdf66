// Package shortform reads an app as a fixture writes it down: only what
// matters to the fixture, the rest as a deploy of its fly.toml would have it.
//
//	name: blog                      default: the file's app
//	serves: /healthz /up            or JSON (flysim.Respond); and listening: 8080 9000
//	ips: 66.241.125.1 fdaa:0:1::3
//	secrets: {"TOKEN": "x"}         any other key of flysim.Scenario or flysim.AppSpec: JSON
//	machines: 2x web in iad
//	  services.0.autostop: "stop"
//	machines: 1x worker in lhr stopped as d890007w
//	  init.cmd: ["work"]
//	  exits: [{"ago": "2m", "code": 1}]
//
// A machine has the services and the env of the fly.toml beside it, in the
// smallest size, and one field that no type of the API knows. An indented line
// sets one value of its configuration, or a key of flysim.MachineSpec; null
// takes it away. Ids are d890001a, d890002a and so on unless said otherwise.
package shortform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

// Parse reads the short form of an app whose fly.toml is file. A file that is
// no TOML gives machines without services.
func Parse(src, file []byte) (flysim.Scenario, error) {
	p := parser{out: map[string]any{}, app: map[string]any{"name": "fine-app"}}
	if toml.Unmarshal(bytes.TrimPrefix(file, []byte("\ufeff")), &p.file) != nil {
		p.file = nil
	}
	if name, ok := p.file["app"].(string); ok && name != "" {
		p.app["name"] = name
	}
	n := 0
	for line := range strings.Lines(string(src)) {
		n++
		if err := p.line(strings.TrimRight(line, " \r\n")); err != nil {
			return flysim.Scenario{}, fmt.Errorf("line %d of the app: %w", n, err)
		}
	}
	p.out["app"], p.out["machines"] = p.app, p.machines
	raw, err := json.Marshal(p.out)
	if err != nil {
		return flysim.Scenario{}, err
	}
	return flysim.ParseScenario(raw)
}

type parser struct {
	file     map[string]any
	out, app map[string]any
	machines []map[string]any
	latest   []map[string]any // those of the last "machines:" line
}

func (p *parser) line(line string) error {
	inner := strings.HasPrefix(line, " ")
	key, text, ok := strings.Cut(strings.TrimSpace(line), ":")
	text = strings.TrimSpace(text)
	switch {
	case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		return nil
	case !ok:
		return fmt.Errorf("%q is no KEY: VALUE", line)
	case inner:
		return p.differs(key, text)
	}
	switch key {
	case "machines":
		return p.addMachines(text)
	case "ips":
		p.out[key] = strings.Fields(text)
		return nil
	case "name":
		p.app[key] = text
		return nil
	case "checks":
		p.out[key] = text
		return nil
	case "listening":
		var ports []int
		for _, f := range strings.Fields(text) {
			port, err := strconv.Atoi(f)
			if err != nil {
				return err
			}
			ports = append(ports, port)
		}
		p.app[key] = ports
		return nil
	case "serves":
		if strings.HasPrefix(text, "/") {
			var serves []any
			for _, path := range strings.Fields(text) {
				serves = append(serves, map[string]any{"path": path})
			}
			p.app[key] = serves
			return nil
		}
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if slices.Contains([]string{"secrets", "laterSecrets", "volumes", "leased", "certificates"}, key) {
		p.out[key] = v
	} else {
		p.app[key] = v
	}
	return nil
}

// addMachines reads "2x web in iad stopped as d890001w d890002w".
func (p *parser) addMachines(text string) error {
	words := strings.Fields(text)
	usage := fmt.Errorf("machines: %q is not like 2x web in iad [STATE] [as ID...]", text)
	if len(words) < 4 || words[2] != "in" || !strings.HasSuffix(words[0], "x") {
		return usage
	}
	count, err := strconv.Atoi(strings.TrimSuffix(words[0], "x"))
	if err != nil || count < 1 {
		return usage
	}
	state, rest := "started", words[4:]
	if len(rest) > 0 && rest[0] != "as" {
		state, rest = rest[0], rest[1:]
	}
	var ids []string
	if len(rest) > 0 {
		ids = rest[1:]
	}
	if len(rest) > 0 && (rest[0] != "as" || len(ids) != count) {
		return usage
	}
	p.latest = nil
	for i := range count {
		id := fmt.Sprintf("d8900%02da", len(p.machines)+1)
		if len(ids) > 0 {
			id = ids[i]
		}
		m := map[string]any{"id": id, "group": words[1], "region": words[3], "state": state, "config": p.config(words[1])}
		p.machines, p.latest = append(p.machines, m), append(p.latest, m)
	}
	return nil
}

// ofMachine are the keys of flysim.MachineSpec that stand beside the config.
var ofMachine = []string{"name", "image", "digest", "hostStatus", "cordoned", "unmanaged", "age", "exits"}

// differs sets one value of the latest machines.
func (p *parser) differs(key, text string) error {
	if len(p.latest) == 0 {
		return fmt.Errorf("%s stands below no machines", key)
	}
	for _, m := range p.latest {
		var v any // decoded for each: they must not share it
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if slices.Contains(ofMachine, key) {
			m[key] = v
			continue
		}
		if key == "config" {
			m[key] = v
			continue
		}
		changed, err := put(m["config"], strings.Split(key, "."), v)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		m["config"] = changed
	}
	return nil
}

// put is the value with v at the path; nil takes it away.
func put(at any, path []string, v any) (any, error) {
	if len(path) == 0 {
		return v, nil
	}
	switch x := at.(type) {
	case nil:
		return put(map[string]any{}, path, v)
	case map[string]any:
		inner, err := put(x[path[0]], path[1:], v)
		if x[path[0]] = inner; inner == nil {
			delete(x, path[0])
		}
		return x, err
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i > len(x) {
			return x, fmt.Errorf("there is no entry %q", path[0])
		}
		if i == len(x) {
			x = append(x, nil)
		}
		inner, err := put(x[i], path[1:], v)
		if x[i] = inner; inner == nil {
			x = slices.Delete(x, i, i+1)
		}
		return x, err
	}
	return at, fmt.Errorf("%q is no key of a %T", path[0], at)
}
