package view

import (
	"fmt"
	"io"
)

// humanSeveral shows one plan after the other, and which of them change
// something.
func humanSeveral(w io.Writer, d Document, o Options) error {
	parts := d.Parts
	if len(parts) == 0 {
		return nil // the error has said all
	}
	next := o.Next
	var changing []string
	for _, part := range parts {
		o.File, o.Mask, o.Next, o.More = part.File, part.Mask, "", ""
		if err := Human(w, part.Plan, o); err != nil {
			return err
		}
		if part.Plan.Changes() { // it ends with an empty line
			changing = append(changing, Clean(part.Plan.File.Path))
		} else if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	h := &human{Options: o, Style: Style{o.Color}}
	h.fit()
	text := count(len(parts), "file") + ", nothing to apply in any"
	if len(changing) > 0 {
		text = count(len(parts), "file") + ", " + fmt.Sprint(len(changing)) + " to change: " + list(changing)
	}
	for _, l := range wrap(text+d.lacks("planned"), h.Width) {
		h.line(l)
	}
	if len(changing) > 0 && next != "" {
		h.line("Next: ", h.bold(Clean(next)))
	}
	_, err := w.Write(h.buf.Bytes())
	return err
}
