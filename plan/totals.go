package plan

import (
	"bytes"

	"github.com/aymanbagabas/go-udiff"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func totals(t Target, p *Plan, after *flytoml.File) Totals {
	var n Totals
	for _, s := range p.Steps {
		switch s.Kind {
		case StepSecrets:
			n.SecretsSet += len(s.Secrets.Set)
		case StepFile:
			n.LinesAdded, n.LinesRemoved = s.EditFile.Added, s.EditFile.Removed
		case StepMachine:
			n.MachinesUpdated++
		case StepClone:
			n.MachinesAdded++
		case StepVolume:
			n.VolumesUpdated++
		}
	}
	n.LinesUntouched = countLines(t.File.Bytes()) - n.LinesRemoved
	n.CommentsKept = min(t.File.Comments(), after.Comments())
	n.CommentsRemoved = t.File.Comments() - n.CommentsKept
	for _, r := range p.Rollouts {
		n.Restarts += r.Restarts
	}
	for _, f := range p.Findings {
		switch f.Outcome {
		case Planned:
			n.Planned++
			if f.Costs && f.CostKnown {
				n.CostMonthly += f.CostMonthly
			} else if f.Costs {
				n.CostUnknown = true
			}
		case NeedsConsent, HeldBack, Conflicting:
			n.HeldBack++
		case ByHand:
			n.Manual++
		case Ignored:
			n.Ignored++
		}
	}
	return n
}

func countLines(b []byte) int {
	n := bytes.Count(b, []byte("\n"))
	if len(b) > 0 && b[len(b)-1] != '\n' {
		n++
	}
	return n
}

// lineDelta counts the lines that an edit adds and removes; a changed line is
// one of each. That a last line gets its line end is no change of it.
func lineDelta(before, after []byte) (added, removed int) {
	before, after = ended(before), ended(after)
	for _, e := range udiff.Lines(string(before), string(after)) {
		removed += countLines(before[e.Start:e.End])
		added += countLines([]byte(e.New))
	}
	return added, removed
}

// ended is b with a line end after its last line.
func ended(b []byte) []byte {
	if len(b) == 0 || b[len(b)-1] == '\n' {
		return b
	}
	return append(bytes.Clone(b), '\n')
}
