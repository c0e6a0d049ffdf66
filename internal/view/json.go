package view

import (
	"encoding/json"
	"io"

	"github.com/fly-standards/fly-standards/plan"
)

// JSON writes a plan as one object, the same that a saved plan is.
func JSON(w io.Writer, p *plan.Plan) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(p)
}
