package view

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// block is what is shown together: findings of one rule, or of rules that
// belong together, with the same fate.
type block struct {
	rules    []string
	findings []plan.Outcome
}

func (b block) outcome() plan.Disposition { return b.findings[0].Outcome }

// groups are the findings of a plan by what becomes of them.
type groups struct {
	broken  []block // what is broken now
	will    []block
	consent []consent
	held    []block
	manual  []block
	ignored []block
}

// consent is what apply does with the same flags more.
type consent struct {
	flags  string
	blocks []block
}

// next is the command that gives the consent, or the one to run before: what an
// app refused once is not tried again in the dark. "": there is none.
func (c consent) next(more string) string {
	var not []string
	for i, b := range c.blocks {
		switch f := b.findings[0]; {
		case f.Outcome != plan.NeedsConsent || f.HowTo == "":
		case strings.HasPrefix(f.HowTo, "fly "):
			return f.HowTo
		case len(not) == i && i == len(c.blocks)-1:
			return ""
		default:
			not = append(not, " --skip "+f.Rule)
		}
	}
	return more + " " + c.flags + strings.Join(not, "")
}

// grouped sorts findings into groups, worst first in each.
func grouped(all []plan.Outcome) groups {
	var g groups
	for _, f := range all {
		switch {
		case f.Outcome == plan.Ignored:
			g.ignored = addTo(g.ignored, f)
		case f.BrokenNow():
			g.broken = addTo(g.broken, f)
		case f.Outcome == plan.Planned:
			g.will = addTo(g.will, f)
		case f.NeedsFlags():
			g.addConsent(f)
		case f.Outcome == plan.ByHand:
			g.manual = addTo(g.manual, f)
		default:
			g.held = addTo(g.held, f)
		}
	}
	for _, blocks := range [][]block{g.broken, g.will, g.held, g.manual, g.ignored} {
		worstFirst(blocks)
	}
	for _, c := range g.consent {
		worstFirst(c.blocks)
	}
	slices.SortStableFunc(g.consent, func(a, b consent) int { return cmp.Compare(gravity(a.blocks[0]), gravity(b.blocks[0])) })
	return g
}

func (g *groups) addConsent(f plan.Outcome) {
	text := flags(f.Flags)
	i := slices.IndexFunc(g.consent, func(c consent) bool { return c.flags == text })
	if i < 0 {
		i = len(g.consent)
		g.consent = append(g.consent, consent{flags: text})
	}
	g.consent[i].blocks = addTo(g.consent[i].blocks, f)
}

func addTo(blocks []block, f plan.Outcome) []block {
	i := slices.IndexFunc(blocks, func(b block) bool {
		if b.outcome() != f.Outcome {
			return false
		}
		first := b.findings[0]
		return first.Rule == f.Rule || f.Outcome == plan.Planned && f.Together != "" && first.Together == f.Together
	})
	if i < 0 {
		return append(blocks, block{[]string{f.Rule}, []plan.Outcome{f}})
	}
	b := &blocks[i]
	if !slices.Contains(b.rules, f.Rule) {
		b.rules = append(b.rules, f.Rule)
	}
	b.findings = append(b.findings, f)
	return blocks
}

func worstFirst(blocks []block) {
	slices.SortStableFunc(blocks, func(a, b block) int { return cmp.Compare(gravity(a), gravity(b)) })
}

// gravity is that of the gravest finding, 0 for an error; what makes flyctl
// refuse the file comes before it.
func gravity(b block) int {
	worst := 3
	for _, f := range b.findings {
		switch {
		case f.Refused:
			worst = 0
		case f.Severity == plan.Error:
			worst = min(worst, 1)
		case f.Severity == plan.Warning:
			worst = min(worst, 2)
		}
	}
	return worst
}

// alike are findings that say the same, in the order of the first of each.
type alike struct {
	text     string
	findings []plan.Outcome
}

func (h *human) messages(b block) []alike {
	var out []alike
	at := map[string]int{}
	for _, f := range b.findings {
		text := h.say(f.Message)
		i, said := at[text]
		if !said {
			i = len(out)
			at[text], out = i, append(out, alike{text: text})
		}
		out[i].findings = append(out[i].findings, f)
	}
	return out
}
