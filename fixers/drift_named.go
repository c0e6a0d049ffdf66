package fixers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/internal/secret"
)

// env tells names only. A deploy replaces the env of a machine whole, but for
// what Fly puts there itself.
func (d *deploy) env() {
	values := func(c machineconfig.Config) map[string]secret.Value {
		out := map[string]secret.Value{}
		for _, name := range c.EnvNames() {
			if _, isSecret := d.t.App.Secret(name); !isSecret && !strings.HasPrefix(name, "FLY_") { // the app sees the secret, whatever stands here
				out[name], _ = c.EnvValue(name)
			}
		}
		return out
	}
	var gone, differ, added []string
	for name, s := range both(values(d.want.Config), values(d.have.Config)) {
		switch {
		case name == "PRIMARY_REGION" && !(s.said && s.live): // written there by every deploy; the app has done without
		case !s.said:
			gone = append(gone, name)
		case !s.live:
			added = append(added, name)
		case !s.want.Equal(s.have):
			differ = append(differ, name)
		}
	}
	for _, name := range gone {
		d.lose(envGone, flytoml.Join("env", name), "env", "it into [env], or set a secret of that name",
			"removes %s from the env of %s: live, not in the file", name, d.have.Group())
	}
	for _, name := range differ {
		d.say(d.envKey(name), "env %s differs", name)
	}
	for _, name := range added {
		d.say(d.envKey(name), "env %s in the file, not live", name)
	}
}

func (d *deploy) envKey(name string) string {
	return d.want.From(machineconfig.Pointer("env", name)).Path()
}

// checks compares the top-level checks, which have names.
func (d *deploy) checks() {
	group := d.have.Group()
	all := both(d.want.Config.Checks(), d.have.Config.Checks())
	for name, s := range all {
		// The platform adds those itself while a bluegreen deploy runs.
		if !s.said && !strings.HasPrefix(name, "bg_deployments_compat") {
			keep := "[checks." + name + "]"
			if slices.ContainsFunc(d.fails, s.have.Asks) {
				keep = ""
			}
			d.lose(checkGone, "checks", "", keep, "removes the check %s (%s) from %s: live, not in the file", name, question(s.have), group)
		}
	}
	for name, s := range all {
		key, details := flytoml.Join("checks", name), checkDetails(s.want, s.have)
		switch {
		case !s.said:
		case !s.live:
			d.say(key, "check %s in the file, not live", name)
		case question(s.have) != question(s.want):
			d.say(key, "check %s: %s in the file, %s live", name, question(s.want), question(s.have))
		case details != "":
			d.say(key, "check %s: %s", name, details)
		}
	}
}

// image: only a file that names an image decides which one a deploy takes.
func (d *deploy) image() {
	want, _ := d.t.Deployed().Get("build.image").Str()
	have := d.have.Config.Image()
	if want == "" || have == "" {
		return
	}
	a, b := imageParts(want), imageParts(have)
	if b.digest == "" {
		_, b.digest, _ = strings.Cut(d.have.Image, "@")
	}
	same := a.repository == b.repository
	switch {
	case same && a.digest != "" && b.digest != "":
		same = a.digest == b.digest
	case same && a.digest == "" && b.tag != "":
		same = a.tag == b.tag
	}
	if !same {
		d.say("build.image", "image %s in the file, %s live", want, have)
	}
}

// statics leaves out those with a bucket, whose paths a deploy chooses itself.
func (d *deploy) statics() {
	for _, c := range []machineconfig.Config{d.want.Config, d.have.Config} {
		for _, bucket := range c.Texts("/statics", "url_prefix", "tigris_bucket") {
			if bucket != "" {
				return
			}
		}
	}
	of := func(c machineconfig.Config) map[string]string { return c.Texts("/statics", "url_prefix", "guest_path") }
	for prefix, s := range both(of(d.want.Config), of(d.have.Config)) {
		switch {
		case !s.said:
			d.lose(serviceGone, "statics", "", fmt.Sprintf("[[statics]] with url_prefix = %q and guest_path = %q", prefix, s.have),
				"stops Fly's proxy serving %s for %s: live, not in the file", prefix, d.have.Group())
		case !s.live:
			d.say("statics", "statics for %s in the file, not live", prefix)
		case s.want != s.have:
			d.say("statics", "%s is served from %s in the file, %s live", prefix, s.want, s.have)
		}
	}
}

// files compares the places of files only: what is in them may be secret.
func (d *deploy) files() {
	of := func(c machineconfig.Config) map[string]string { return c.Texts("/files", "guest_path", "guest_path") }
	for path, s := range both(of(d.want.Config), of(d.have.Config)) {
		switch {
		case !s.said:
			d.lose(weaker, "files", "", fmt.Sprintf("[[files]] with guest_path = %q", path), "removes the file %s from %s: live, not in fly.toml", path, d.have.Group())
		case !s.live:
			d.say("files", "the file %s in fly.toml, not live", path)
		}
	}
}
