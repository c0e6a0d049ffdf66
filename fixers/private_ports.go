package fixers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

func privatePorts() plan.Fixer {
	return plan.Fixer{
		ID:       "private-ports",
		Title:    "no database is published to the Internet",
		Severity: plan.Warning,
		Doc: `A [[services]] entry with ports is reachable from anywhere as soon as the app has a public address. Scanners look for open databases
and caches around the clock, and many need no password by default.

Apps of one organization reach each other without any service: at NAME.internal, on any port, inside Fly's private network. If you want the
proxy for it (load balancing, starting stopped machines), give the app a Flycast address, fly ips allocate-v6 --private, and
release its public ones. An app known to have only Flycast addresses is fine.

Nothing is changed for you: somebody may connect from outside right now.

Manual fix: remove the service, or its public addresses (fly ips list, fly ips release).`,
		Check: checkPrivatePorts,
	}
}

// databasePorts are ports that databases, caches and queues listen at by default.
var databasePorts = [...]struct {
	port int
	name string
}{
	{1433, "SQL Server"}, {1521, "Oracle"}, {2379, "etcd"}, {3306, "MySQL"}, {5432, "PostgreSQL"}, {5672, "RabbitMQ"},
	{5984, "CouchDB"}, {6333, "Qdrant"}, {6334, "Qdrant"}, {6379, "Redis"}, {7474, "Neo4j"}, {7687, "Neo4j"},
	{7700, "Meilisearch"}, {8086, "InfluxDB"}, {8108, "Typesense"}, {8123, "ClickHouse"}, {8529, "ArangoDB"}, {9042, "Cassandra"},
	{9092, "Kafka"}, {9200, "Elasticsearch"}, {9300, "Elasticsearch"}, {11211, "Memcached"}, {26257, "CockroachDB"}, {27017, "MongoDB"},
	{28015, "RethinkDB"},
}

// databaseAt is the database of a port, "" for none.
func databaseAt(port int) string {
	for _, d := range databasePorts {
		if d.port == port {
			return d.name
		}
	}
	return ""
}

func checkPrivatePorts(t plan.Target) []plan.Finding {
	known, reachable, _ := addresses(t)
	if known && !reachable {
		return nil
	}
	var out []plan.Finding
	told := map[string]int{} // by database and groups: one server behind two services is one finding
	for _, s := range services(t.File) {
		what, evidence := publishes(t, s)
		if what == "" {
			continue
		}
		same := what + " " + strings.Join(groupsServed(t.File, s.Processes), " ")
		if i, ok := told[same]; ok {
			out[i].Evidence = append(out[i].Evidence, plan.Evidence{File: t.File.Name(), Line: s.Node().Position().Line, Text: s.Path + " does too, " + evidence})
			continue
		}
		told[same] = len(out)
		f := plan.Finding{
			Message: fmt.Sprintf("%s publishes %s to the Internet", s.Path, what), At: placeOf(t.File, s.Path, ""), Evidence: plan.Saw(evidence),
			Notes: []string{"apps of your organization reach it at NAME.internal without a service; with a Flycast address, through the proxy"},
		}
		if known {
			f.Severity = plan.Error
			f.Evidence = append(f.Evidence, plan.Saw("the app has a public address")...)
		} else {
			f.Message = fmt.Sprintf("%s would publish %s to the Internet with the app's first public address", s.Path, what)
		}
		out = append(out, f)
	}
	return out
}

// publishes says which database a service publishes, and how that was seen. A
// web service whose own port happens to be a database's is none.
func publishes(t plan.Target, s service) (what, evidence string) {
	if len(s.Ports) == 0 {
		return "", ""
	}
	for _, p := range s.Ports {
		for _, d := range databasePorts {
			if inPorts(p.Name, d.port) && !(strings.Contains(p.Name, "-") && s.InternalPort != d.port) {
				return d.name, "port " + p.Name
			}
		}
	}
	if name := databaseAt(s.InternalPort); name != "" && (!s.handler("http") || speaksHTTP(s.InternalPort)) {
		return name, "internal_port " + strconv.Itoa(s.InternalPort)
	}
	if s.handler("pg_tls") { // whatever its port: it speaks nothing else
		return "PostgreSQL", "handler pg_tls"
	}
	if name, _, _ := imageRef(textAt(t, "build.image")); slices.Contains(databaseImages(), name) {
		return "a database", "[build] image is " + name
	}
	return "", ""
}

// speaksHTTP says whether a database speaks HTTP at the port, which is the port
// of nothing else that is known.
func speaksHTTP(port int) bool {
	return slices.Contains([]int{5984, 6333, 7700, 8108, 8123, 9200}, port)
}

// inPorts says whether "5432" or "5000-6000" holds the port.
func inPorts(name string, n int) bool { return firstPort(name) <= n && n <= lastPort(name) }
