package view

import "github.com/muesli/termenv"

// Style paints words. The zero Style paints nothing. Only the sixteen colours
// of the terminal's own theme are used, so that it stays readable on any
// background.
type Style struct{ Color bool }

func (s Style) paint(text string, look func(termenv.Style) termenv.Style) string {
	if !s.Color || text == "" {
		return text
	}
	return look(termenv.ANSI.String(text)).String()
}

func (s Style) bold(t string) string { return s.paint(t, termenv.Style.Bold) }

func (s Style) faint(t string) string { return s.paint(t, termenv.Style.Faint) }

func (s Style) colour(t string, c termenv.ANSIColor) string {
	return s.paint(t, func(st termenv.Style) termenv.Style { return st.Foreground(c) })
}

func (s Style) green(t string) string { return s.colour(t, termenv.ANSIGreen) }

func (s Style) red(t string) string { return s.colour(t, termenv.ANSIRed) }

func (s Style) yellow(t string) string { return s.colour(t, termenv.ANSIYellow) }

func (s Style) cyan(t string) string { return s.colour(t, termenv.ANSICyan) }

// Fail paints the word that begins an error.
func (s Style) Fail(t string) string { return s.red(s.bold(t)) }

// Prompt shows a command as it is typed.
func (s Style) Prompt(command string) string { return s.cyan("$ ") + s.bold(command) }

// Heading paints a line above others.
func (s Style) Heading(t string) string { return s.bold(t) }
