package commands

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fly-standards/fly-standards/internal/near"
	"github.com/fly-standards/fly-standards/internal/repo"
	"github.com/fly-standards/fly-standards/internal/view"
)

// formatOptions say how the document looks, and where it goes.
type formatOptions struct {
	format  string   // of a command that writes one document
	formats []string // of one that may write several
	outputs []string // FILE or FORMAT=FILE
	json    bool
	names   []string // that there are
	targets []target
}

// target is one document; no file: it goes to stdout.
type target struct{ format, file string }

// stdout is the --output that means standard output.
const stdout = "-"

// meanings are formats, each with what it is for.
func meanings(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, name, map[string]string{
			"human": "for a terminal", "json": "for a script", "markdown": "a comment on a pull request",
			"sarif": "GitHub code scanning", "github": "annotations in GitHub Actions", "junit": "test report, such as GitLab's",
		}[name])
	}
	return out
}

// add is for a command that does something: a person reads it, or a script.
func (o *formatOptions) add(cmd *cobra.Command) {
	o.names = []string{"human", "json"}
	cmd.Flags().StringVar(&o.format, "format", "human", "output `FORMAT`: human, json")
	o.shared(cmd)
}

// addAll is for a command whose document is a plan.
func (o *formatOptions) addAll(cmd *cobra.Command) {
	o.names = view.Formats()
	cmd.Flags().StringSliceVar(&o.formats, "format", nil, "output `FORMAT`: human, json, markdown, sarif, github, junit (repeatable)")
	cmd.Flags().StringSliceVar(&o.outputs, "output", nil, "write to `FILE`, or FORMAT=FILE (repeatable)")
	o.shared(cmd)
}

// formatNames is the annotation of --format with what it takes, for shells.
const formatNames = "names"

func (o *formatOptions) shared(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.json, "json", "j", false, "short for --format json")
	_ = cmd.Flags().SetAnnotation("format", formatNames, o.names) // it is there
}

// check settles the formats and where they go.
func (o *formatOptions) check(f *pflag.FlagSet) error {
	several := o.formats
	if f.Lookup("output") == nil {
		several = []string{o.format}
	}
	for _, name := range several {
		if !slices.Contains(o.names, name) {
			return notOneOf("--format", name, o.names...)
		}
	}
	if o.json {
		if f.Changed("format") && slices.ContainsFunc(several, func(name string) bool { return name != "json" }) {
			return &usageError{message: "--json and --format " + strings.Join(several, ",") + " can't be used together"}
		}
		several = []string{"json"}
	}
	if o.format = "human"; len(several) > 0 {
		o.format = several[0]
	}
	return o.assign(several)
}

// assign gives each format its file. Only one can have stdout.
func (o *formatOptions) assign(formats []string) error {
	o.targets = nil
	files, plain, err := o.named()
	if err != nil {
		return err
	}
	for _, name := range o.names {
		if files[name] != "" && !slices.Contains(formats, name) {
			formats = append(slices.Clone(formats), name)
		}
	}
	if len(formats) == 0 {
		formats = []string{"human"}
	}
	left := slices.DeleteFunc(slices.Clone(formats), func(name string) bool { return files[name] != "" })
	if len(plain) > 0 {
		if len(left) > 1 { // what people read stays on stdout
			left = slices.DeleteFunc(left, func(name string) bool { return name == "human" })
		}
		if len(plain) != 1 || len(left) != 1 {
			return &usageError{message: "--output " + plain[0] + ": which format? write FORMAT=FILE, such as sarif=" + plain[0]}
		}
		files[left[0]] = plain[0]
	}
	onStdout := 0
	for i, name := range formats {
		to := target{name, files[name]}
		switch {
		case slices.Contains(formats[:i], name):
			continue
		case to.file == "", to.file == stdout:
			to.file = ""
			onStdout++
		case o.writes(to.file):
			return &usageError{message: "--output: two documents for the file " + to.file}
		}
		o.targets = append(o.targets, to)
	}
	if onStdout > 1 {
		return &usageError{
			message: "several formats, and only one document fits on stdout",
			hint:    "name a file for each other one: --format human --format sarif --output findings.sarif",
		}
	}
	return nil
}

