package faultrun

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// othersToken is that of another client of the same app.
const othersToken = "Bearer of-somebody-else"

// flyctl is somebody at the same app with flyctl, as its source of August 2026
// has it: the same calls in the same order. It comes through the API, so the
// leases of an apply stop it as they stop anybody.
type flyctl struct{ w *world }

// do makes one request, and gives the answer's status and what is in it.
func (f flyctl) do(method, path, nonce string, body any) (int, map[string]any) {
	var sent bytes.Buffer
	if body != nil {
		f.w.must(json.NewEncoder(&sent).Encode(body))
	}
	req := httptest.NewRequestWithContext(context.Background(), method, "http://fly.test/v1/apps/shop"+path, &sent)
	req.Header.Set("Authorization", othersToken)
	if nonce != "" {
		req.Header.Set("Fly-Machine-Lease-Nonce", nonce)
	}
	rec := httptest.NewRecorder()
	f.w.p.ServeHTTP(rec, req)
	var got map[string]any
	_ = json.Unmarshal(rec.Body.Bytes(), &got) // a list is none
	return rec.Code, got
}

// lease gives "" when somebody holds the machine.
func (f flyctl) lease(id string) string {
	code, got := f.do(http.MethodPost, "/machines/"+id+"/lease", "", map[string]any{"ttl": 30})
	if code != http.StatusCreated {
		return ""
	}
	return got["data"].(map[string]any)["nonce"].(string)
}

func (f flyctl) release(id, nonce string) {
	f.do(http.MethodDelete, "/machines/"+id+"/lease", nonce, nil)
}

// update posts a machine's configuration with a change of theirs under their
// lease. flyctl sends no current_version.
func (f flyctl) update(id, nonce string, change func(config map[string]any)) {
	w := f.w
	_, got := f.do(http.MethodGet, "/machines/"+id, "", nil)
	config, ok := got["config"].(map[string]any)
	if !ok {
		return
	}
	config["theirs"] = true
	tag, _, _ := strings.Cut(fmt.Sprint(config["image"]), "@")
	config["image"] = tag + "@" + w.app.Machine(id).Digest() // as it shows a machine's image
	if change != nil {
		change(config)
	}
	if code, _ := f.do(http.MethodPost, "/machines/"+id, nonce, map[string]any{"config": config}); code == http.StatusOK {
		w.outside[id]++
		w.harm(id, "others")
		w.theirs[id] = -1
		w.booted[id] = true
		w.note("flyctl updated %s", id)
	}
}

// all leases every machine first, and updates them one after the other, as a
// deploy does. One that it can't lease ends it.
func (f flyctl) all(change func(config map[string]any)) {
	nonces := map[string]string{}
	defer func() {
		for id, nonce := range nonces {
			f.release(id, nonce)
		}
	}()
	var ids []string
	for _, m := range f.w.machines {
		if at := f.w.app.Machine(m.id); !m.touchable || at == nil || gone(at) {
			continue
		}
		nonce := f.lease(m.id)
		if nonce == "" {
			f.w.note("flyctl can't lease %s, and gives up", m.id)
			return
		}
		nonces[m.id], ids = nonce, append(ids, m.id)
	}
	for _, id := range ids {
		f.update(id, nonces[id], change)
	}
}

// drawFlyctl is one command of it, beside an apply.
func (w *world) drawFlyctl() (string, func(*world, string, *strike)) {
	f := flyctl{w}
	switch w.also.IntN(4) {
	case 0:
		return "flyctl: somebody runs secrets set", func(w *world, _ string, _ *strike) {
			f.do(http.MethodPost, "/secrets", "", map[string]any{"values": map[string]any{"THEIR_SECRET": "theirs"}})
			f.all(nil) // it deploys
			w.settle()
		}
	case 1:
		return "flyctl: somebody runs machine update", func(w *world, id string, _ *strike) {
			if mine := w.machineOf(id); mine == nil || !mine.touchable || gone(w.app.Machine(id)) {
				return
			}
			if nonce := f.lease(id); nonce != "" {
				f.update(id, nonce, nil)
				f.release(id, nonce)
			}
			w.settle()
		}
	case 2:
		return "flyctl: somebody runs deploy --image", func(w *world, _ string, _ *strike) {
			image := "registry.fly.io/shop:deployment-2"
			w.p.PushImage(image, "sha256:"+strings.Repeat("2f", 32))
			f.all(func(config map[string]any) { config["image"] = image })
			w.settle()
		}
	}
	return "flyctl: somebody runs scale count", func(w *world, id string, _ *strike) {
		mine := w.machineOf(id)
		if mine == nil || !mine.touchable || gone(w.app.Machine(id)) {
			return
		}
		_, got := f.do(http.MethodGet, "/machines/"+id, "", nil)
		config, ok := got["config"].(map[string]any)
		if !ok {
			return
		}
		delete(config, "mounts") // it makes a new volume
		config["theirs"] = true
		code, made := f.do(http.MethodPost, "/machines", "", map[string]any{"region": mine.region, "config": config})
		if code == http.StatusOK {
			added := machine{id: fmt.Sprint(made["id"]), group: mine.group, region: mine.region, state: "started", touchable: true}
			w.machines = append(w.machines, added)
			w.harm(added.id, "others")
			w.theirs[added.id] = -1
			w.booted[added.id] = true
		}
		w.settle()
	}
}

// settle lets some seconds go by: commands take their time.
func (w *world) settle() { _ = w.clk.Sleep(context.Background(), 6*time.Second) }
