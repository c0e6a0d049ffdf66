package faultrun

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flysim"
)

func containsText(s, part string) bool { return part != "" && strings.Contains(s, part) }

// kept is promise 4 at one instant: each value is in the file or in the app's
// secrets. When somebody else has taken the name, the file keeps its value for
// the rest of that run; a later plan sees that theirs wins.
func (w *world) kept(when string) {
	text := w.file()
	for _, name := range slices.Sorted(maps.Keys(w.values)) {
		v := w.values[name]
		stored, _ := w.app.SecretValue(name)
		if containsText(text, v) || stored == v {
			continue
		}
		if run, ok := w.othersSet[name]; ok && w.runs > run || w.removed[name] != nil {
			continue
		}
		w.fail("promise 4: %s is neither in the file nor a secret, %s", name, when)
	}
}

// check is what must hold after every run.
func (p *process) check() {
	w := p.w
	p.checkRemoved()
	w.kept("after the run")
	w.checkOther("after the run")
	if line := w.onlyNamed(w.file()); line != "" {
		w.fail("promise 1: this line of fly.toml was changed: %s", line)
	}
	if line := p.document(); line != "" {
		w.fail("promise 10: %s", line)
	}
	p.silent()
	p.checkLeases()
	p.checkFloor()
	p.checkLone()
	p.checkRestarts()
	p.checkResent()
	p.checkConfigs()
	p.checkGone()
	p.checkQuiet()
	p.checkProxy()
	p.checkHeld()
	p.checkProven()
	p.checkRegions()
	p.checkProbe()
	for _, v := range w.p.Violations() {
		if strings.Contains(v.What, "was overwritten") || strings.Contains(v.What, "skip_") || strings.Contains(v.What, "re-resolved") {
			w.fail("the platform saw %v", v)
		}
	}
}

// silent is promise 3 for all that was said and written.
func (p *process) silent() {
	w := p.w
	for name, v := range w.values {
		for what, text := range map[string][]byte{"stdout": p.out.Bytes(), "stderr": p.errOut.Bytes()} {
			if bytes.Contains(text, []byte(v)) || bytes.Contains(text, []byte(w.mark)) {
				w.fail("promise 3: the value of %s is on %s", name, what)
			}
		}
	}
	_ = filepath.WalkDir(w.state(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // no state was written
		}
		b, err := os.ReadFile(path)
		if err != nil {
			w.fail("promise 3: %s can't be looked at: %v", filepath.Base(path), err)
		} else if at, what := w.holdsValue(b); at >= 0 {
			w.fail("promise 3: %s is in %s at byte %d of %d: %s", what, filepath.Base(path), at, len(b), around(b, at))
		}
		return nil
	})
}

// holdsValue looks for a value, as it is and in base64, where it may begin at
// any of three places. It says where, or -1.
func (w *world) holdsValue(text []byte) (at int, what string) {
	if at := bytes.Index(text, []byte(w.mark)); at >= 0 {
		return at, "the mark of a value"
	}
	for _, name := range slices.Sorted(maps.Keys(w.values)) {
		v := w.values[name]
		for skip := range 3 {
			inner := (len(v) - skip) / 3 * 3
			if at := bytes.Index(text, []byte(base64.StdEncoding.EncodeToString([]byte(v[skip:skip+inner])))); at >= 0 {
				return at, "the value of " + name + " in base64"
			}
		}
	}
	return -1, ""
}

// around is what stands before and behind a place in a file: which entry of a
// record it is, and which field.
func around(text []byte, at int) string {
	return fmt.Sprintf("%q", text[max(0, at-160):min(len(text), at+60)])
}

// checkLeases: a program that ended by itself holds none, save where the
// platform's answer to the lease was spoilt; those run out.
func (p *process) checkLeases() {
	w := p.w
	if held := w.p.HeldLeases(); len(held) > 0 && !p.dead {
		for _, h := range held {
			_, id, _ := strings.Cut(h, "/")
			if !p.spoilt(id) {
				w.fail("promise 6: the lease on %s is held after the run", id)
			}
		}
	}
}

