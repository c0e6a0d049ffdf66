package plan

// SchemaVersion is the version of the JSON form of a Plan. It grows when a
// field changes its type or meaning, or goes; a new field alone leaves it. So a
// reader of the document may pass over fields that it does not know, while
// apply refuses a saved plan with one: it was made by a newer version, and the
// field may say what must not be done.
const SchemaVersion = 2

// Plan is what would change and why. It holds no secret value, so that it may
// be kept as a CI artifact.
type Plan struct {
	SchemaVersion int       `json:"schema_version"`
	Tool          string    `json:"tool"` // name and version that made it
	App           AppRef    `json:"app"`
	File          FileRef   `json:"file"`
	Offline       Offline   `json:"offline,omitempty"` // why the live app was not looked at
	OfflineDetail string    `json:"offline_detail,omitempty"`
	NoRestart     bool      `json:"no_restart,omitempty"`
	Asked         *Asked    `json:"asked,omitempty"`   // nil: of a program that did not keep it
	Refused       *Refused  `json:"refused,omitempty"` // nil: flyctl accepts the file
	Findings      []Outcome `json:"findings"`
	Steps         []Step    `json:"steps"` // in the order they are carried out
	Totals        Totals    `json:"totals"`
	// Secrets are the digests of the app's secrets when it was planned, by name.
	// An entry leaves [env] only for a secret that is the same still.
	Secrets map[string]string `json:"secrets,omitempty"`
	// LeftAlone are the machines that this tool never changes, or not while their
	// checks fail, and why.
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
	Why     string `json:"why"` // "its host is unreachable", "it is a standby", "its health check fails already (...)"
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
	// OtherApps are the apps that scripts and workflows deploy the file to, besides
	// its own, as they stand there: "shop-eu", "$APP".
	OtherApps []OtherApp `json:"other_apps,omitempty"`
}

// OtherApp is an app that a command deploys the file to.
type OtherApp struct {
	App  string `json:"app"`
	File string `json:"file"` // of the command, from the folder of fly.toml
	Line int    `json:"line"`
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
	// Unhealthy of the started ones fail a check already; they are left alone.
	Unhealthy int `json:"unhealthy,omitempty"`
	// Restarts is of all started machines together: one each, two for a lone
	// machine that has to prove a check.
	Restarts int  `json:"restarts"`
	Gap      bool `json:"gap"` // the group has one started machine: requests fail while it restarts
	// CloneFirst: it has one, and a clone is made before that one restarts.
	CloneFirst bool `json:"clone_first,omitempty"`
	// WakesOne: none is started, so one is started to prove the check.
	WakesOne  bool `json:"wakes_one,omitempty"`
	Suspended int  `json:"suspended,omitempty"` // these lose their memory image
	Seconds   int  `json:"seconds"`             // about how long it takes
}

// Totals are for display.
type Totals struct {
	LinesAdded      int     `json:"lines_added"`
	LinesRemoved    int     `json:"lines_removed"`
	LinesUntouched  int     `json:"lines_untouched"`
	CommentsKept    int     `json:"comments_kept"`
	CommentsRemoved int     `json:"comments_removed"`
	OtherFiles      int     `json:"other_files,omitempty"` // edited or made
	SecretsSet      int     `json:"secrets_set"`
	MachinesUpdated int     `json:"machines_updated"`
	Restarts        int     `json:"restarts"`
	MachinesAdded   int     `json:"machines_added"`
	VolumesUpdated  int     `json:"volumes_updated,omitempty"`
	CostMonthly     float64 `json:"cost_monthly_usd"`
	CostUnknown     bool    `json:"cost_unknown,omitempty"`
	Planned         int     `json:"planned"`
	HeldBack        int     `json:"held_back"` // needing consent, held and conflicting
	NeedConsent     int     `json:"needs_consent"`
	Manual          int     `json:"manual"`
	Ignored         int     `json:"ignored"`
	// Seconds is about how long an apply takes.
	Seconds int `json:"seconds"`
}

// Changes says whether carrying the plan out would change anything.
func (p *Plan) Changes() bool { return len(p.Steps) > 0 }

// Several are the plans of several fly.toml, made in one go.
type Several struct {
	SchemaVersion int     `json:"schema_version"`
	Tool          string  `json:"tool"`  // name and version that made it
	Plans         []*Plan `json:"plans"` // sorted by the path of the file
	// Failed are the files that there is no plan for.
	Failed []FileError `json:"failed,omitempty"`
}

// FileError says why there is no plan for a file.
type FileError struct {
	File  string `json:"file"`
	Error string `json:"error"`
}
