package fixers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/internal/deployed"
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

func configShape() plan.Fixer {
	return plan.Fixer{
		ID:       plan.Shape,
		Title:    "flyctl accepts the file",
		Severity: plan.Error,
		Doc: `flyctl refuses the whole file for one value of a wrong type ("8080" for a port), one bracket too few or too many
([http_service.checks], [[build]]), one unknown word ("blue-green"), a duration or size that can't be read, a number out of bounds, a
command with an open quote, a process group that isn't there, a service that names no group where there are some, or an empty array above the
tables of its name (processes = [] and [processes]), which is not valid TOML. It reports one fault at
a time; this rule reports all of them, each with its line, what the file says and what flyctl takes. Types, words and bounds are those of flyctl
of August 2026.

The fix writes the form that flyctl reads, also from other tools' forms (env = ["A=b"], mounts = ["data:/data"], restart = "always").
Where only one reading is possible it is safe; where one is likely it needs consent; otherwise only you know what was meant. Comments stay. Forms that flyctl accepts are not findings: "8080" is a port in [[services]], and 15000 is 15
seconds there and in [checks.NAME]. In [http_service] and [deploy] a number without a unit means nanoseconds: flyctl accepts that, and
nobody means it.

Manual fix: fly config validate says what flyctl refuses.`,
		Check: checkConfigShape,
	}
}

func checkConfigShape(t plan.Target) []plan.Finding {
	var out []plan.Finding
	c := t.Deployed()
	for _, note := range c.Notes {
		f := plan.Finding{Message: shapeMessage(note), At: shapePlace(note), Refused: note.Refuses(), First: true}
		if note.Kind == deployed.NoEffect {
			f.Severity = plan.Warning
		}
		if r := note.Repair; r != nil {
			f.Fix = &plan.Fix{Safety: plan.Review, Why: r.Why, Edits: inShape(c, r.Edits)}
			if r.Sure {
				f.Fix.Safety = plan.Safe
			}
		} else if note.Takes != "" && note.Problem != "" {
			f.Notes = []string{"flyctl takes " + note.Takes}
		}
		out = append(out, f)
	}
	return out
}

func shapePlace(note deployed.Refusal) plan.At {
	if note.Kind == deployed.ByteOrder {
		return plan.At{Line: 1, Column: 1}
	}
	pos := note.Node.Position()
	return plan.At{Key: note.Node.Path(), Line: pos.Line, Column: pos.Column}
}

// position is that of an entry in a path; no heading says it.
var position = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[\d+\]`) })

// shapeMessage says what stands there and what flyctl takes.
func shapeMessage(note deployed.Refusal) string {
	path := note.Node.Path()
	switch note.Kind {
	case deployed.ByteOrder:
		return "the file begins with a byte order mark (BOM)"
	case deployed.Twice:
		return fmt.Sprintf("remove %s = %s: %s", path, note.Node.Raw(), note.Problem)
	case deployed.Nanoseconds:
		return fmt.Sprintf("%s = %s means %s nanoseconds here", path, note.Node.Raw(), note.Node.Raw())
	case deployed.NoEffect:
		switch {
		case note.Predicate:
			return path + " " + note.Problem
		case note.Problem != "":
			return fmt.Sprintf("%s is ignored: %s", path, note.Problem)
		}
		return fmt.Sprintf("%s, which flyctl ignores; it takes %s", shapeStands(note), note.Takes)
	}
	if r := note.Repair; r != nil && len(r.Edits) == 1 {
		heading := position().ReplaceAllString(path, "")
		switch r.Edits[0].Op {
		case flytoml.ArrayOf:
			return fmt.Sprintf("[%s] must be [[%s]]", heading, heading)
		case flytoml.TableOf:
			return fmt.Sprintf("[[%s]] must be [%s]", heading, heading)
		case flytoml.Nameless:
			return fmt.Sprintf("entries of %s have no names; [%s] must be [[%s]]", path, flytoml.Join(heading, note.Node.Keys()[0]), heading)
		}
	}
	switch {
	case note.Predicate:
		return path + " " + note.Problem
	case note.Problem != "":
		return fmt.Sprintf("%s: %s", path, note.Problem)
	}
	return fmt.Sprintf("%s; flyctl takes %s", shapeStands(note), note.Takes)
}

// shapeStands is what stands there: the value itself, unless it is long or may
// be a secret.
func shapeStands(note deployed.Refusal) string {
	n := note.Node
	if raw := n.Raw(); raw != "" && len(raw) <= 40 && !strings.ContainsAny(raw, "\r\n") && showable(note) {
		return n.Path() + " = " + raw
	}
	kind := n.Kind().String()
	if strings.ContainsAny(kind[:1], "aio") {
		return n.Path() + " is an " + kind
	}
	return n.Path() + " is a " + kind
}

// secretPlaces are parts of the schema's paths where a value may be a secret:
// env entries, headers, build arguments, files, and commands.
var secretPlaces = []string{
	"env", "headers", "args", "settings", "export", "raw_value", "_command", ".command", ".entrypoint", "experimental.", "processes.*",
}

// showable says whether the value may be repeated.
func showable(note deployed.Refusal) bool {
	return note.Type != nil && !slices.ContainsFunc(secretPlaces, func(part string) bool { return strings.Contains(note.Type.Path, part) })
}
