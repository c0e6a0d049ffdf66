package plan

import (
	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/internal/machineconfig"
)

// SchemaVersion is the version of the JSON form of a Plan. It grows when a
// field changes its meaning or goes.
const SchemaVersion = 1

// Plan is what would change and why. It holds no secret value, so that it may
// be kept as a CI artifact.
type Plan struct {
	SchemaVersion int       `json:"schema_version"`
	Tool          string    `json:"tool"` // name and version that made it
	App           AppRef    `json:"app"`
	File          FileRef   `json:"file"`
	Offline       string    `json:"offline,omitempty"` // why the live app was not looked at
	NoRestart     bool      `json:"no_restart,omitempty"`
	Asked         *Asked    `json:"asked,omitempty"` // nil: of a program that did not keep it
	Findings      []Outcome `json:"findings"`
	Steps         []Step    `json:"steps"` // in the order they are carried out
	Totals        Totals    `json:"totals"`
	// Secrets are the digests of the app's secrets when it was planned, by name.
	// An entry leaves [env] only for a secret that is the same still.
	Secrets map[string]string `json:"secrets,omitempty"`
	// LeftAlone are the machines that this tool never changes, and why.
	LeftAlone []LeftAlone `json:"left_alone,omitempty"`
	// Staged are secrets that others set and that reach machines with this
	// plan's restarts. For display.
	Staged   []string  `json:"staged,omitempty"`
	Rollouts []Rollout `json:"rollouts,omitempty"`
}

// Asked are the flags that made the plan, so that it can be made again and
// compared before it is carried out.
type Asked struct {
	Allow    []string `json:"allow,omitempty"`
	Rules    []string `json:"rules,omitempty"`
	Skip     []string `json:"skip,omitempty"`
	Regions  []string `json:"regions,omitempty"`
	Settings string   `json:"settings,omitempty"` // the file of --settings
	Probe    bool     `json:"probe,omitempty"`
}

// LeftAlone is a machine that is reported and never changed.
type LeftAlone struct {
	Machine string `json:"machine"`
	Group   string `json:"group"`
	Why     string `json:"why"` // "its host is unreachable", "it is a standby"
}

// AppRef says which app was planned for.
type AppRef struct {
	Name     string         `json:"name"`
	Org      string         `json:"org,omitempty"`
	Machines int            `json:"machines"`
	Regions  map[string]int `json:"regions,omitempty"` // region: machines
	Groups   map[string]int `json:"groups,omitempty"`  // process group: machines
}

// FileRef says which bytes were planned for.
type FileRef struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // of the bytes as read
}

// Disposition is what becomes of a finding.
type Disposition string

// The dispositions.
const (
	Planned      Disposition = "planned"       // apply with the same flags does it
	NeedsConsent Disposition = "needs-consent" // apply does it when --allow or --regions says so
	HeldBack     Disposition = "held"          // can't be done in this run; Held says why
	Conflicting  Disposition = "conflict"      // two fixers disagree; neither is done
	ByHand       Disposition = "manual"        // a person must decide
	Ignored      Disposition = "ignored"       // the user said so in a comment or in the settings
)

// Outcome is a finding and what becomes of it.
type Outcome struct {
	Rule     string      `json:"rule"`
	Title    string      `json:"title"`
	Severity Severity    `json:"severity"`
	Safety   Safety      `json:"safety"`
	Outcome  Disposition `json:"outcome"`
	Message  string      `json:"message"`
	File     string      `json:"file,omitempty"`
	Line     int         `json:"line,omitempty"`
	Column   int         `json:"column,omitempty"`
	Key      string      `json:"key,omitempty"`
	Machine  string      `json:"machine,omitempty"`
	Machines []string    `json:"machines,omitempty"`
	Evidence []string    `json:"evidence,omitempty"`
	URL      string      `json:"url"`
	// Reason says why it is not planned, or why its fix is below safe.
	Reason string `json:"reason,omitempty"`
	// HowTo is the flag or command that would do it.
	HowTo string   `json:"how_to,omitempty"`
	Notes []string `json:"notes,omitempty"`
	// Edits are for display; apply carries out Steps.
	Edits []flytoml.Edit `json:"edits,omitempty"`
	// Restarts are the started machines that the fix restarts once, together
	// with every other fix of the same run; also while it waits for consent.
	Restarts    int     `json:"restarts,omitempty"`
	Costs       bool    `json:"costs,omitempty"`
	CostKnown   bool    `json:"cost_known,omitempty"`
	CostMonthly float64 `json:"cost_monthly_usd,omitempty"`
}

