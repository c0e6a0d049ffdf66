// Package guidance has the standards that no rule can check: advice on design,
// data, security and operations of an app on Fly.io, in two or three sentences
// each, and the document that rules export makes of them and of the rules.
//
// What it says about Fly was read in Fly's documentation and flyctl's source
// in August 2026. It does no I/O besides Seen and Write, which a person asks
// for by name.
package guidance

import "slices"

// A Topic is one standard that needs a person's judgement.
type Topic struct {
	ID    string // stable, such as "connection-pools"
	Title string
	Text  string // two or three sentences, plain Markdown
	// For names what a repository must use for the topic to matter, any of
	// them; empty: it matters to every app.
	For []string
}

// What a repository may use, as Seen finds it.
const (
	Volumes   = "volumes"
	Database  = "database"
	React     = "react"
	FullStack = "full-stack JavaScript"
	Workers   = "workers"
	Regions   = "regions"
)

// Topics are the topics that matter to an app that uses these things; nil
// means that nothing is known about the app, and gives all.
func Topics(uses []string) []Topic {
	all := slices.Concat(design, data, security, operations)
	if uses == nil {
		return all
	}
	return slices.DeleteFunc(all, func(t Topic) bool {
		return len(t.For) > 0 && !slices.ContainsFunc(t.For, func(u string) bool { return slices.Contains(uses, u) })
	})
}

var design = []Topic{
	{ID: "modules", Title: "Modules before microservices", Text: `Start with one app of clear modules. Split a part off when it has to scale, deploy or fail on
its own, not for its size: process groups already give it machines of its own. A second app is called at http://NAME.flycast, which
starts it when it sleeps; NAME.internal does not.`},
	{ID: "events", Title: "Events between parts", For: []string{Workers, Database}, Text: `Put slow or retried work on a queue (a table with SKIP LOCKED, Redis, NATS) and run its consumer as a process
group. Consumers are idempotent: an update may stop one in the middle of a job. Fly has no queue of its own, and a stopped worker is
not started by a message.`},
	{ID: "solid", Title: "Small parts with one reason to change (SOLID)", Text: `Keep handlers thin, put rules of the business where no framework is needed to test them, and pass dependencies in. An
interface belongs to the code that calls it. Remove an abstraction that has one user and no test.`},
	{ID: "algorithms", Title: "Data structures that fit", Text: `Bound every loop over data that users control: paginate, stream, cap. Know the size at which a list should be a map or an
index. Measure before tuning; a query without an index costs more than any clever loop.`},
	{ID: "async-io", Title: "Waiting without blocking", Text: `Give each call over the network a deadline, and run independent calls at the same time. Never block the event loop or hold a
database connection while waiting for somebody else. Limit what runs at once to what the machine's memory allows.`},
	{ID: "clean-up", Title: "Clean up and shut down", Text: `Close what you open, also on the way out of an error. Fly sends SIGINT (kill_signal) and waits 5 s (kill_timeout, at most 300 s)
before it kills: stop accepting, finish requests, give jobs back, close pools. A start script runs the server with exec, so that the
signal reaches it.`},
	{ID: "client-state", Title: "State in the browser", For: []string{React, FullStack}, Text: `Keep server data in the framework's loaders or a query cache and only what belongs to the screen in component state. Put what
should survive a reload or be shared into the URL. Global stores are for the few things that really are global.`},
	{ID: "reducers", Title: "Reducers for states with rules", For: []string{React, FullStack}, Text: `When several fields change together, describe events and one pure function from state and event to state, and test that
function. No calls over the network and no clocks inside it.`},
	{ID: "server-rendering", Title: "State in Remix and Next.js", For: []string{FullStack}, Text: `A module-level variable on the server is shared by all visitors and lost at every deploy: keep sessions in a cookie or a store.
Next.js keeps its incremental cache on the machine's disk, so each machine has its own; use a shared cache handler when that matters.
Read secrets only in server code: what starts with NEXT_PUBLIC_ or VITE_ is in the bundle.`},
	{ID: "testing", Title: "Tests by level", Text: `Many fast tests of the rules, fewer against a real database, a handful through the browser or the API. Test what a user would
notice. The image that was tested is the one that is deployed: build it once and deploy it with --image.`},
}

