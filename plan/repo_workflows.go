package plan

// Workflow is one GitHub Actions workflow of the repository, as far as rules
// ask about it.
type Workflow struct {
	File string // from the folder of fly.toml
	// Concurrency: the workflow has a concurrency block of its own.
	Concurrency bool
	// Called: other workflows start it (on: workflow_call).
	Called bool
	// Off: it is switched off on purpose: only a branch with such a name starts it.
	Off bool
	// Triggers are the events that start it: "push", "pull_request", ...
	Triggers []string
	Jobs     []Job
	Text     string // the file as it is; for ignore comments and edits
}

// Job is one job of a workflow.
type Job struct {
	ID          string
	Line        int
	Needs       []string
	Concurrency bool
	Uses        Word // a workflow that it calls
	Steps       []WorkStep
	Env         []Word // values of env, of the workflow, the job and its steps
	Condition   string
	Environment bool // it has an environment, with secrets of its own
}

// WorkStep is one step of a job.
type WorkStep struct {
	Uses Word
	Run  Word
	// Dir is where Run is carried out, from the root of the repository.
	Dir  string
	With map[string]Word
}

// Word is a scalar of a YAML file with its place. Line and Column are 1-based;
// Column counts characters, and Text is the value without quotes.
type Word struct {
	Line, Column int
	Name, Text   string
}
