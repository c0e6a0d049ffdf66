package plan

import (
	"bytes"
	"github.com/fly-standards/fly-standards/internal/flytoml"
)

func totals(t Target, p *Plan, after *flytoml.File) Totals {
	var n Totals
	for _, s := range p.Steps {
		Visit(s, &counting{&n})
	}
	n.LinesUntouched = countLines(t.File.Bytes()) - n.LinesRemoved
	n.CommentsKept = min(t.File.Comments(), after.Comments())
	n.CommentsRemoved = t.File.Comments() - n.CommentsKept
	for _, r := range p.Rollouts {
		n.Restarts += r.Restarts
		n.Seconds += r.Seconds
	}
	if n.SecretsSet > 0 {
		n.Seconds += secondsForSecrets
	}
	n.Seconds += n.MachinesAdded * secondsForClone
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
			if f.NeedsFlags() {
				n.NeedConsent++
			}
		case ByHand:
			n.Manual++
		case Ignored:
			n.Ignored++
		}
	}
	return n
}

// counting adds steps to totals.
type counting struct{ *Totals }

func (n *counting) Secrets(s *SecretsStep) bool { n.SecretsSet += len(s.Set); return true }
func (n *counting) File(s *FileStep) bool {
	n.LinesAdded, n.LinesRemoved = s.Added, s.Removed
	return true
}
func (n *counting) OtherFile(*OtherFileStep) bool { n.OtherFiles++; return true }
func (n *counting) Machine(*MachineStep) bool     { n.MachinesUpdated++; return true }
func (n *counting) Clone(*CloneStep) bool         { n.MachinesAdded++; return true }
func (n *counting) Volume(*VolumeStep) bool       { n.VolumesUpdated++; return true }
func (n *counting) Destroy(*DestroyStep) bool     { return true }

func countLines(b []byte) int {
	n := bytes.Count(b, []byte("\n"))
	if len(b) > 0 && b[len(b)-1] != '\n' {
		n++
	}
	return n
}

// lineDelta counts the lines that the edits which led to after removed and
// added; a changed line is one of each.
func lineDelta(after *flytoml.File) (added, removed int) {
	for _, l := range after.Diff() {
		switch l.Op {
		case flytoml.AddedLine:
			added++
		case flytoml.RemovedLine:
			removed++
		}
	}
	return added, removed
}
