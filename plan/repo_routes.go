package plan

// Healthcheck is a Dockerfile HEALTHCHECK that asks a local URL.
type Healthcheck struct {
	Evidence
	Port int    // 0: the URL names none (80)
	Path string // with the leading slash
	// Interval, Timeout and StartPeriod are its own flags, as fly.toml writes
	// durations; "" for a flag that is not there.
	Interval, Timeout, StartPeriod string
	// Script is the script that asks, as the command names it; "" for none.
	Script string
	Doubts []Doubt
}

// Route is one route definition whose path is a health path.
type Route struct {
	Evidence
	Path      string // as the app serves it, with the leading slash
	Framework string
	Doubts    []Doubt // why a check might not get the answer; none for nothing seen
}

// Doubted says whether there is a doubt of the kind.
func (r Route) Doubted(kind DoubtKind) bool {
	for _, d := range r.Doubts {
		if d.Kind == kind {
			return true
		}
	}
	return false
}

// Doubt is a reason why a check may not get the answer that the source
// promises. Its Evidence says where that was seen; without a File it is the
// route itself.
type Doubt struct {
	Kind DoubtKind
	Evidence
}

// DoubtKind says what speaks against a route.
type DoubtKind string

// The kinds of doubt.
const (
	DoubtMount     DoubtKind = "mount"     // its router is mounted elsewhere, so the full path isn't known
	DoubtGuard     DoubtKind = "guard"     // authentication stands before it, or before the whole app
	DoubtCondition DoubtKind = "condition" // it is defined only when a condition holds
	DoubtHost      DoubtKind = "host"      // it answers for another host only
	DoubtPort      DoubtKind = "port"      // its server listens at another port
	DoubtBase      DoubtKind = "base"      // the app is served below a base path that isn't known
	DoubtBuilt     DoubtKind = "built"     // whether the image holds and starts it can't be told
)

// Listen is a place that says where the app listens: a call of its source, its
// settings, or a start command whose server has an address of its own.
type Listen struct {
	Evidence
	Port   int      // 0: not said there
	Local  bool     // at 127.0.0.1, which only the machine itself reaches
	Front  bool     // a proxy of the same machine: what else listens is behind it
	Unless *Default // nil where the place itself says so
}

// Default is what a server listens at unless it is told otherwise.
type Default struct {
	Server        string   // "uvicorn"
	Address, Port string   // the flags or arguments that tell it: "--host"; "" for none
	Env           []string // variables that do
}

// Image is what the Dockerfile makes of the tree, with build-target and ARG
// defaults resolved.
type Image struct {
	File string // the Dockerfile
	// Base is the image from a registry that the final stage is built on,
	// at the end of its FROM chain: "node:22-alpine", "scratch".
	Base Evidence
	// From is the FROM of the final stage.
	From Evidence
	// Runs are the instructions of the final stage, with those of the
	// stages that it is FROM before them.
	Runs []Instruction
	// Builds are the instructions of the stages that it copies from.
	Builds []Instruction
	// Ignore is the effective ignore file; "" for none. Dead are ignore files
	// that nothing reads.
	Ignore string
	// IgnoreAt is where it is, or would be.
	IgnoreAt string
	// Context is the folder that is built from, as seen from that of fly.toml.
	Context string
	Dead    []string
	// Start is the command that runs; Steps says that a script of it gives up
	// root for another user.
	Start    Evidence
	StepDown bool
	AppDir   string // the working directory, when files are copied into it; "" else
}

// Instruction is one instruction of a Dockerfile.
type Instruction struct {
	Evidence
	Name  string   // in capitals: "RUN"
	Args  []string // variables resolved where that can be done
	Flags []string // "--from=build"
	Stage string   // the stage's name, or its base
}
