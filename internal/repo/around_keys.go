package repo

import (
	"path"
	"strings"
)

// isPrivate: by its name it may hold secrets.
func isPrivate(name string) bool { return isEnvFile(name) || isKeyFile(name) }

func isKeyFile(name string) bool {
	return inList(" .pem .key ", path.Ext(name)) || inList(" id_rsa id_ecdsa id_ed25519 ", name)
}

// key is the private key that a file of the repository is, or, of credentials
// that Rails encrypts, the one that opens them and lies where somebody works; "" of
// any other file.
func (v *surveyor) key(file string) string {
	dir, base := path.Split(file)
	switch name, ok := strings.CutSuffix(base, ".yml.enc"); {
	case ok && name == "credentials":
		return dir + "master.key"
	case ok && path.Base(dir) == "credentials":
		return dir + name + ".key"
	case ok: // somebody else's
		return ""
	}
	if !isKeyFile(base) || elsewhere(file) {
		return ""
	}
	for _, word := range []string{"localhost", "dev", "test", "example", "dummy", "sample", "fake", "snakeoil", "selfsigned", "self-signed"} {
		if strings.Contains(base, word) {
			return ""
		}
	}
	if contains(v.read(file), "PRIVATE KEY-----") {
		return file
	}
	return ""
}
