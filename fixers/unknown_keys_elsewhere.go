package fixers

import (
	"strings"
	"sync"
)

// noKeyTable are things that people want and fly.toml has no key for, by the
// names that they write, and where they are to be had.
const noKeyTable = `
replicas numreplicas instances count scalecount machinecount quantity formation: how many machines there are is not in fly.toml: fly scale count N
command startcommand startcmd cmd start procfile: what a machine runs is the image's CMD, or a line of [processes]: app = "..."
buildcommand: the build is the Dockerfile's: RUN
autodeploy: a push deploys nothing by itself: a workflow does, with fly deploy
domain domains customdomains hostname hostnames host: domains are not set in fly.toml: fly certs add HOSTNAME
redirects: the proxy redirects http to https and nothing else: the app answers redirects itself
stickysessions sessionaffinity: the proxy has no sticky sessions: the app can answer with a fly-replay header
secrets: secrets are set with fly secrets set; what is written here is in the git history, so rotate it
envfile: flyctl reads no env file: plain values go to [env], secrets into fly secrets import
cron crons cronjob cronjobs schedule schedules: fly.toml has no schedules: fly machine run --schedule, or a process group that runs a scheduler
org organization: an app's organization is chosen when it is made: fly apps create --org
port: the port of the app is internal_port of [http_service] or [[services]]
sleepapplication autosleep: idle machines stop with auto_stop_machines of the service
volumemounts: a volume is mounted by [[mounts]] with source and destination
restartpolicytype restartpolicy restartpolicymaxretries: machines start again by [[restart]] with policy and retries
plan instancesize dynotype: the size of a machine is [[vm]] with size, or memory and cpus
config configvars: plain values go to [env], secrets into fly secrets set
`

// noKey is the note for a name.
var noKey = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(noKeyTable)) {
		names, note, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for _, name := range strings.Fields(names) {
			out[name] = note
		}
	}
	return out
})
