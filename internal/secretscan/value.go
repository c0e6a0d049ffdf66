package secretscan

import (
	"net/netip"
	"strings"
)

// publicValue says why a value is made to be published; "" when it isn't.
func publicValue(value string) string {
	for _, prefix := range []string{"pk_test_", "pk_live_", "pk_prod_", "phc_", "rzp_live_", "rzp_test_"} {
		if strings.HasPrefix(value, prefix) {
			return "public by design: a publishable key"
		}
	}
	if strings.HasPrefix(value, "-----BEGIN ") && !strings.Contains(value, "PRIVATE KEY") {
		return "public by design: a certificate or a public key"
	}
	if strings.HasPrefix(value, "ssh-rsa AAAA") || strings.HasPrefix(value, "ssh-ed25519 AAAA") {
		return "public by design: an SSH public key"
	}
	if strings.HasPrefix(value, "AKIA") && len(value) == 20 {
		return "public by design: the id of an AWS key, not the key"
	}
	return ""
}

// isPlain says whether a value is of a kind that never is a secret.
func isPlain(value string) bool {
	return isNumber(value) || isSwitch(value) || isDuration(value) || isInterpolation(value) ||
		isPath(value) || isFileName(value) || isHost(value) || isCleanURL(value)
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isNumber accepts what a person writes for a number or a list of numbers:
// 1_000, -3, 2.5, 50%, 0x1f, 10MB, 1,2,3.
func isNumber(s string) bool {
	s = strings.TrimLeft(s, "+-")
	digits := strings.TrimRight(s, "bBkKmMgGtTiI%")
	if len(s)-len(digits) <= 3 && digits != "" && isDigits(digits[:1]) &&
		strings.Trim(digits, "0123456789._, ") == "" {
		return true
	}
	hex, ok := strings.CutPrefix(strings.ToLower(s), "0x")
	return ok && hex != "" && len(hex) <= 8 && strings.Trim(hex, "0123456789abcdef") == ""
}

var switchWord = list("true false yes no on off enabled disabled enable disable none null nil undefined optional required auto always never")

func isSwitch(s string) bool { return switchWord(strings.ToLower(s)) }

var isUnit = list("ns us ms s sec secs second seconds m min mins minute minutes h hr hrs hour hours d day days w week weeks y year years")

// isDuration accepts 30s, 1h30m, 7 days, 15 minutes.
func isDuration(s string) bool {
	rest := strings.ToLower(strings.TrimSpace(s))
	if rest == "" || rest[0] < '0' || rest[0] > '9' {
		return false
	}
	for rest != "" {
		number := strings.TrimLeft(rest, "0123456789.")
		if number == rest {
			return false
		}
		number = strings.TrimLeft(number, " ")
		unit := strings.TrimLeft(number, "abcdefghijklmnopqrstuvwxyz")
		if !isUnit(number[:len(number)-len(unit)]) {
			return false
		}
		rest = strings.TrimLeft(unit, " ")
	}
	return true
}

// isInterpolation: the value is filled in by something else, ${X}, {{x}}, %x%,
// $X, $(command). It must be the whole value, or be braced and closed.
func isInterpolation(s string) bool {
	if closed(s, "${", "}") || closed(s, "{{", "}}") || closed(s, "<%", "%>") || strings.HasPrefix(s, "$(") && strings.HasSuffix(s, ")") {
		return true
	}
	if name, ok := strings.CutPrefix(s, "$"); ok && isIdentifier(name) {
		return true
	}
	return len(s) > 2 && s[0] == '%' && s[len(s)-1] == '%' && isIdentifier(s[1:len(s)-1])
}

func closed(s, open, end string) bool {
	_, rest, ok := strings.Cut(s, open)
	return ok && strings.Index(rest, end) > 0
}

func isIdentifier(s string) bool {
	return s != "" && (s[0] < '0' || s[0] > '9') && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// isPath accepts absolute, relative and home paths, and lists of them. A
// random base64 text may begin with a slash too: a part that looks drawn at
// random is no folder.
func isPath(s string) bool {
	if len(s) > 2 && s[1] == ':' && (s[2] == '\\' || s[2] == '/') {
		return true
	}
	if !strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "./") && !strings.HasPrefix(s, "../") && !strings.HasPrefix(s, "~/") {
		return false
	}
	if strings.ContainsAny(s, "+=") {
		return false
	}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == ':' }) {
		if len(part) >= 16 && looksRandom(part, 3.5) {
			return false
		}
	}
	return true
}

// isFileEnd: endings that make a single word a file's name.
var isFileEnd = list("pem key crt cer csr p8 p12 pfx jks json yml yaml toml ini conf cfg env txt md log db sqlite sqlite3 sql csv xml html js mjs cjs ts py rb php go sh ex exs jar sock pid lock zip gz tar png jpg svg ico gpg asc pub")

func isFileName(s string) bool {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || !isFileEnd(strings.ToLower(s[i+1:])) {
		return false
	}
	for _, c := range []byte(s[:i]) {
		if !isHostByte(c) && c != '_' && c != '/' {
			return false
		}
	}
	return len(s) < 20 || !looksRandom(s[:i], 3.8)
}

func isHostByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.'
}

// isHostEnd: last labels common enough to tell a host from a word with a dot.
var isHostEnd = list("com net org io dev app co ai sh me eu uk de fr nl se no fi dk ch at be es it pl pt ru ua in jp kr cn tw au nz ca us br mx ar za edu gov tech cloud online site xyz info biz tv fm gg family internal flycast local localhost localdomain run host")

// isHost accepts a bare host, with or without a port, and a comma list of them.
func isHost(s string) bool {
	for one := range strings.SplitSeq(s, ",") {
		if !isOneHost(strings.TrimSpace(one)) {
			return false
		}
	}
	return true
}

func isOneHost(s string) bool {
	if isAddress(s) {
		return true
	}
	host, port, hasPort := strings.Cut(s, ":")
	if hasPort && (!isDigits(port) || len(port) > 5) || host == "" {
		return false
	}
	host = strings.TrimPrefix(strings.TrimPrefix(host, "*"), ".")
	for _, c := range []byte(host) {
		if !isHostByte(c) {
			return false
		}
	}
	if host == "localhost" || hasPort {
		return true
	}
	i := strings.LastIndexByte(host, '.')
	return i > 0 && isHostEnd(strings.ToLower(host[i+1:]))
}

// isAddress accepts an IP address, alone, with a port or as a network.
func isAddress(s string) bool {
	if !strings.ContainsAny(s, ".:") { // else net/netip makes an error three times
		return false
	}
	if _, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return true
	}
	if _, err := netip.ParseAddrPort(s); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(s)
	return err == nil
}
