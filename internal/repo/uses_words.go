package repo

import (
	"path"
	"strings"
)

// The words of a flyctl command as a script has them.

// dynamic says whether a word is only known when the script runs.
func dynamic(word string) bool { return strings.ContainsAny(word, "$<%`*{") }

// commandsIn are the commands of a shell line, as words without quotes.
func commandsIn(line string) [][]string {
	var b strings.Builder
	for rest := line; ; { // ${{ matrix.app }} is one word
		before, after, ok := strings.Cut(rest, "${{")
		b.WriteString(before)
		if !ok {
			break
		}
		inside, end, _ := strings.Cut(after, "}}")
		name, _, _ := strings.Cut(inside, "||") // what it is without a value tells nothing
		b.WriteString("${{" + strings.ReplaceAll(strings.TrimSpace(name), " ", "") + "}}")
		rest = end
	}
	line = makeVariable().ReplaceAllString(b.String(), "$${$1}")
	line = strings.NewReplacer("&&", " ; ", "||", " ; ", "|", " ; ", ";", " ; ").Replace(line)
	var out [][]string
	var words []string
	flush := func() {
		// A key of YAML or JSON, a list's dash, a target's mark: not yet the command.
		for len(words) > 0 && (strings.HasSuffix(words[0], ":") && words[0] != "args:" || words[0] == "-") {
			words = words[1:]
		}
		if len(words) > 0 {
			words[0] = strings.TrimLeft(words[0], "@-")
			out = append(out, words)
		}
		words = nil
	}
	for _, w := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\"'`()[],\r", r) }) {
		switch {
		case w == ";":
			flush()
		case strings.HasPrefix(w, "#"):
			flush()
			return out
		default:
			words = append(words, w)
		}
	}
	flush()
	return out
}

// valueFlags are flags of fly deploy, launch and secrets whose value is a word
// of its own.
const valueFlags = " -i --image -e --env -r --region --build-arg --build-secret --build-target --dockerfile --ignorefile --strategy --wait-timeout --image-label --vm-size --vm-memory --vm-cpus --vm-cpu-kind -t --access-token --process-groups --regions --release-command-timeout --max-unavailable --label -o --org --name --primary-region --volume-initial-size --lease-timeout --deploy-retries --buildkit-addr --from -g "

// flyWords reads one command; app is what FLY_APP says before it.
func flyWords(words []string, app string) (flyCommand, bool) {
	c := flyCommand{app: app}
	at := -1
	for i, w := range words {
		if name, value, ok := strings.Cut(w, "="); ok && name == "FLY_APP" {
			c.app = value
		}
		if base := path.Base(w); base == "fly" || base == "flyctl" || w == "args:" {
			at = i
			break
		}
	}
	if at < 0 {
		return c, false
	}
	skip := ""
	for _, w := range words[at+1:] {
		name, value, joined := strings.Cut(w, "=")
		if skip != "" {
			c.set(skip, w)
			skip = ""
			continue
		}
		switch {
		case strings.HasPrefix(w, "-"):
			switch {
			case joined && value != "":
				c.set(name, value)
			case joined || isTarget(name) || inList(valueFlags, name):
				skip = name
			}
		case c.command == "":
			if w != "deploy" && w != "launch" && w != "secrets" {
				return c, false
			}
			c.command = w
		case c.command == "deploy" && c.argument == "" && !strings.ContainsAny(w, "<>"):
			c.argument = w
		}
	}
	return c, c.command != ""
}

func (c *flyCommand) set(flag, value string) {
	switch flag {
	case "-a", "--app":
		c.app = value
	case "-c", "--config":
		c.config = value
	case "-i", "--image":
		c.image = true
	}
}
