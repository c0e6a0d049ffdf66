package plan

import (
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// StepKind is what kind of thing a step changes.
type StepKind string

// The kinds, in the order of the steps.
const (
	StepSecrets StepKind = "secrets"
	StepFile    StepKind = "file"
	// StepOtherFile is another file of the repository.
	StepOtherFile StepKind = "other-file"
	StepMachine   StepKind = "machine"
	StepClone     StepKind = "clone"
	StepDestroy   StepKind = "destroy" // an undo only
)

// Step changes one thing once, whatever number of rules asked for it. One of
// Secrets, EditFile, Machine and Clone is set, as Kind says.
type Step struct {
	ID    string   `json:"id"`
	Kind  StepKind `json:"kind"`
	Needs []string `json:"needs,omitempty"` // ids of the steps that must be done first
	Rules []string `json:"rules"`

	Secrets   *SecretsStep   `json:"secrets,omitempty"`
	EditFile  *FileStep      `json:"edit_file,omitempty"`
	OtherFile *OtherFileStep `json:"other_file,omitempty"`
	Machine   *MachineStep   `json:"machine,omitempty"`
	Clone     *CloneStep     `json:"clone,omitempty"`
	Destroy   *DestroyStep   `json:"destroy,omitempty"`
	Volume    *VolumeStep    `json:"volume,omitempty"`
}

// SecretsStep stages secrets. It must never write a name that the app has by
// the time it runs.
type SecretsStep struct {
	Set []SecretFrom `json:"set"`
}

// SecretFrom names a secret and the place in fly.toml that its value is in.
type SecretFrom struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// FileStep edits fly.toml.
type FileStep struct {
	Edits []flytoml.Edit `json:"edits"`
	// ResultSHA256 is of the bytes after all edits.
	ResultSHA256 string `json:"result_sha256"`
	// Content, of an undo only, is what the file becomes; there are no Edits.
	Content []byte `json:"-"`
	Added   int    `json:"lines_added"`
	Removed int    `json:"lines_removed"`
}

// MachineStep updates one machine once.
type MachineStep struct {
	ID      string             `json:"id"`
	Group   string             `json:"group"`
	Region  string             `json:"region"`
	State   string             `json:"state"`   // when planned
	Version string             `json:"version"` // when planned; another one is refused
	Image   string             `json:"image"`   // pinned by digest; "" keeps what the config says
	Ops     []machineconfig.Op `json:"ops"`
	// Repair comes first, in an update of its own; Ops apply to what it leaves.
	Repair *Repair `json:"repair,omitempty"`
	// Proof: one of Ops adds a service check, at these indexes of Ops.
	Proof []int `json:"proof,omitempty"`
	// Seen: the checks of Proof were all seen to pass from outside (--probe), so
	// that a lone machine need not prove them in a restart of its own.
	Seen bool `json:"seen,omitempty"`
	// Secrets: the machine must boot with the secrets that this plan sets.
	Secrets bool `json:"needs_secrets,omitempty"`
}

// CloneStep adds one machine.
type CloneStep struct {
	Source string `json:"source"` // machine id
	Group  string `json:"group"`
	Region string `json:"region"`
	Image  string `json:"image"` // pinned by digest
	// Ops are those that the source machine gets, so that the clone has them too;
	// Proof and Secrets are as there.
	Ops     []machineconfig.Op `json:"ops,omitempty"`
	Proof   []int              `json:"proof,omitempty"`
	Secrets bool               `json:"needs_secrets,omitempty"`
}

// Brings are the ops of a step on a machine, the one that it makes included, and
// the indexes of those that add a service check.
func (s Step) Brings() (ops []machineconfig.Op, proof []int) {
	switch {
	case s.Machine != nil:
		return s.Machine.Ops, s.Machine.Proof
	case s.Clone != nil:
		return s.Clone.Ops, s.Clone.Proof
	}
	return nil, nil
}

// DestroyStep takes a machine away that an apply had added. No fixer asks for
// one: it is part of an undo only, and a saved plan with one is refused.
type DestroyStep struct {
	ID     string `json:"id"`
	Group  string `json:"group"`
	Region string `json:"region"`
	Source string `json:"source"` // the machine that it is a clone of
	// Marker is what the machine's metadata must say for it to be ours.
	Marker string `json:"marker"`
}

// StepVisitor has one method for each kind of step. Whoever must treat them
// all implements it: a kind that is added later does not compile until it is
// thought of everywhere.
type StepVisitor[T any] interface {
	Secrets(*SecretsStep) T
	File(*FileStep) T
	OtherFile(*OtherFileStep) T
	Machine(*MachineStep) T
	Clone(*CloneStep) T
	Volume(*VolumeStep) T
	Destroy(*DestroyStep) T
}

// Visit calls the method for the kind of s. A step that is not whole gives the
// zero value.
func Visit[T any](s Step, v StepVisitor[T]) T {
	switch {
	case s.Kind == StepSecrets && s.Secrets != nil:
		return v.Secrets(s.Secrets)
	case s.Kind == StepFile && s.EditFile != nil:
		return v.File(s.EditFile)
	case s.Kind == StepOtherFile && s.OtherFile != nil:
		return v.OtherFile(s.OtherFile)
	case s.Kind == StepMachine && s.Machine != nil:
		return v.Machine(s.Machine)
	case s.Kind == StepClone && s.Clone != nil:
		return v.Clone(s.Clone)
	case s.Kind == StepVolume && s.Volume != nil:
		return v.Volume(s.Volume)
	case s.Kind == StepDestroy && s.Destroy != nil:
		return v.Destroy(s.Destroy)
	}
	var zero T
	return zero
}

// Whole says whether the step has the part that its kind says, and no other.
func (s Step) Whole() bool {
	parts := 0
	for _, has := range []bool{s.Secrets != nil, s.EditFile != nil, s.OtherFile != nil, s.Machine != nil, s.Clone != nil, s.Volume != nil, s.Destroy != nil} {
		if has {
			parts++
		}
	}
	return parts == 1 && Visit(s, whole{})
}

// whole is true for each part, which Visit gives only to its kind.
type whole struct{}

func (whole) Secrets(*SecretsStep) bool     { return true }
func (whole) File(*FileStep) bool           { return true }
func (whole) OtherFile(*OtherFileStep) bool { return true }
func (whole) Machine(*MachineStep) bool     { return true }
func (whole) Clone(*CloneStep) bool         { return true }
func (whole) Volume(*VolumeStep) bool       { return true }
func (whole) Destroy(*DestroyStep) bool     { return true }
