package secretscan

import "strings"

// isCertainEnd: the ends of a name that mean a secret by themselves, at most
// maxEndWords words long.
var isCertainEnd = list(`SECRET_KEY_BASE SECRET_ACCESS_KEY SERVICE_ROLE_KEY SERVICE_ACCOUNT_KEY RELEASE_COOKIE ERLANG_COOKIE
 PRIVATE_KEY PRIVATEKEY ENCRYPTION_KEY ENCRYPT_KEY DECRYPTION_KEY SIGNING_KEY SIGNATURE_KEY
 MASTER_KEY ACCESS_KEY ACCESSKEY ACCOUNT_KEY ADMIN_KEY SECRET_KEY SECRETKEY SHARED_KEY
 API_KEY APIKEY API_KEYS APIKEYS API_TOKENS AUTH_KEY DEPLOY_KEY SSH_KEY JWT_KEY HMAC_KEY SESSION_KEY COOKIE_KEY
 SEED_PHRASE MNEMONIC PASSPHRASE PASSPHRASES PASSWORDS PASSWORD PASSWD PASSWRD PASS PWD PW
 ACCESS_TOKENS AUTH_TOKENS AUTHTOKEN ACCESSTOKEN APITOKEN SECRETS SECRET TOKEN
 ` + saltEnds)

const maxEndWords = 4

// saltEnds: what frameworks sign and encrypt with under the name of a salt
// (WordPress, Rails, Laravel Hashids, Next-Auth), and WordPress's keys that go
// with them.
const saltEnds = `AUTH_SALT LOGGED_IN_SALT NONCE_SALT SIGNING_SALT ENCRYPTED_COOKIE_SALT ENCRYPTED_SIGNED_COOKIE_SALT SIGNED_COOKIE_SALT SESSION_SALT
 COOKIE_SALT TOKEN_SALT PASSWORD_SALT JWT_SALT LOGGED_IN_KEY NONCE_KEY`

// gluedEnds are those that are also found glued to the word before them:
// PGPASSWORD, MYAPIKEY, clientsecret.
var gluedEnds = [...]string{"PASSWORD", "PASSWD", "APIKEY", "SECRETKEY", "PRIVATEKEY", "ACCESSKEY", "AUTHTOKEN", "ACCESSTOKEN", "APITOKEN", "CLIENTSECRET", "DBPASS", "PGPASS", "SMTPPASS", "USERPASS", "MAILPASS", "REDISPASS"}

// secretName judges a value by the end of its name. It is called for names
// that aren't about a secret and for values that aren't plain.
func secretName(words []string, value string) Result {
	end := suffixOf(words)
	switch {
	case end == "":
		return weakName(words, value)
	case (end == "PWD" || end == "PW") && len(words) == 1:
		return Result{} // the shell's working directory; PW says too little
	case end == "TOKEN" && notAToken(words, value):
		return Result{}
	case end == "PASS" && passVerb(words):
		return Result{}
	}
	if strings.Join(trimQualifiers(words), "_") == end {
		return Result{Certain, "the name is " + end}
	}
	if strings.HasSuffix(strings.Join(trimQualifiers(words), "_"), "_"+end) {
		return Result{Certain, "the name ends in _" + end}
	}
	return Result{Certain, "the name ends in " + end}
}

// suffixOf is the end of the name that marks a secret, "" for none.
func suffixOf(words []string) string {
	words = trimQualifiers(words)
	if len(words) == 0 {
		return ""
	}
	end, more := strings.Join(words[max(len(words)-maxEndWords, 0):], "_"), true
	for more { // the longest counts, for the reason quotes it
		if isCertainEnd(end) {
			return end
		}
		_, end, more = strings.Cut(end, "_")
	}
	// OpenAIAPIKey splits into OPEN AIAPI KEY: the last two count together.
	last := strings.Join(words[max(len(words)-2, 0):], "")
	for _, end := range gluedEnds {
		if strings.HasSuffix(last, end) {
			return end
		}
	}
	return ""
}

func endsInPassword(words []string) bool {
	end := suffixOf(words)
	if !strings.HasPrefix(end, "PASS") && end != "PWD" && end != "PW" && !strings.HasSuffix(end, "PASS") {
		return false
	}
	return !switchVerb(words[0])
}

// switchVerb is a first word that makes the name a switch or a bound:
// SHOW_PASSWORD, MIN_PASSWORD.
var switchVerb = list("SHOW HIDE REQUIRE REQUIRES ALLOW ENABLE DISABLE USE MIN MAX RESET FORGOT VALIDATE CHECK SKIP IS HAS NO")

// beforePass: a render pass, a compiler pass, a season pass.
var beforePass = list("BY FIRST SECOND SINGLE MULTI RENDER TWO ONE PROXY")

func passVerb(words []string) bool {
	words = trimQualifiers(words)
	return len(words) >= 2 && beforePass(words[len(words)-2])
}

// beforeToken: a model's vocabulary, and project tokens that a page shows.
var beforeToken = list("EOS BOS PAD UNK MASK SEP CLS STOP START END MAX MIN NEXT PER CSRF XSRF MIXPANEL")

// notAToken tells the other meanings of the word: a model's vocabulary, and
// project tokens that a page shows to anybody.
func notAToken(words []string, value string) bool {
	words = trimQualifiers(words)
	if n := len(words); n >= 2 && beforeToken(words[n-2]) {
		return true
	}
	return strings.HasPrefix(value, "pk.") // a Mapbox public token
}

// isWeakEnd: the ends of such names.
var isWeakEnd = list("KEY KEYS SALT PEPPER TOKENS CREDENTIAL CREDENTIALS CREDS WEBHOOK PIN OTP SEED AUTH LICENSE LICENCE COOKIES")

// weakName handles names that often, not always, carry a secret; the value has
// to look drawn at random as well.
func weakName(words []string, value string) Result {
	words = trimQualifiers(words)
	if len(words) == 0 {
		return Result{}
	}
	last := words[len(words)-1]
	if !isWeakEnd(last) {
		return Result{}
	}
	if raw, ok := strings.CutPrefix(value, "base64:"); ok && last == "KEY" && len(raw) >= 20 {
		return Result{Certain, "an application key in Laravel's form"}
	}
	if len(value) >= 16 && looksRandom(value, 3.0) && !isUUID(value) {
		return Result{Likely, "a random-looking value under a name that ends in " + last}
	}
	return Result{}
}
