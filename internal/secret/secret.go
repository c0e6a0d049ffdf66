// Package secret holds values that must never be seen.
package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"
)

// hidden is all that any way of printing a Value gives.
const hidden = "(hidden)"

// Value is a secret value. Every way of printing, logging or encoding it
// gives "(hidden)"; the text itself comes out of Reveal only, whose callers are
// all in package fly, which a test in internal/arch holds: the body of the secrets endpoint, the authorization
// header, and the hiding of what a server's message repeats.
//
// The text is behind a pointer because fmt reaches into unexported fields of
// a struct without asking their methods: there it finds an address.
type Value struct{ text *string }

// New wraps text.
func New(text string) Value { return Value{&text} }

// Reveal is the text itself. Must not be called for anything that is shown,
// logged or written.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// Empty says whether there is no text at all.
func (v Value) Empty() bool { return v.Reveal() == "" }

// Equal compares without revealing.
func (v Value) Equal(o Value) bool { return hmac.Equal([]byte(v.Reveal()), []byte(o.Reveal())) }

var fingerprintKey = sync.OnceValue(func() []byte {
	key := make([]byte, 32)
	// rand.Read never fails (crypto/rand, Go 1.24).
	_, _ = rand.Read(key)
	return key
})

// Fingerprint is eight hex digits to tell two values apart within one run.
// Its key is drawn anew by every process, so that a stored fingerprint of a
// short password can't be searched for.
func (v Value) Fingerprint() string {
	mac := hmac.New(sha256.New, fingerprintKey())
	mac.Write([]byte(v.Reveal()))
	return hex.EncodeToString(mac.Sum(nil))[:8]
}

// String implements fmt.Stringer.
func (Value) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Value) GoString() string { return hidden }

// Format implements fmt.Formatter, so that no verb reaches the text.
func (Value) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(hidden)) }

// MarshalText implements encoding.TextMarshaler.
func (Value) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON implements json.Marshaler.
func (Value) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// LogValue implements slog.LogValuer.
func (Value) LogValue() slog.Value { return slog.StringValue(hidden) }
