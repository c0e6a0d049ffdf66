package journal

import (
	"bytes"
	"strings"
	"testing"
)

// Whatever a journal holds: the entries before the damage, numbered from 1,
// and an error that says which line. A torn last line is no damage, so cutting
// a good journal anywhere gives a beginning of its entries.
func FuzzParse(f *testing.F) {
	f.Add([]byte("{\"seq\":1,\"time\":\"2026-01-01T00:00:00Z\",\"kind\":\"begin\"}\n{\"seq\":2,\"kind\":\"intent\",\"step\":\"file\",\"data\":{}}\n"), uint(70))
	f.Add([]byte("{\"seq\":1}\n{\"seq\":3}\n"), uint(3))
	f.Add([]byte("{\"seq\":1}\n{\"se"), uint(12))
	f.Add([]byte("\n\n"), uint(0))
	f.Fuzz(func(t *testing.T, raw []byte, at uint) {
		entries, err := parse("j", raw)
		for i, e := range entries {
			if e.Seq != i+1 {
				t.Fatalf("entry %d has number %d", i+1, e.Seq)
			}
		}
		if err != nil {
			if !strings.HasPrefix(err.Error(), "read journal j, line ") {
				t.Errorf("the error has no line: %v", err)
			}
			return
		}
		if lines := bytes.Count(raw, []byte("\n")); lines != len(entries) {
			t.Errorf("%d lines, %d entries", lines, len(entries))
		}
		cut := raw[:at%uint(len(raw)+1)]
		begin, err := parse("j", cut)
		if err != nil || len(begin) > len(entries) {
			t.Errorf("cut after %d bytes: %d of %d entries, %v", len(cut), len(begin), len(entries), err)
		}
	})
}