var data = []Topic{
	{ID: "database-proximity", Title: "The app beside its database", For: []string{Database, Regions}, Text: `Run machines in the region of the primary database: a page with ten queries from another continent takes seconds. For readers
elsewhere use read replicas, and send writes home with a fly-replay: region=... response header. PRIMARY_REGION is in the environment
when primary_region is set.`},
	{ID: "data-locality", Title: "Where data may live", Text: `Volumes, Managed Postgres and buckets stay in the region where they were created; machines may be started anywhere you allow.
Write down which data must stay where, and set primary_region and the regions of machines by it. Logs and backups count too.`},
	{ID: "volumes", Title: "Volumes are disks, not storage services", For: []string{Volumes}, Text: `A volume lives on one host and belongs to one machine; a second machine gets an empty one. Replicate in the app (LiteFS, Postgres
replicas) or keep files in an object store such as Tigris. Snapshots are daily and kept 5 days unless you ask for more; try a restore.`},
	{ID: "caching", Title: "Caching in tiers", Text: `First HTTP caching with a CDN in front, then a cache in the process, then a shared one (Upstash Redis through fly redis create).
Each machine has its own process cache and loses it when autostop stops it: never keep the only copy there. Give each entry an expiry.`},
	{ID: "connection-pools", Title: "Connection pools", For: []string{Database}, Text: `Pool size times the number of machines, release command and console included, must stay below the database's limit. Use the
pooler of Managed Postgres, or PgBouncer, for many machines; in transaction mode switch prepared statements off. Let connections be
replaced: an idle one may be cut.`},
	{ID: "sessions", Title: "Sessions", Text: `The proxy sends each request to any machine. Keep sessions in a signed, HttpOnly, Secure cookie or in a shared store, never in
memory. Where one machine must be met again (WebSocket rooms, uploads), use fly-replay or the header fly-force-instance-id.`},
}

var security = []Topic{
	{ID: "mtls", Title: "Between apps: the private network, and mTLS where identity must be proven", Text: `Traffic between apps of one organization runs over WireGuard and is encrypted; other organizations can't reach it. That replaces
mTLS for most. Fly's proxy does not ask for client certificates: where they are required, terminate TLS in the app on a tcp service
without handlers. Authenticate callers all the same.`},
	{ID: "vault", Title: "Secrets, and when a vault is worth it", Text: `fly secrets is an encrypted store that can be written and not read back, and each machine gets the values as environment variables
at boot. Use Vault or a cloud's secret manager for short-lived or audited credentials, and sign in to it with the machine's OIDC token
instead of a stored key.`},
	{ID: "rotation", Title: "Rotating secrets", Text: `Rotate on a date, when somebody leaves, and at once after a leak; removing a value from git does not undo the leak. Let the app
accept the old and the new value for a while, set the new one with fly secrets set --stage, deploy, then remove the old one.`},
	{ID: "access", Title: "Roles and tokens (RBAC)", Text: `Give people organization roles and automation one deploy token per app with an expiry (fly tokens create deploy -x 2160h); never
fly auth token in CI. Check permissions in the app at each request, by role and by owner, and deny by default.`},
	{ID: "waf", Title: "Filtering traffic (WAF)", Text: `Fly has no web application firewall. Limit rates in the app by Fly-Client-IP, and put a CDN with a firewall in front when you need
one; then read the client's address from that CDN's header, and refuse requests that did not come through it.`},
}

var operations = []Topic{
	{ID: "logs", Title: "Structured logs", Text: `Write one JSON object a line to stdout, with level, request id (fly-request-id) and no personal data or secrets. Fly keeps logs for
a short time only: ship them (fly-log-shipper) to where you search.`},
	{ID: "tracing", Title: "Traces", Text: `Instrument with OpenTelemetry and pass traceparent on, also through queues. Add FLY_APP_NAME, FLY_REGION, FLY_MACHINE_ID and the
release to each span, so that one bad machine shows. Sample by percentage, keep every error.`},
	{ID: "alerts", Title: "Alerts", Text: `Fly collects metrics, from your [metrics] endpoint too, and shows them at fly-metrics.net; alert from your own Grafana or
Alertmanager on its Prometheus API. Alert on what visitors feel (errors, latency, a synthetic check from outside), on volumes filling
up and on certificates. A health check in fly.toml wakes nobody.`},
	{ID: "extensions", Title: "Extensions", Text: `fly ext PROVIDER create, fly redis create, fly mpg create and fly storage create add managed services and set their secrets on the app.
They are billed by Fly or the provider until destroyed, and the data is as portable as the provider makes it: export before you leave.`},
	{ID: "local-work", Title: "Console and proxy for local work", Text: `fly console starts a temporary machine with the app's image and secrets; fly ssh console opens a shell on one that serves visitors.
fly proxy 15432:5432 -a DB reaches a private database from your computer. There is no fly dev: run the same Dockerfile locally.`},
	{ID: "branches", Title: "Branches and review", Text: `Small branches, a review before main, and a deploy from main only, by one job at a time (concurrency in the workflow, without
cancelling). Run fly-standards check in that job, so that a fly.toml flyctl refuses never reaches main.`},
}
