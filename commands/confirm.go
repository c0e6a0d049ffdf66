package commands

import (
	"bufio"
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/fly-standards/fly-standards/internal/view"
	"github.com/fly-standards/fly-standards/plan"
)

// confirm asks before anything is changed. Without a terminal there is nobody
// to ask, which is an error and never a yes.
func (o *applyOptions) confirm(ctx context.Context, env *Env, p *plan.Plan) error {
	hint := "`fly-standards plan --out FILE`, then `fly-standards apply FILE --yes` carries out what was looked at"
	switch {
	case o.plan != "":
		hint = "`fly-standards apply " + quoteArg(o.plan) + " --yes` carries it out without asking"
	case o.batch != "":
		hint = "with --yes it carries out what plan --all shows, without asking"
	}
	return ask(ctx, env, question(p), hint)
}

// ask puts a question; hint is for when there is nobody to answer it. It is
// one plain line: the libraries for forms ask the terminal for its colours when
// any program starts that has them in it, and wait seconds for one that is dumb.
func ask(ctx context.Context, env *Env, title, hint string) error {
	if !env.interactive() {
		return &usageError{message: "--yes required when not running interactively; nothing was changed", hint: hint}
	}
	in := bufio.NewReader(env.Stdin)
	for {
		var text strings.Builder
		_ = view.Paragraph(&text, title+" [y/N]", env.width()-2)
		_, _ = fmt.Fprint(env.Stderr, strings.TrimSuffix(text.String(), "\n"), " ")
		line, err := readLine(ctx, in)
		_, _ = fmt.Fprintln(env.Stderr)
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes":
			return nil
		case "", "n", "no":
			if ctx.Err() != nil {
				return context.Canceled
			}
			return declinedError{}
		}
		if err != nil { // and no more will come
			return declinedError{}
		}
	}
}

// readLine is one line of in, or what there is of it when ctx ends first: a
// read of a terminal can't be called off, so it is left behind.
func readLine(ctx context.Context, in *bufio.Reader) (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := in.ReadString('\n')
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		return a.line, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// question names what is about to be changed.
func question(p *plan.Plan) string {
	var files, parts []string
	for _, s := range p.Steps {
		if s.Kind == plan.StepFile {
			files = append(files, p.File.Path)
		}
		if s.OtherFile != nil {
			files = append(files, path.Join(path.Dir(p.File.Path), s.OtherFile.File))
		}
	}
	if len(files) > 0 {
		parts = append(parts, "edit "+view.AllOf(files))
	}
	for _, n := range []struct {
		count     int
		one, many string
	}{
		{p.Totals.SecretsSet, "set 1 secret", "set %d secrets"},
		{p.Totals.MachinesUpdated, "update 1 machine", "update %d machines"},
		{p.Totals.MachinesAdded, "add 1 machine", "add %d machines"},
	} {
		switch {
		case n.count == 1:
			parts = append(parts, n.one)
		case n.count > 1:
			parts = append(parts, fmt.Sprintf(n.many, n.count))
		}
	}
	text := strings.Join(parts, ", ")
	if text != "" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	if p.App.Name != "" {
		return text + " of " + p.App.Name + "?"
	}
	return text + "?"
}
