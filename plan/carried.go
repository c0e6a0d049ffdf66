package plan

import "slices"

// carriedOutBy are the ids of the steps that do what the fix asks for.
func (f *Fix) carriedOutBy(steps []Step) []string {
	var ids []string
	for _, s := range steps {
		if Visit(s, asks{f}) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// asks says whether a fix asks for what a step does.
type asks struct{ fix *Fix }

func (a asks) any(is func(Change) bool) bool { return slices.ContainsFunc(a.fix.Changes, is) }

func (a asks) Secrets(s *SecretsStep) bool {
	return a.any(func(c Change) bool {
		return c.Secret != nil && slices.Contains(s.Set, SecretFrom{Name: c.Secret.Name, Key: c.Secret.From})
	})
}

func (a asks) File(*FileStep) bool { return len(a.fix.Edits) > 0 }

func (a asks) OtherFile(s *OtherFileStep) bool {
	return slices.ContainsFunc(a.fix.Lines, func(e LineEdit) bool { return e.File == s.File })
}

func (a asks) Machine(s *MachineStep) bool {
	return a.any(func(c Change) bool { return c.Machine != nil && c.Machine.ID == s.ID })
}

func (a asks) Clone(s *CloneStep) bool {
	return a.any(func(c Change) bool {
		return c.Clone != nil && *c.Clone == CloneChange{Source: s.Source, Group: s.Group, Region: s.Region}
	})
}

func (a asks) Volume(s *VolumeStep) bool {
	return a.any(func(c Change) bool { return c.Volume != nil && c.Volume.ID == s.ID })
}

func (asks) Destroy(*DestroyStep) bool { return false }
