package commands

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/mcp"
	"github.com/fly-standards/fly-standards/internal/view"
)

func newMCPCmd(env *Env) *cobra.Command {
	t := &tools{}
	root := ""
	cmd := &cobra.Command{
		Use:   "mcp",
		Short: "The same for assistants: an MCP server on stdin and stdout",
		Long: `Serve check, plan, explain, rules and show to an assistant, over the Model
Context Protocol on stdin and stdout. They change nothing, and no answer holds a
secret value. With --allow-apply there is also apply, which takes a saved plan.

Files are those of the folder it is started in, or of --root.`,
		Example: `  fly-standards mcp
  fly-standards mcp --root ~/shop --allow-apply`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.serve(cmd.Context(), env, root)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&t.apply, "allow-apply", false, "also save plans, and apply saved ones")
	f.StringVar(&root, "root", "", "the `FOLDER` whose files may be named")
	return cmd
}

// tools are the commands as an assistant calls them.
type tools struct {
	env   *Env
	apply bool
	root  string // absolute, without symbolic links
}

const instructions = `fly-standards knows what flyctl rejects in a fly.toml, what breaks an app on Fly.io, and how to fix it.
Call check after every edit of a fly.toml, or before it with text. explain says why a rule is there.
plan shows what apply would change, on the live app too when there is a token. Answers are short; details: true gives all.`

func (t *tools) serve(ctx context.Context, env *Env, root string) error {
	dir := env.Dir
	if root != "" {
		dir = env.abs(root)
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return &usageError{message: fmt.Sprintf("--root %s: there is no such folder", root)}
	}
	if info, err := os.Stat(real); err != nil || !info.IsDir() {
		return &usageError{message: fmt.Sprintf("--root %s is not a folder", root)}
	}
	t.env, t.root = env, real
	s := mcp.New(readBuild().Version, instructions)
	mcp.Add(s, mcp.Tool{
		Name: "check", Title: "Check fly.toml", Kind: mcp.Reads,
		About: "Findings in a fly.toml: what flyctl rejects, what fails at deploy, what is not up to standard. Reads files only; needs no token.",
	}, toolWords, t.check)
	mcp.Add(s, mcp.Tool{
		Name: "plan", Title: "Plan changes", Kind: mcp.ReadsWorld,
		About: "What apply would change, in fly.toml and on the app's machines, with what needs consent. Reads the app on Fly unless offline is true or there is no token. Changes nothing.",
	}, toolWords, t.plan)
	mcp.Add(s, mcp.Tool{
		Name: "explain", Title: "Explain a rule", Kind: mcp.Reads,
		About: "Why a rule is there, what the platform does, how to fix it yourself.",
	}, toolWords, t.explain)
	mcp.Add(s, mcp.Tool{
		Name: "rules", Title: "List the rules", Kind: mcp.Reads,
		About: "The ids of all rules by severity; with search, those that match, with titles.",
	}, toolWords, t.rules)
	mcp.Add(s, mcp.Tool{
		Name: "show", Title: "Show a saved plan", Kind: mcp.Reads,
		About: "A plan that was saved in a file, also one that is stale.",
	}, toolWords, t.show)
	if t.apply {
		mcp.Add(s, mcp.Tool{
			Name: "apply", Title: "Apply a saved plan", Kind: mcp.Changes,
			About: "Carry out a saved plan: store secrets, edit fly.toml, update machines. Ask the user first, with the plan shown. A stale plan is refused.",
		}, toolWords, t.carryOut)
	}
	return s.Serve(ctx, env.Stdin, env.Stdout)
}

// call is what a tool runs its command with: the folder as working directory,
// nobody to ask, and stdout for the answer alone.
func (t *tools) call() (*Env, *global, *bytes.Buffer) {
	env, out := *t.env, &bytes.Buffer{}
	env.Dir, env.Stdin, env.Stdout, env.Stderr = t.root, strings.NewReader(""), out, io.Discard
	env.StdinTTY, env.StdoutTTY, env.StderrTTY = false, false, false
	return &env, &global{quiet: true, noColor: true}, out
}

// inside refuses a path that leads out of the folder, also by a symbolic link,
// and gives it as it is from there.
func (t *tools) inside(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	abs := path
	if !filepath.IsAbs(path) {
		abs = filepath.Join(t.root, path)
	}
	rel, err := filepath.Rel(t.root, realPath(abs))
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", &usageError{message: fmt.Sprintf("%s is outside of the folder that this server may read: start it there, or with --root", path)}
	}
	return rel, nil
}

// configInside is inside for a fly.toml or the folder of one.
func (t *tools) configInside(path string) (string, error) {
	rel, err := t.inside(path)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(filepath.Join(t.root, rel)); err == nil && info.IsDir() {
		return t.inside(filepath.Join(rel, "fly.toml"))
	}
	return rel, nil
}

// realPath resolves the symbolic links of what there is of a path.
func realPath(abs string) string {
	for dir, rest := filepath.Clean(abs), ""; ; {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if target, err := os.Readlink(dir); err == nil { // leads to nothing yet
			if !filepath.IsAbs(target) {
				target = filepath.Join(filepath.Dir(dir), target)
			}
			return filepath.Join(filepath.Clean(target), rest)
		}
		if dir == filepath.Dir(dir) {
			return abs
		}
		dir, rest = filepath.Dir(dir), filepath.Join(filepath.Base(dir), rest)
	}
}

// toolWords are an error for the assistant. The line of a file that is no TOML
// stays in the file.
func toolWords(err error) string {
	var parse *flytoml.ParseError
	var undone *errUndone
	if errors.As(err, &undone) {
		return undone.answer
	}
	text := strings.Join(explain(err), "\n")
	if errors.As(err, &parse) {
		text = parse.Error()
	}
	return mcp.Short(view.Clean(text), mcp.Small/2)
}
