package apply

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

// VolumeResult is one volume of the plan.
type VolumeResult struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Region string `json:"region"`
	State  State  `json:"state"`
	Why    string `json:"why,omitempty"`
}

// volumeRecord of an update. Before is what taking it back needs.
type volumeRecord struct {
	Volume string              `json:"volume"`
	Name   string              `json:"name"`
	Region string              `json:"region"`
	Before live.VolumeSettings `json:"before"`
	After  live.VolumeSettings `json:"after"`
	Error  string              `json:"error,omitempty"`
}

// PastVolume is one volume that was updated, or perhaps was.
type PastVolume struct {
	ID, Name, Region string
	Before, After    live.VolumeSettings
}

func (h *History) addVolume(e journal.Entry) error {
	var rec volumeRecord
	if err := json.Unmarshal(e.Data, &rec); err != nil {
		return err
	}
	i := slices.IndexFunc(h.Volumes, func(v PastVolume) bool { return v.ID == rec.Volume })
	switch {
	case e.Kind == journal.Intent && i < 0:
		h.Volumes = append(h.Volumes, PastVolume{rec.Volume, rec.Name, rec.Region, rec.Before, rec.After})
	case e.Kind == journal.Failed && i >= 0: // it was refused, so nothing happened
		h.Volumes = slices.Delete(h.Volumes, i, i+1)
	}
	return nil
}

// volumeSteps changes the snapshot settings of volumes.
type volumeSteps struct{ r *run }

// read says what is wrong with a step of a plan, which may come
// from a file.
func (v volumeSteps) read(s plan.Step) error {
	r := v.r
	if why := s.Volume.WhyRefused(); why != "" && r.d.undoOf == "" {
		return fmt.Errorf("plan step %s: %s", s.ID, why)
	}
	r.rep.Volumes = append(r.rep.Volumes, VolumeResult{ID: s.Volume.ID, Name: s.Volume.Name, Region: s.Volume.Region, State: NotReached})
	return nil
}

// check reads the volumes of the plan. One that has the settings
// already is as wanted.
func (v volumeSteps) check(ctx context.Context) ([]Moved, error) {
	r := v.r
	var moved []Moved
	for _, s := range r.steps(plan.StepVolume) {
		now, err := r.d.Machines.Volume(ctx, s.Volume.ID)
		switch {
		case live.Is(err, live.NotFound):
			moved = append(moved, Moved{"volume", s.Volume.ID, "it is gone"})
		case err != nil:
			return nil, err
		case now.Settings() != s.Volume.Before && now.Settings() != s.Volume.After:
			moved = append(moved, Moved{"volume", s.Volume.ID, "somebody changed its snapshot settings since"})
		}
	}
	return moved, nil
}

// update changes the volumes, one after the other: late, because
// nothing else rests on them, and nothing goes back when one is refused.
func (v volumeSteps) update(ctx context.Context) error {
	r := v.r
	for _, s := range r.steps(plan.StepVolume) {
		if r.stop.Err() != nil {
			return errInterrupted
		}
		r.started(s)
		res := r.rep.volume(s.Volume.ID)
		if err := v.updateOne(ctx, s, res); err != nil {
			res.Why = r.migrated.clean(err)
			r.failed(s, err)
			return err
		}
		r.done(s, res.State == Done)
	}
	return nil
}

func (v volumeSteps) updateOne(ctx context.Context, s plan.Step, res *VolumeResult) error {
	r := v.r
	want := s.Volume
	now, err := r.d.Machines.Volume(ctx, want.ID)
	if err != nil {
		return err
	}
	switch now.Settings() {
	case want.After:
		res.State = AsWanted
		return nil
	case want.Before:
	default:
		return &VolumeMovedError{want.ID, now.Settings()}
	}
	rec := volumeRecord{Volume: want.ID, Name: want.Name, Region: want.Region, Before: want.Before, After: want.After}
	if err := r.d.Journal.Append(journal.Intent, s.ID, rec); err != nil {
		return err
	}
	res.State = NotSure
	if err := v.put(ctx, s, rec); err != nil {
		kind := journal.Unknown
		var lost *LostVolumeError
		if !errors.As(err, &lost) && !live.Uncertain(err) {
			kind, res.State = journal.Failed, NotReached
		}
		rec.Error = r.migrated.clean(err)
		_ = r.d.Journal.Append(kind, s.ID, rec)
		return err
	}
	res.State = Done
	return r.d.Journal.Append(journal.Done, s.ID, rec)
}

// put sends the settings and reads them again. When the answer is lost,
// only the volume tells what happened: it is sent again, at most twice, where
// it is seen to be as before.
func (v volumeSteps) put(ctx context.Context, s plan.Step, rec volumeRecord) error {
	r := v.r
	var lost error
	for try := 1; try <= 3; try++ {
		_, err := r.d.Machines.UpdateVolume(ctx, rec.Volume, rec.After)
		pause, later := live.Later(err)
		refused := err != nil && !live.Uncertain(err)
		switch {
		case refused && (!later || try == 3 || r.d.Clock.Sleep(ctx, pause) != nil):
			return cmp.Or(lost, err) // the first one may have been accepted all the same
		case err != nil && !refused:
			lost = err
			_ = r.d.Journal.Append(journal.Unknown, s.ID, rec)
		}
		now, lookErr := v.look(ctx, rec.Volume, err != nil && !refused)
		switch {
		case lookErr != nil:
			return &LostVolumeError{rec.Volume, lookErr}
		case now.Settings() == rec.After:
			return nil
		case now.Settings() != rec.Before:
			return &VolumeMovedError{rec.Volume, now.Settings()}
		}
		if lost == nil && !refused {
			lost = &live.Error{Doing: "update volume " + rec.Volume, Message: "Fly accepted it, but the volume is unchanged"}
		}
	}
	return &LostVolumeError{rec.Volume, lost}
}

// look reads a volume, giving what was lost some time to arrive.
func (v volumeSteps) look(ctx context.Context, id string, wait bool) (now live.Volume, err error) {
	for try := range 4 {
		if wait || try > 0 {
			if err := v.r.d.Clock.Sleep(ctx, 2*time.Second); err != nil {
				return now, err
			}
		}
		if now, err = v.r.d.Machines.Volume(ctx, id); err == nil {
			return now, nil
		}
	}
	return now, err
}

// VolumeMovedError is a volume that somebody else changed while the plan was
// being carried out. It was left as it is.
type VolumeMovedError struct {
	Volume string
	Now    live.VolumeSettings
}

func (e *VolumeMovedError) Error() string {
	return "volume " + e.Volume + ": somebody changed it: it has " + e.Now.String() + " now"
}

// LostVolumeError is a volume of which nobody can tell whether it has the new
// settings. Run again: they are read first.
type LostVolumeError struct {
	Volume string
	Err    error
}

func (e *LostVolumeError) Error() string {
	return "volume " + e.Volume + ": state unknown: " + e.Err.Error()
}
func (e *LostVolumeError) Unwrap() error { return e.Err }

func (r *Report) volume(id string) *VolumeResult {
	i := slices.IndexFunc(r.Volumes, func(v VolumeResult) bool { return v.ID == id })
	return &r.Volumes[i]
}

func (r *Report) volumesChanged() bool {
	return slices.ContainsFunc(r.Volumes, func(v VolumeResult) bool { return v.State == Done || v.State == NotSure })
}
