package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/charmbracelet/huh"

	"github.com/fly-standards/fly-standards/plan"
)

// confirm asks before anything is changed. Without a terminal there is nobody
// to ask, which is an error and never a yes.
func confirm(ctx context.Context, env *Env, p *plan.Plan) error {
	return ask(ctx, env, question(p),
		"`fly-standards plan --out FILE`, then `fly-standards apply FILE --yes` carries out what was looked at")
}

// ask puts a question; hint is for when there is nobody to answer it.
func ask(ctx context.Context, env *Env, title, hint string) error {
	if !env.interactive() {
		return &usageError{message: "--yes required when not running interactively; nothing was changed", hint: hint}
	}
	yes := false
	ask := huh.NewConfirm().Title(title).Affirmative("Yes").Negative("No").Value(&yes)
	plain := env.env("ACCESSIBLE") != "" || env.env("TERM") == "dumb"
	form := huh.NewForm(huh.NewGroup(ask)).WithShowHelp(false).WithAccessible(plain).
		WithInput(env.Stdin).WithOutput(env.Stderr)
	if plain {
		form = form.WithTheme(huh.ThemeBase())
	}
	err := form.RunWithContext(ctx)
	switch {
	case errors.Is(err, huh.ErrUserAborted), ctx.Err() != nil:
		return context.Canceled
	case err != nil:
		return fmt.Errorf("ask for consent: %w", err)
	case !yes:
		return declinedError{}
	}
	return nil
}

// question names what is about to be changed.
func question(p *plan.Plan) string {
	var parts []string
	for _, s := range p.Steps {
		if s.Kind == plan.StepFile {
			parts = append(parts, "edit "+p.File.Path)
		}
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
