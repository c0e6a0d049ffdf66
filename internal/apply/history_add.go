package apply

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/fly-standards/fly-standards/internal/journal"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
	"github.com/fly-standards/fly-standards/plan"
)

func (h *History) addFile(e journal.Entry) error {
	var rec fileRecord
	if err := json.Unmarshal(e.Data, &rec); err != nil {
		return err
	}
	switch {
	case e.Kind == journal.Intent && !rec.Restored:
		h.File = &PastFile{BeforeSHA256: rec.BeforeSHA256, AfterSHA256: rec.AfterSHA256, Back: rec.Back, Bare: rec.Bare, Earlier: h.File}
	case rec.Restored && e.Kind == journal.Done && h.File != nil:
		h.File.Restored = true
	case e.Kind == journal.Done && h.File != nil:
		h.File.Wrote = true
	}
	return nil
}

func (h *History) addOther(e journal.Entry) error {
	var rec otherRecord
	if err := json.Unmarshal(e.Data, &rec); err != nil {
		return err
	}
	i := slices.IndexFunc(h.Others, func(o PastOther) bool { return o.File == rec.File })
	switch {
	case e.Kind == journal.Intent && !rec.Restored && i < 0:
		h.Others = append(h.Others, PastOther{File: rec.File, BeforeSHA256: rec.BeforeSHA256, AfterSHA256: rec.AfterSHA256, Back: rec.Back})
	case e.Kind == journal.Done && rec.Restored && i >= 0:
		h.Others[i].Restored = true
	}
	return nil
}

func (h *History) addMachine(e journal.Entry) error {
	var rec machineRecord
	if err := json.Unmarshal(e.Data, &rec); err != nil {
		return err
	}
	if rec.Repair { // it was another run's
		return nil
	}
	i := slices.IndexFunc(h.Machines, func(m PastMachine) bool { return m.ID == rec.Machine })
	if i < 0 {
		if e.Kind != journal.Intent {
			return nil
		}
		h.Machines = append(h.Machines, PastMachine{ID: rec.Machine, Group: rec.Group, Region: rec.Region, State: rec.State})
		i = len(h.Machines) - 1
	}
	m := &h.Machines[i]
	h.addTried(e, rec, m.Group)
	switch {
	case e.Kind == journal.Intent && rec.Back:
		m.Version = ""
	case e.Kind == journal.Intent:
		// The newest first. Two updates of one machine (a proof and the real one)
		// both started from the same configuration.
		m.Inverse = append(slices.Clone(rec.Inverse), m.Inverse...)
		m.Incomplete = m.Incomplete || rec.Incomplete
		m.Version, m.Back, m.Well = "", false, false
		m.Asked, m.Replaced = e.Time, rec.Before
	default:
		m.answered(e.Kind, rec)
	}
	return nil
}

// addTried notes the checks that did not pass. The image is that of the intent
// before it, by which the machine is known already.
func (h *History) addTried(e journal.Entry, rec machineRecord, group string) {
	if rec.Image != "" {
		if h.images == nil {
			h.images = map[string]string{}
		}
		h.images[rec.Machine] = rec.Image
	}
	for _, t := range rec.Tried {
		check, ok := machineconfig.ParseCheck(t.Check, t.Port)
		if !ok {
			continue
		}
		h.Tried = append(h.Tried, plan.Tried{
			Machine: rec.Machine, Group: group, Image: h.images[rec.Machine], At: e.Time,
			Check: check, Status: t.Status, Said: t.Said,
		})
	}
}

// answered notes what became of an update.
func (m *PastMachine) answered(kind journal.Kind, rec machineRecord) {
	if rec.Version == "" && kind == journal.Unknown {
		return // whether it was made is open still
	}
	m.Asked = time.Time{}
	if rec.Version != "" && !rec.Back && !slices.Contains(m.Ours, rec.Version) {
		m.Ours = append(m.Ours, rec.Version)
	}
	switch {
	case kind == journal.Accepted && !rec.Back:
		m.Version = rec.Version
	case kind == journal.Done:
		m.Version, m.Back, m.Well, m.Unproven = rec.Version, rec.Back, !rec.Unproven, rec.Unproven
	}
}

func (h *History) addClone(e journal.Entry) error {
	var rec cloneRecord
	if err := json.Unmarshal(e.Data, &rec); err != nil {
		return err
	}
	i := slices.IndexFunc(h.Clones, func(c PastClone) bool { return c.Marker == rec.Marker })
	if i < 0 {
		h.Clones = append(h.Clones, PastClone{Source: rec.Source, Region: rec.Region, Marker: rec.Marker, As: PastMachine{
			Group: rec.Group, Region: rec.Region, State: rec.State, Inverse: rec.Inverse, Asked: e.Time,
		}})
		i = len(h.Clones) - 1
	}
	c := &h.Clones[i]
	if rec.Machine != "" {
		c.Machine = rec.Machine
	}
	h.addTried(e, rec.machineRecord, c.As.Group)
	if e.Kind != journal.Intent {
		c.As.answered(e.Kind, rec.machineRecord)
	}
	return nil
}
