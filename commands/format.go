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

	"github.com/fly-standards/fly-standards/internal/atomicfile"
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

// add is for a command that does something: a person reads it, or a script.
func (o *formatOptions) add(cmd *cobra.Command) {
	o.names = []string{"human", "json"}
	cmd.Flags().StringVar(&o.format, "format", "human", "`FORMAT`: human, json")
	o.shared(cmd)
}

// addAll is for a command whose document is a plan.
func (o *formatOptions) addAll(cmd *cobra.Command) {
	o.names = view.Formats()
	cmd.Flags().StringSliceVar(&o.formats, "format", nil, "`FORMAT`: human, json, markdown, sarif, github,\njunit (repeatable)")
	cmd.Flags().StringSliceVar(&o.outputs, "output", nil, "write to `FILE`, or FORMAT=FILE (repeatable)")
	o.shared(cmd)
}

func (o *formatOptions) shared(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.json, "json", "j", false, "short for --format json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(o.names, cobra.ShellCompDirectiveNoFileComp))
}

// check settles the formats and where they go.
func (o *formatOptions) check(f *pflag.FlagSet) error {
	several := o.formats
	if f.Lookup("output") == nil {
		several = []string{o.format}
	}
	for _, name := range several {
		if !slices.Contains(o.names, name) {
			return &usageError{message: fmt.Sprintf("--format %s: want %s", name, strings.Join(o.names, ", "))}
		}
	}
	if o.json {
		if f.Changed("format") && !slices.Equal(several, []string{"json"}) {
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
	var plain []string
	files := map[string]string{}
	for _, out := range o.outputs {
		if name, file, ok := strings.Cut(out, "="); ok && slices.Contains(o.names, name) {
			files[name] = file
			if !slices.Contains(formats, name) {
				formats = append(slices.Clone(formats), name)
			}
			continue
		}
		plain = append(plain, out)
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
	for _, name := range slices.Compact(slices.Clone(formats)) {
		o.targets = append(o.targets, target{name, files[name]})
		if files[name] == "" {
			onStdout++
		}
	}
	if onStdout > 1 {
		return &usageError{
			message: "several formats, and only one document fits on stdout",
			hint:    "name a file for each other one: --format human --format sarif --output findings.sarif",
		}
	}
	return nil
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
			v.Width, v.Color = env.width(), env.color(env.StdoutTTY, g.noColor)
			if err := view.Write(env.Stdout, t.format, d, v); err != nil {
				return err
			}
			continue
		}
		v.Width, v.Color = 0, false
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
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // /dev/stderr, a pipe
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
	if err := atomicfile.Write(path, b.Bytes(), atomicfile.Options{Mode: 0o644}); err != nil {
		return fmt.Errorf("write %s: %w", t.file, err)
	}
	return nil
}

// fromRoot gives paths as they are named from the root of the repository, as
// documents for CI need them; outside of one they stay.
func (e *Env) fromRoot() func(string) string {
	root := ""
	for dir := e.Dir; ; dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, ".git")) {
			root = dir
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return func(path string) string {
		if root == "" || path == "" {
			return path
		}
		rel, err := filepath.Rel(root, e.abs(filepath.FromSlash(path)))
		if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return path
		}
		return filepath.ToSlash(rel)
	}
}
