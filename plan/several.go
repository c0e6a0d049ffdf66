package plan

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
