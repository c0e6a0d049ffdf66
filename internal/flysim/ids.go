package flysim

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"
)

// Every id is drawn from what it names and how many there were before, never
// from chance, so that two runs of a test print the same.

// next counts what was made under a name.
func (p *Platform) next(kind string) int {
	p.serial[kind]++
	return p.serial[kind]
}

func digestOf(parts ...string) [32]byte {
	h := sha256.New()
	for _, s := range parts {
		_, _ = h.Write([]byte(s))
		_, _ = h.Write([]byte{0})
	}
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

// hexID is n hex digits for the i-th thing of a kind.
func (p *Platform) hexID(kind string, n int) string {
	sum := digestOf(kind, strconv.Itoa(p.next(kind)))
	return hex.EncodeToString(sum[:])[:n]
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ulid is 26 characters: the time in ms, then 80 bits of what it names.
func ulid(at time.Time, of ...string) string {
	var out [26]byte
	ms := uint64(max(at.UnixMilli(), 0))
	for i := 9; i >= 0; i-- {
		out[i] = crockford[ms&31]
		ms >>= 5
	}
	sum := digestOf(of...)
	hi, lo := binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])
	for i := range 8 {
		out[10+i] = crockford[hi>>(5*i)&31]
		out[18+i] = crockford[lo>>(5*i)&31]
	}
	return string(out[:])
}

func imageDigest(of string) string {
	sum := digestOf("image", of)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// stamp is how the API writes a time.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
