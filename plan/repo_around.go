package plan

// Around is what the repository around the app holds, from the root of the
// repository. Paths are from the folder of fly.toml.
type Around struct {
	Repository bool // it is a git repository
	Git        bool // git's own list of the files could be read
	Workflows  []Workflow
	OtherCI    *Evidence // another CI deploys to Fly
	EnvFiles   []EnvFile
	Unignored  []Unignored
	Gitignore  string // where the .gitignore of the root is, or would be
	Sent       []Sent
	Unbuilt    *Evidence  // the manifest beside fly.toml, where no file of the repository is a Dockerfile
	Installs   []Install  // that don't keep to a lockfile
	NoLock     []Manifest // manifests whose ecosystem has a lockfile, without one
	DevStages  []Evidence // development dependencies that reach what runs
	Editor     string     // the .editorconfig
	Updates    string     // what keeps dependencies up to date
	Tests      *Evidence  // a file with tests
	Guidance   []Guidance // blocks that rules export wrote
	Scans      *Evidence  // what scans dependencies or the image
	// Texts are files that rules speak of and may edit, by path: the .gitignore at
	// the root, the Dockerfile and its ignore file, the workflows.
	// Makeable are those that are not there and could be made.
	Texts    map[string]string
	Makeable map[string]bool
	Files    map[string]bool // the fly.toml files that workflows name, and whether they are there
}

// EnvFile is an env file of the repository.
type EnvFile struct {
	File    string
	Tracked bool // git keeps it
	Ignored bool // git passes over it
	Sample  bool // by its name it holds examples
	Shared  bool // git keeps it and ignores the one with .local behind its name, for what is not shared
	Entries []EnvEntry
	// Remarks are its ignore comments, in their lines; every other line that is
	// not blank is "x". "" where there are none.
	Remarks string
}

// EnvEntry is one line of an env file that gives a name a value. What the value
// is stays where it was read.
type EnvEntry struct {
	Name string
	Line int
	// Secret: the value is a secret for certain, and no placeholder for one.
	Secret bool
}

// Unignored is what .gitignore should name and does not.
type Unignored struct {
	Pattern  string // as it would be written: ".env", "node_modules/"
	Evidence        // why it is expected there
}

// Sent is what a COPY of a folder brings along and should not.
type Sent struct {
	Pattern string   // as an ignore file would say it
	Copy    Evidence // the instruction
	Runs    bool     // into the final stage; otherwise into one that builds
	Why     string
}

// Install is a RUN that installs packages without keeping to the lockfile.
type Install struct {
	Evidence
	Why string
}

// Manifest is a list of dependencies.
type Manifest struct {
	File, Lock string // the lockfile that it would have
	IgnoredBy  string // .gitignore:40, where git passes over the lockfile
}

// Guidance is a block of exported standards.
type Guidance struct {
	File    string
	Line    int // in which it begins
	Edition string
	Form    string // of the export: "agents"
}
