package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/charmbracelet/log"
)

const canary = "canary-7d1f"

// TestNoWayOfPrintingShowsTheText tries every way that a value could get into
// an output by accident, alone and inside other values.
func TestNoWayOfPrintingShowsTheText(t *testing.T) {
	v := New(canary)
	type holder struct {
		V  Value
		P  *Value
		M  map[string]Value
		L  []Value
		in Value
	}
	h := holder{V: v, P: &v, M: map[string]Value{"k": v}, L: []Value{v}, in: v}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v"} {
		fmt.Fprintf(&out, verb+"\n", v)
		fmt.Fprintf(&out, verb+"\n", &v)
		fmt.Fprintf(&out, verb+"\n", h.M)
		fmt.Fprintf(&out, verb+"\n", h.L)
		fmt.Fprintf(&out, verb+"\n", h)
		fmt.Fprintf(&out, verb+"\n", &h)
	}
	fmt.Fprintf(&out, "%v %+v %#v\n", h.V, h.P, h.in)
	fmt.Fprintln(&out, fmt.Errorf("store %v: %w", v, fmt.Errorf("%s", v)))
	for _, x := range []any{v, h.M, h.L, h.P} {
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	if b, err := xml.Marshal(struct{ V Value }{v}); err == nil {
		out.Write(b)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v, "p", &v)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	log.New(&out).Error("x", "v", v, "p", &v)
	if strings.Contains(out.String(), canary) || strings.Contains(out.String(), fmt.Sprintf("%x", canary)) {
		t.Errorf("the text shows:\n%s", out.String())
	}
	if !strings.Contains(out.String(), "(hidden)") {
		t.Errorf("nothing was printed at all:\n%s", out.String())
	}
	if v.Reveal() != canary {
		t.Error("Reveal does not give the text")
	}
}

func TestFingerprintTellsApart(t *testing.T) {
	a, b := New("one"), New("two")
	if a.Fingerprint() == b.Fingerprint() || a.Fingerprint() != New("one").Fingerprint() {
		t.Error("a fingerprint must be of the value")
	}
	if len(a.Fingerprint()) != 8 {
		t.Errorf("fingerprint %q", a.Fingerprint())
	}
	if !a.Equal(New("one")) || a.Equal(b) {
		t.Error("Equal")
	}
}

// Its key is drawn anew by every process: with one that is known, a short
// password could be searched for by what a plan shows of it.
func TestFingerprintCannotBeSearchedFor(t *testing.T) {
	if bytes.Equal(fingerprintKey(), make([]byte, 32)) {
		t.Error("the key was not drawn")
	}
}
