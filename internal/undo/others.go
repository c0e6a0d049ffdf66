package undo

import (
	"path"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/plan"
)

// others plan the way back of the other files, as file does that of fly.toml;
// one that the apply had made goes.
func (u *Undo) others(w World) {
	for _, past := range u.Of.Others {
		if past.Restored {
			continue
		}
		shown := path.Join(path.Dir(w.Path), past.File)
		if w.Other {
			u.stays("%s: the apply edited it with %s, which is another file", shown, u.Of.Where)
			u.Partly = true
			continue
		}
		if w.Others == nil {
			continue
		}
		now, there, err := w.Others(past.File)
		if err != nil {
			u.stays("%s: %s", shown, err)
			u.Partly = true
			continue
		}
		u.other(past, shown, now, there)
	}
}

func (u *Undo) other(past apply.PastOther, shown string, now []byte, there bool) {
	made := past.BeforeSHA256 == ""
	switch {
	case !there && made, there && sum(now) == past.BeforeSHA256:
		return // it is so already
	case !there:
		u.stays("%s: it is gone", shown)
		return
	case past.Back == nil:
		u.stays("%s: it can't be undone, because its record would hold a secret value; git has the old one", shown)
		return
	}
	step := &plan.OtherFileStep{File: past.File, BeforeSHA256: sum(now)}
	how := "the previous contents"
	if made {
		how = "removed, as the apply created it"
	}
	want, err := past.Back.Apply(now)
	if err != nil {
		how = "the apply's lines only, as it was edited since"
		if want, err = past.Back.Merge(now); err != nil {
			u.stays("%s: the apply's lines, or those next to them, were edited since; remove what you don't want yourself", shown)
			return
		}
	}
	if !made || len(want) > 0 {
		step.Content, step.ResultSHA256 = append([]byte{}, want...), sum(want)
	}
	if step.ResultSHA256 == step.BeforeSHA256 {
		return
	}
	u.step(plan.Step{ID: "other-file:" + past.File, Kind: plan.StepOtherFile, OtherFile: step})
	u.back("%s: %s", shown, how)
}
