package deployed

// Failure is something that flyctl's validation accepts and its deploy dies of.
type Failure struct {
	Kind  FailureKind
	Value Value  // what it is about
	Group string // the process group whose machines can't be made
}

// FailureKind is the kind of a Failure.
type FailureKind string

// The kinds.
const (
	NoCheckPort FailureKind = "check-port" // a check without a port, and no http_service to take it from
	NoSuchSize  FailureKind = "size"       // a size that has no meaning
	NoMemory    FailureKind = "memory"     // memory that can't be read, or none
)

func (b *builder) fail(f Failure) { b.failed = append(b.failed, f) }