// spoilt says whether a call about the lease of a machine did not come through.
func (p *process) spoilt(id string) bool {
	return slices.ContainsFunc(p.tape(), func(r flysim.Request) bool {
		return strings.HasSuffix(r.Path, "/"+id+"/lease") && (r.Fault != "" || r.Status == 0 || r.Status >= 400 && r.Status != 404)
	}) || slices.ContainsFunc(p.w.struck, func(s string) bool { return strings.Contains(s, "/"+id+"/lease") })
}

// tape is what this process asked for.
func (p *process) tape() []flysim.Request {
	return slices.DeleteFunc(slices.Clone(p.w.p.RequestsFrom(p.firstTape)), func(r flysim.Request) bool { return r.Authorization == othersToken })
}

// checkRestarts: once each, twice for a lone machine that proves a check,
// once more to put it back, and once more to repair it first.
func (p *process) checkRestarts() {
	w := p.w
	lone := map[string]int{}
	for _, m := range w.machines {
		if p.start[m.id].state == "started" && m.touchable {
			lone[m.group]++
		}
	}
	for _, m := range w.machines {
		s, there := p.start[m.id]
		if !there {
			continue
		}
		said := 1
		if lone[m.group] < 2 || len(w.hurt) > 0 {
			said++
		}
		if p.code != 0 {
			said++
		}
		if p.run > 1 {
			said++ // what an earlier run left on a sick machine is taken back first
		}
		if got := w.app.Machine(m.id).Record().Restarts - s.restarts - (w.outside[m.id] - s.outside); got > said {
			w.fail("promise 6: %s was restarted %d times, not %d", m.id, got, said)
		}
	}
}

// checkResent: after a reply that was lost, nothing is sent again before the
// program has looked.
func (p *process) checkResent() {
	lost := map[string]bool{}
	for _, r := range p.tape() {
		thing, key := r.Path, r.Method+" "+r.Path+string(r.Body)
		switch {
		case r.Method == "GET":
			for k := range lost {
				if strings.Contains(k, " "+thing) || strings.HasSuffix(strings.SplitN(k, "{", 2)[0], "/machines") {
					delete(lost, k)
				}
			}
		case asksVersion(r.Body):
		case r.Method != "POST" || !(strings.HasSuffix(thing, "/secrets") || strings.HasSuffix(thing, "/machines") || strings.Count(thing, "/") == 5):
		case lost[key]:
			p.w.fail("a lost %s %s was sent again blindly", r.Method, r.Path)
		case r.Status == 0 || r.Status >= 500 || r.Status == 408 || r.Fault == "html" || r.Fault == "truncated" || r.Fault == "slow":
			lost[key] = true
		}
	}
}

// checkConfigs: what nobody named is on every machine still, and every boot
// found its values.
func (p *process) checkConfigs() {
	w := p.w
	for _, m := range w.app.Machines() {
		cfg := string(m.Config())
		mine := w.machineOf(m.ID())
		if !strings.Contains(cfg, "a_field_of_next_year") || !strings.Contains(cfg, "required_host_features") {
			w.fail("promise 1: %s lost a field that nobody knows", m.ID())
		}
		if w.theirs[m.ID()] != 0 && w.theirs[m.ID()] != copied && !strings.Contains(cfg, `"theirs":true`) {
			w.fail("what somebody else set on %s is gone", m.ID())
		}
		if w.changed[m.ID()] && !strings.Contains(cfg, "/healthz?theirs") {
			w.fail("undo took away what somebody else set since on %s", m.ID())
		}
		if mine == nil && len(w.values) == 0 || w.booted[m.ID()] || w.wasRemoved {
			continue
		}
		for _, boot := range m.Record().Boots {
			for name, v := range w.values {
				if got := boot.Env[name]; got != v && got != w.allowed[name] || got == "" {
					w.fail("promise 4: %s booted without %s", m.ID(), name)
				}
			}
		}
	}
}
