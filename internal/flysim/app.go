package flysim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// AppSpec is what an app is made of. Only Name is needed.
type AppSpec struct {
	Name    string
	Org     string // slug; default personal
	Role    string // "postgres_cluster", "remote-docker-builder"
	Network string
	Status  string // default: deployed with a machine, pending without
	// Foreign makes it an app of somebody else: every call answers 403.
	Foreign bool
	// Listening are the ports the process listens on. Nil: the internal port
	// of every service of the machine, and every port in Serves.
	Listening []int
	// Workers are process groups whose process listens on nothing.
	Workers []string
	// Serves is what the process answers to HTTP checks; anything else: 404.
	Serves []Respond
	// Behaviour decides every check itself when it is not nil.
	Behaviour Behaviour
	// Definition is the fly.toml of the last release as JSON, for GraphQL.
	Definition []byte
}

// App is one app.
type App struct {
	p            *Platform
	spec         AppSpec
	id           string
	numericID    int
	created      time.Time
	machines     []*Machine // in order of creation, destroyed ones too
	visits       []Visit
	secrets      secretStore
	volumes      []*volume
	ips          []ip
	releases     []*release
	certificates []object
}

// AddApp makes an app. It panics when the name is taken: that is a mistake in
// the test.
func (p *Platform) AddApp(spec AppSpec) *App {
	p.lock()
	defer p.mu.Unlock()
	if _, taken := p.apps[spec.Name]; taken || spec.Name == "" {
		panic(fmt.Sprintf("flysim: app name %q is taken or empty", spec.Name))
	}
	return p.addApp(spec)
}

func (p *Platform) addApp(spec AppSpec) *App {
	if spec.Org == "" {
		spec.Org = "personal"
	}
	a := &App{
		p: p, spec: spec, id: p.hexID("app", 14), numericID: 1000 + p.next("app number"), created: p.now.Add(-24 * time.Hour),
	}
	a.secrets.init()
	p.apps[spec.Name] = a
	p.order = append(p.order, a)
	return a
}

// Name is the app's name.
func (a *App) Name() string { return a.spec.Name }

// Behave replaces what decides the app's checks, from their next run on.
func (a *App) Behave(b Behaviour) {
	a.p.lock()
	defer a.p.mu.Unlock()
	a.spec.Behaviour = b
}

// Serve adds an answer to those the process gives, from the next check on.
func (a *App) Serve(r ...Respond) {
	a.p.lock()
	defer a.p.mu.Unlock()
	a.spec.Serves = append(a.spec.Serves, r...)
}

// Machine is the machine of that id; nil when there never was one.
func (a *App) Machine(id string) *Machine {
	a.p.lock()
	defer a.p.mu.Unlock()
	return a.machine(id)
}

func (a *App) machine(id string) *Machine {
	for _, m := range a.machines {
		if m.id == id {
			return m
		}
	}
	return nil
}

// Machines are those that are not destroyed, by id.
func (a *App) Machines() []*Machine {
	a.p.lock()
	defer a.p.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(a.machines), (*Machine).gone)
	slices.SortFunc(list, func(x, y *Machine) int { return compare(x.id, y.id) })
	return list
}

// Ever are all machines of the app, those that were destroyed too, in the order in
// which they were made.
func (a *App) Ever() []*Machine {
	a.p.lock()
	defer a.p.mu.Unlock()
	return slices.Clone(a.machines)
}

func compare(x, y string) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

type ip struct {
	IP          string `json:"ip"`
	Region      string `json:"region"`
	ServiceName string `json:"service_name"`
	Shared      bool   `json:"shared"`
	CreatedAt   string `json:"created_at"`
}

// AddIP assigns an address. Flycast addresses start with fdaa:.
func (a *App) AddIP(address, region string, shared bool) {
	a.p.lock()
	defer a.p.mu.Unlock()
	a.ips = append(a.ips, ip{IP: address, Region: region, Shared: shared, CreatedAt: stamp(a.p.now)})
}

func (a *App) status() string {
	switch {
	case a.spec.Status != "":
		return a.spec.Status
	case slices.ContainsFunc(a.machines, func(m *Machine) bool { return !m.gone() }):
		return "deployed"
	}
	return "pending"
}

func (a *App) org() object {
	return object{"name": a.spec.Org, "slug": a.spec.Org, "internal_numeric_id": a.orgNumber()}
}

// orgNumber is stable for a slug and small enough for fly-go's int32.
func (a *App) orgNumber() int {
	sum := digestOf("org", a.spec.Org)
	return 1000 + int(sum[0])<<8 + int(sum[1])
}

func (a *App) view() object {
	live := 0
	for _, m := range a.machines {
		if !m.gone() {
			live++
		}
	}
	v := object{
		"id": a.id, "name": a.spec.Name, "internal_numeric_id": a.numericID, "network": a.spec.Network,
		"network_cidr": "fdaa:0:" + strconv.FormatInt(int64(a.numericID), 16) + "::/48", "status": a.status(),
		"machine_count": live, "volume_count": len(a.volumes), "organization": a.org(),
		"cname_target": "k" + a.id[:6] + "." + a.spec.Name + ".fly.dev",
	}
	if a.spec.Role != "" {
		v["app_role"] = a.spec.Role
	}
	return v
}

// SecretNames are the names of the app's secrets, sorted.
func (a *App) SecretNames() []string {
	a.p.lock()
	defer a.p.mu.Unlock()
	return slices.Sorted(maps.Keys(a.secrets.now))
}
