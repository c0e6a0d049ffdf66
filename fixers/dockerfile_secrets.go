package fixers

import (
	"regexp"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/secretscan"
	"github.com/fly-standards/fly-standards/plan"
)

func dockerfileSecrets() plan.Fixer {
	return plan.Fixer{
		ID:       "dockerfile-secrets",
		Title:    "no secret is built into the image",
		Severity: plan.Warning,
		Doc: `What ENV sets is in the image for good, and in everything that runs from it; the value of an ARG stays in the image's history. Anyone
who can pull the image can read both. An ENV that was meant only for the build is also there at run time: when the real secret is
missing, the app runs with the published one. The values of [build.args] are ARGs, and a header of a check or a word of a command in fly.toml
is in git, and in every machine's configuration.

A value for one command belongs to that command: RUN SECRET_KEY_BASE=x rails assets:precompile. A real secret for the build is mounted:
RUN --mount=type=secret,id=NAME, with fly deploy --build-secret NAME=... Secrets for running are app secrets: fly secrets set.

Manual fix: delete the line, and rotate the secret if it was a real one: images and git keep it.`,
		Check: checkDockerfileSecrets,
	}
}

// credentialName finds names that hold a login whatever their value.
var credentialName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:\w+_)?(?:mongo(?:db)?|database|postgres(?:ql)?|pg|mysql|redis|amqp|rabbitmq|broker)_(?:url|uri|dsn)$|connection_?string$`)
})

func checkDockerfileSecrets(t plan.Target) []plan.Finding {
	out := secretsInFile(t)
	image := builtHere(t)
	if image == nil {
		return out
	}
	add := func(message string, e plan.Evidence) {
		for _, f := range out {
			if f.File == e.File && f.Line == e.Line {
				return
			}
		}
		e.Text, _, _ = strings.Cut(e.Text, "=")
		out = append(out, plan.Finding{Message: message, At: inFile(e), Evidence: []plan.Evidence{e}, Notes: []string{rotateNote}})
	}
	args := map[string]plan.Instruction{}
	stage := ""
	for n, step := range append(append([]plan.Instruction{}, image.Builds...), image.Runs...) {
		if step.Stage != stage {
			stage, args = step.Stage, map[string]plan.Instruction{}
		}
		switch step.Name {
		case "ARG":
			for _, a := range step.Args {
				name, value, given := strings.Cut(a, "=")
				args[name] = step
				if given && secretSet(name, value) {
					add("ARG "+name+" has a secret as its default, which stays in the image's history", step.Evidence)
				}
			}
		case "ENV":
			for i := 0; i+1 < len(step.Args); i += 3 {
				name, value := step.Args[i], strings.Trim(step.Args[i+1], `"'`)
				from, isArg := args[strings.Trim(value, "${}")]
				switch {
				case strings.HasPrefix(value, "$"):
					if isArg && (secretSet(name, "x1-credential") || credentialName().MatchString(name)) {
						add("ARG "+name+" becomes an ENV: the credential stays in the image", from.Evidence)
					}
				case n < len(image.Builds) && len(value) < 16: // nothing runs with it: a word in place of a key
				case secretSet(name, value):
					add("ENV "+name+" is a secret in the image", step.Evidence)
				}
			}
		}
	}
	return out
}

// secretsInFile are those of fly.toml outside of [env]: no secret of the app can
// take their place, so that a person has to.
func secretsInFile(t plan.Target) []plan.Finding {
	c := t.Deployed()
	var out []plan.Finding
	add := func(v deployed.Value, what, note string) {
		out = append(out, plan.Finding{Message: v.Path() + what, At: placeOf(t.File, v.Path(), ""), Notes: []string{rotateNote, note}})
	}
	args := c.Get("build.args")
	for _, name := range args.Keys() {
		text, _ := args.Key(name).Str()
		if secretscan.Classify(name, text).Verdict == secretscan.Certain && !secretscan.Placeholder(text) {
			add(args.Key(name), " is a secret: it stays in the image's history", "for the build: fly deploy --build-secret "+name+"=..., and RUN --mount=type=secret,id="+name)
		}
	}
	for _, check := range allChecks(c) {
		headers := check.Key("headers")
		for _, name := range headers.Keys() {
			text, _ := headers.Key(name).Str()
			if secretscan.Classify(name, text).Verdict == secretscan.Certain || strings.EqualFold(name, "authorization") && text != "" {
				add(headers.Key(name), " is a secret in plain text", "a check has no secrets: let the health path answer without a login")
			}
		}
	}
	commands := []deployed.Value{c.Get("deploy.release_command"), c.Get("console_command")}
	for _, name := range c.Get("processes").Keys() {
		commands = append(commands, c.Get("processes").Key(name))
	}
	for _, v := range commands {
		if text, _ := v.Str(); secretscan.InCommand(text) {
			add(v, " holds a secret", "let the command read it from the environment: fly secrets set")
		}
	}
	return out
}

const rotateNote = "if it is a real one, rotate it: the image and git keep it"

// secretSet says whether a value is a secret that is being shipped. A word that
// stands for "nothing yet" is none under a name that nobody would sign with.
func secretSet(name, value string) bool {
	value = strings.Trim(value, `"'`)
	if value == "" || strings.HasPrefix(value, "$") || strings.HasSuffix(name, "_DUMMY") || value == "1" || value == "true" {
		return false
	}
	if signing(name) {
		return true
	}
	if secretscan.Placeholder(value) {
		return false
	}
	return secretscan.Classify(name, value).Verdict == secretscan.Certain
}

// signing: what is signed with a published key can be forged by anybody, also
// with a placeholder for a key.
func signing(name string) bool {
	name = strings.ToUpper(name)
	for _, word := range []string{"SECRET_KEY", "SIGNING", "JWT_SECRET", "SESSION_SECRET", "COOKIE_SECRET", "AUTH_SECRET", "APP_KEY", "ENCRYPTION"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
