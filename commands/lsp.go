package commands

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/lsp"
	"github.com/fly-standards/fly-standards/internal/repo"
	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

func newLSPCmd(env *Env) *cobra.Command {
	o := &sourceOptions{}
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Language server for editors, on stdin and stdout",
		Long: `Speak the language server protocol on stdin and stdout: findings while you type,
fixes as code actions, rules explained on hover. It reads what check reads,
needs no network, and writes no file: the editor makes the edits.

docs/editors.md says how VS Code, Neovim, Helix and Zed start it.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runLSP(cmd.Context(), env, o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringSliceVar(&o.rules, "rule", nil, "only the rule `ID` (repeatable)")
	f.StringSliceVar(&o.skip, "skip", nil, "all rules but `ID` (repeatable)")
	f.StringVar(&o.settings, "settings", "", "settings `FILE` (default .fly-standards.toml)")
	f.Bool("stdio", false, "the default; accepted because editors pass it")
	return cmd
}

func runLSP(ctx context.Context, env *Env, o *sourceOptions) error {
	for _, id := range slices.Concat(o.rules, o.skip) {
		if err := plan.KnownRule(id, allRules()); err != nil {
			return err
		}
	}
	if o.settings != "" {
		o.settings = env.abs(o.settings) // from where the server was started, whatever the workspace
	}
	defer runtime.KeepAlive(steadyHeap())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return lsp.Serve(ctx, env.Stdin, env.Stdout, lsp.Options{
		Checker: &checker{env: env, source: *o, scans: newScans(ctx, env)},
		Rules:   allRules(), Version: readBuild().Version, Clock: env.Clock,
	})
}

// steadyHeap keeps the heap at one size. Each keystroke makes some MiB and drops
// them again, and what takes long at a keystroke is not the collector but memory
// that is fresh from the system: 2,000 pages are 50 ms. So what it gives, which
// must be kept alive and is never touched, counts as live: the collector runs
// once in as many bytes, and nothing goes back to the system in between. And as
// many pages are asked for now, before anybody types.
func steadyHeap() []byte {
	const size = 16 << 20
	go func() {
		pages := make([]byte, size+4<<20)
		for i := 0; i < len(pages); i += os.Getpagesize() {
			pages[i] = 1
		}
		runtime.GC() // they are free again, and stay with the process
	}()
	return make([]byte, size)
}

// checker checks texts for the language server. It is the check command with
// --config - and --stdin-filename, run in the workspace folder, with a memory
// for source trees.
type checker struct {
	env    *Env
	source sourceOptions
	scans  *scans
}

// Concerns implements lsp.Checker.
func (*checker) Concerns(path string) bool { return repo.IsConfig(filepath.Base(path)) }

// Check implements lsp.Checker.
func (c *checker) Check(ctx context.Context, d lsp.Document) lsp.Report {
	env := *c.env
	env.Dir = d.Root
	shown, err := filepath.Rel(d.Root, d.Path)
	if err != nil {
		shown = d.Path
	}
	var r lsp.Report
	o := checkOptions{source: c.source}
	o.source.offline, o.source.config = true, fromStdin
	o.source.rules, o.source.skip = slices.Clone(c.source.rules), slices.Clone(c.source.skip)
	o.source.buffer = &buffer{path: filepath.ToSlash(shown), text: []byte(d.Text)}
	o.source.scan = func(ctx context.Context, opts repo.Options) (facts *plan.Repo, err error) {
		facts, r.Aged, err = c.scans.get(ctx, opts, d.Look)
		return facts, err
	}
	quiet := &global{quiet: true}
	s, err := load(ctx, &env, quiet, &o.source)
	if err != nil {
		return lsp.Report{Problem: problemOf(err, o.source.buffer.path)}
	}
	p, err := o.planAccepting(&env, quiet, s)
	if err != nil {
		return lsp.Report{Problem: problemOf(err, o.source.buffer.path)}
	}
	r.File, r.Plan, r.Edits = s.target.File, p, s.part(p).TextEdits
	r.FixAll = func() []flytoml.TextEdit { return allEdits(s, p) }
	return r
}

// allEdits are what the file step of a plan makes of the text.
func allEdits(s *source, p *plan.Plan) []flytoml.TextEdit {
	for _, step := range p.Steps {
		if step.EditFile == nil {
			continue
		}
		after, err := s.target.File.Apply(step.EditFile.Edits...)
		if err != nil || view.SHA256(after.Bytes()) != step.EditFile.ResultSHA256 {
			return nil
		}
		edits := after.TextEdits()
		if slices.ContainsFunc(edits, func(e flytoml.TextEdit) bool { return s.mask.Holds(e.Text) }) {
			return nil
		}
		return edits
	}
	return nil
}

// problemOf is an error of a check in the words of the command line, and the
// place in the text, file, where it has one.
func problemOf(err error, file string) *lsp.Problem {
	var parse *flytoml.ParseError
	var ignore *plan.IgnoreError
	switch {
	case errors.As(err, &parse):
		return &lsp.Problem{At: parse.Position, Message: parse.Message}
	case errors.As(err, &ignore) && ignore.File == file:
		return &lsp.Problem{At: flytoml.Position{Line: ignore.Line, Column: 1}, Message: ignore.Message}
	}
	return &lsp.Problem{Message: view.Clean(strings.Join(explain(err), "; "))}
}
