package fixers

import (
	"regexp"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

func dockerfileUser() plan.Fixer {
	return plan.Fixer{
		ID:       "dockerfile-user",
		Title:    "the image runs as a non-root user",
		Severity: plan.Info,
		OptIn:    true,
		Doc: `Without USER, the app runs as root. A Fly machine is a virtual machine, so root in it is not root on the host; but whoever breaks into
the app can then read and change everything in the machine, its secrets and its volume included.

The rule looks at the final stage (build-target, or the last one) and the stages that it is built FROM. Images whose first process must
be root and whose workers drop privileges (nginx, php-fpm, apache, databases) are fine, and so is an entrypoint that drops them (gosu,
su-exec, setpriv).

A new volume belongs to root. An app that runs as another user needs an entrypoint that runs chown on the mount and then drops
privileges.

Manual fix: RUN adduser ..., then USER before CMD. The node image has a user node, oven/bun has bun, .NET has $APP_UID.`,
		Check: checkDockerfileUser,
	}
}

// rootMasters are images whose first process must be root, and whose workers
// are not; stepsDown are those whose entrypoint gives up root.
const rootMasters = " nginx httpd apache2 php-fpm phpmyadmin wordpress nextcloud drupal fly-laravel caddy mysql mariadb percona postgres postgis postgresql postgres-flex timescaledb redis valkey mongo rabbitmq memcached clickhouse-server influxdb "

// ownUser are images that bring a user other than root.
const ownUser = " nginx-unprivileged haproxy jenkins grafana prometheus elasticsearch opensearch apisix kong keycloak metabase pgadmin4 pgbouncer "

func checkDockerfileUser(t plan.Target) []plan.Finding {
	image := builtHere(t)
	if image == nil || image.StepDown {
		return nil
	}
	user := ""
	text := ""
	for _, step := range image.Runs {
		switch step.Name {
		case "USER":
			user = strings.Join(step.Args, " ")
		case "RUN":
			if phpFPM().MatchString(strings.Join(step.Args, " ")) {
				return nil // its master must be root, and its workers are not
			}
		case "CMD", "ENTRYPOINT":
			text += " " + strings.Join(step.Args, " ")
		}
	}
	who, _, _ := strings.Cut(strings.TrimSpace(user), ":")
	if who != "" && who != "root" && who != "0" || stepsDown(text) || notRoot(image.Base.Text, user) {
		return nil
	}
	f := plan.Finding{
		Message: "the image runs as root: its last stage has no USER",
		At:      inFile(image.From), Evidence: []plan.Evidence{image.From},
	}
	if who != "" {
		f.Message = "the image runs as root: USER " + user
	}
	if t.Deployed().Get("mounts").Said() {
		f.Notes = append(f.Notes, "the volume belongs to root when it is new: the entrypoint has to chown it and then drop privileges (gosu, su-exec, setpriv)")
	}
	for _, s := range services(t.File) {
		if s.InternalPort > 0 && s.InternalPort < 1024 {
			f.Notes = append(f.Notes, "it listens below port 1024, which may require root; use a higher port")
			break
		}
	}
	return []plan.Finding{f}
}

var phpFPM = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bphp[\w.]*-fpm\b`) })

func stepsDown(command string) bool {
	for _, word := range []string{"gosu", "su-exec", "setpriv", "runuser", "chpst", "s6-setuidgid", "litefs mount", "su -"} {
		if strings.Contains(command, word) {
			return true
		}
	}
	return false
}

// notRoot: the base image itself sees to it.
func notRoot(base, user string) bool {
	name, tag, _ := imageRef(base)
	switch {
	case strings.Contains(tag, "nonroot") || strings.Contains(name, "nonroot") || strings.Contains(base, "chainguard") || strings.Contains(base, "bitnami/"):
		return true
	case user != "": // it was made root here
		return isOneOf(rootMasters, name)
	case name == "php" && (strings.Contains(tag, "fpm") || strings.Contains(tag, "apache")):
		return true
	}
	return isOneOf(rootMasters, name) || isOneOf(ownUser, name) || strings.Contains(name, "laravel")
}