// StepKind is what kind of thing a step changes.
type StepKind string

// The kinds, in the order of the steps.
const (
	StepSecrets StepKind = "secrets"
	StepFile    StepKind = "file"
	StepMachine StepKind = "machine"
	StepClone   StepKind = "clone"
	StepDestroy StepKind = "destroy" // an undo only
)

// Step changes one thing once, whatever number of rules asked for it. One of
// Secrets, EditFile, Machine and Clone is set, as Kind says.
type Step struct {
	ID    string   `json:"id"`
	Kind  StepKind `json:"kind"`
	Needs []string `json:"needs,omitempty"` // ids of the steps that must be done first
	Rules []string `json:"rules"`

	Secrets  *SecretsStep `json:"secrets,omitempty"`
	EditFile *FileStep    `json:"edit_file,omitempty"`
	Machine  *MachineStep `json:"machine,omitempty"`
	Clone    *CloneStep   `json:"clone,omitempty"`
	Destroy  *DestroyStep `json:"destroy,omitempty"`
	Volume   *VolumeStep  `json:"volume,omitempty"`
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
	// Ops are those that the source machine gets, so that the twin is one.
	Ops     []machineconfig.Op `json:"ops,omitempty"`
	Secrets bool               `json:"needs_secrets,omitempty"`
}

// Rollout says how the machines of one group are taken: for display; apply
// computes it again from what it reads.
type Rollout struct {
	Group   string `json:"group"`
	Started int    `json:"started"`
	Stopped int    `json:"stopped"`
	// AtOnce is how many started machines may be away at one time, after the
	// first one, which goes alone.
	AtOnce int `json:"at_once"`
	Floor  int `json:"floor"` // never fewer healthy machines than this
	// Restarts is of all started machines together: one each, two for a lone
	// machine that has to prove a check.
	Restarts int  `json:"restarts"`
	Gap      bool `json:"gap"` // the group has one started machine: requests fail while it restarts
	// WakesOne: none is started, so one is started to prove the check.
	WakesOne  bool `json:"wakes_one,omitempty"`
	Suspended int  `json:"suspended,omitempty"` // these lose their memory image
}

// Totals are for display.
type Totals struct {
	LinesAdded      int     `json:"lines_added"`
	LinesRemoved    int     `json:"lines_removed"`
	LinesUntouched  int     `json:"lines_untouched"`
	CommentsKept    int     `json:"comments_kept"`
	CommentsRemoved int     `json:"comments_removed"`
	SecretsSet      int     `json:"secrets_set"`
	MachinesUpdated int     `json:"machines_updated"`
	Restarts        int     `json:"restarts"`
	MachinesAdded   int     `json:"machines_added"`
	VolumesUpdated  int     `json:"volumes_updated,omitempty"`
	CostMonthly     float64 `json:"cost_monthly_usd"`
	CostUnknown     bool    `json:"cost_unknown,omitempty"`
	Planned         int     `json:"planned"`
	HeldBack        int     `json:"held_back"`
	Manual          int     `json:"manual"`
	Ignored         int     `json:"ignored"`
}

// Changes says whether carrying the plan out would change anything.
func (p *Plan) Changes() bool { return len(p.Steps) > 0 }
