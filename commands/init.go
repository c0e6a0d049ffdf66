package commands

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fly-standards/fly-standards/internal/repo"
	"github.com/fly-standards/fly-standards/internal/starter"
	"github.com/fly-standards/fly-standards/internal/view"
)

// initOptions are the flags of init.
type initOptions struct {
	config string
	yes    bool
}

// initFile is one thing that init can write.
type initFile struct {
	name, title string
	make        func(starter.Project) starter.File
}

// initFiles are those that there are, in the order of the help.
func initFiles() []initFile {
	return []initFile{
		{"workflow", "a GitHub workflow that tests, checks and deploys", func(p starter.Project) starter.File {
			b := readBuild()
			return starter.Workflow(p, starter.Tool{Version: b.Version, Commit: b.Commit})
		}},
		{"dependabot", "Dependabot's settings for the ecosystems present", starter.Dependabot},
		{"editorconfig", ".editorconfig with sections for the languages present", starter.EditorConfig},
		{"settings", ".fly-standards.toml with everything commented out", starter.Settings},
	}
}

func newInitCmd(env *Env) *cobra.Command {
	o := &initOptions{}
	var long strings.Builder
	long.WriteString("Write one file that this project lacks, to fit what is there. It shows the file,\nasks, and never overwrites one.\n\n")
	var names, offered []string
	for _, f := range initFiles() {
		fmt.Fprintf(&long, "  %-14s%s\n", f.name, f.title)
		names = append(names, f.name)
		offered = append(offered, f.name, f.title)
	}
	cmd := &cobra.Command{
		Use:               "init WHAT",
		Short:             "Write one file that this project lacks",
		Long:              strings.TrimSuffix(long.String(), "\n"),
		Example:           "  fly-standards init workflow",
		ValidArgsFunction: once(words(offered...)),
		Args: func(_ *cobra.Command, args []string) error {
			const help = "`fly-standards init --help` says what they are"
			switch {
			case len(args) != 1:
				return &usageError{"init takes one of " + view.AnyOf(names), help}
			case !slices.Contains(names, args[0]):
				return &usageError{notOneOf("init", args[0], names...).message, help}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runInit(cmd.Context(), env, o, args[0]) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.config, "config", "c", "", "`PATH` of fly.toml, or of a folder with one")
	f.BoolVarP(&o.yes, "yes", "y", false, "don't ask")
	return cmd
}

func runInit(ctx context.Context, env *Env, o *initOptions, what string) error {
	config := env.abs(o.config)
	if o.config == "" {
		config = env.Dir
	}
	if info, err := os.Stat(config); err == nil && info.IsDir() {
		config = filepath.Join(config, "fly.toml")
	} else if err != nil && o.config != "" {
		return missing(o.config, config, true)
	}
	root := repo.GitRoot(filepath.Dir(config))
	project := starter.Look(root, config)
	i := slices.IndexFunc(initFiles(), func(f initFile) bool { return f.name == what })
	file := initFiles()[i].make(project)
	path := filepath.Join(root, filepath.FromSlash(file.Path))
	shown := path
	if rel, err := filepath.Rel(env.Dir, path); err == nil {
		shown = filepath.ToSlash(rel)
	}
	if _, err := os.Lstat(path); err == nil {
		return &usageError{message: shown + " already exists; nothing was changed", hint: "move it away to have a new one made"}
	}
	if _, err := fmt.Fprint(env.Stdout, file.Text); err != nil {
		return err
	}
	for _, note := range file.Notes {
		_, _ = fmt.Fprintln(env.Stderr, "note: "+note)
	}
	if !o.yes {
		if err := ask(ctx, env, "Write "+shown+"?", "`fly-standards init "+what+" --yes` writes it without asking"); err != nil {
			return err
		}
	}
	return writeNew(env, path, shown, file.Text)
}

// writeNew makes a file that was not there, and the folders above it.
func writeNew(env *Env, path, shown, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the folder of %s: %w", shown, err)
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("write %s: it has just been created by something else; nothing was changed", shown)
	}
	if err := writeShown(path, "write "+shown, []byte(text), 0o644); err != nil {
		return err
	}
	_, err := fmt.Fprintf(env.Stderr, "%s written\n", shown)
	return err
}