// named are the files of --output by format, and those without one.
func (o *formatOptions) named() (files map[string]string, plain []string, err error) {
	files = map[string]string{}
	for _, out := range o.outputs {
		name, file, ok := strings.Cut(out, "=")
		switch {
		case !ok || strings.ContainsAny(name, `./\`): // a file whose name has the sign
			plain = append(plain, out)
		case !slices.Contains(o.names, name):
			return nil, nil, &usageError{message: fmt.Sprintf("--output %s: must be FILE or FORMAT=FILE, with a format of %s", out, view.AnyOf(o.names)) + near.Hint(name, o.names)}
		case file == "":
			return nil, nil, &usageError{message: "--output " + out + " names no file"}
		case files[name] != "":
			return nil, nil, &usageError{message: fmt.Sprintf("--output: two files for %s, %s and %s; only one can be written", name, files[name], file)}
		default:
			files[name] = file
		}
	}
	return files, plain, nil
}

// writes says whether a document goes to a file.
func (o *formatOptions) writes(file string) bool {
	return slices.ContainsFunc(o.targets, func(t target) bool { return t.file != "" && filepath.Clean(t.file) == filepath.Clean(file) })
}

// write writes the document in every format.
func (o *formatOptions) write(env *Env, g *global, d view.Document, v view.Options) error {
	v.Rules, v.Root, v.Verbose = allRules(), env.fromRoot(), g.verbose
	targets := o.targets
	if len(targets) == 0 { // of a command that asked no flags, such as demo
		targets = []target{{format: o.format}}
	}
	for _, t := range targets {
		if t.file == "" {
			v.Width, v.Color, v.Fold = env.width(), env.color(env.StdoutTTY, g.noColor), env.StdoutTTY
			// Who reads no further has had enough; the outcome stays the same.
			if err := view.Write(env.Stdout, t.format, d, v); err != nil && !isClosedPipe(err) {
				return err
			}
			continue
		}
		v.Width, v.Color, v.Fold = 0, false, false
		if err := env.writeDocument(t, d, v); err != nil {
			return err
		}
		env.note(g, "%s written to %s", t.format, t.file)
	}
	return nil
}

func (e *Env) writeDocument(t target, d view.Document, v view.Options) error {
	path := e.abs(t.file)
	for _, part := range d.Parts {
		a, err := os.Stat(path)
		if err != nil {
			break
		}
		if b, err := os.Stat(e.abs(part.Plan.File.Path)); err == nil && os.SameFile(a, b) {
			return &usageError{message: "--output would overwrite " + part.Plan.File.Path}
		}
	}
	var b bytes.Buffer
	if err := view.Write(&b, t.format, d, v); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() { // /dev/stderr, a pipe
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("write %s: %w", t.file, err)
		}
		_, err = io.Copy(f, &b)
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		return err
	}
	return writeShown(path, "write "+t.file, b.Bytes(), 0o644)
}

// fromRoot gives paths as they are named from the root of the repository that the
// command runs in, or else that the file is in, as documents for CI need them;
// outside of one they stay.
func (e *Env) fromRoot() func(string) string {
	here := repo.GitRoot(e.Dir)
	known := exists(filepath.Join(here, ".git"))
	return func(path string) string {
		if path == "" {
			return path
		}
		file := e.abs(filepath.FromSlash(path))
		rel, err := filepath.Rel(here, file)
		if !known || err != nil || !filepath.IsLocal(rel) {
			root := repo.GitRoot(filepath.Dir(file))
			if rel, err = filepath.Rel(root, file); err != nil || !exists(filepath.Join(root, ".git")) {
				return path
			}
		}
		return filepath.ToSlash(rel)
	}
}
