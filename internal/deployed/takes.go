package deployed

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fly-standards/fly-standards/internal/flyschema"
)

// takes is what flyctl takes at a place, as a noun.
func takes(t *flyschema.Type) string {
	name := strings.NewReplacer("[]", "", "*", "NAME").Replace(t.Path)
	switch t.Kind {
	case flyschema.Table:
		return "a table, [" + name + "]"
	case flyschema.Names:
		if t.Each.Kind == flyschema.Table {
			return "a table for each name, [" + name + ".NAME]"
		}
		return `a table, { NAME = "..." }`
	case flyschema.Tables:
		return "an array of tables, [[" + name + "]]"
	case flyschema.Strings:
		return `an array of strings, ["..."]`
	case flyschema.Int:
		return "a whole number" + between(t)
	case flyschema.Seconds:
		return "a whole number of seconds"
	case flyschema.Float:
		return "a number"
	case flyschema.Bool:
		return "true or false"
	case flyschema.Duration:
		return takesDuration + between(t)
	case flyschema.Autostop, flyschema.Persist:
		return oneOf(t.Words)
	}
	switch {
	case len(t.Words) > 0:
		return oneOf(t.Words)
	case t.Size:
		return `a size such as "10gb"` + between(t)
	}
	return "a string"
}

// between says the bounds: ", 1 to 60".
func between(t *flyschema.Type) string {
	text := func(n int64) string {
		switch {
		case t.Kind == flyschema.Duration:
			return shortest(time.Duration(n))
		case t.Size:
			return strconv.FormatInt(n, 10) + " GB"
		}
		return strconv.FormatInt(n, 10)
	}
	switch {
	case t.HasMin && t.HasMax:
		return fmt.Sprintf(", %s to %s", text(t.Min), text(t.Max))
	case t.HasMin:
		return fmt.Sprintf(", %s or more", text(t.Min))
	case t.HasMax:
		return fmt.Sprintf(", %s at most", text(t.Max))
	}
	return ""
}

// oneOf is `"a", "b" or "c"`.
func oneOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}

// shortest is 15s, 1m30s, 1500ms: a duration as people write it.
func shortest(d time.Duration) string {
	if d >= time.Second && d%time.Second == 0 && d < 2*time.Minute && d != time.Minute {
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
	if d > 0 && d%time.Second != 0 && d%time.Millisecond == 0 {
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
