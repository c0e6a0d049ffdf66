package secretscan

import (
	"encoding/base64"
	"strings"
	"testing"
)

// Values that look like real tokens are put together at run time, so that no
// scanner stops at this file.
func join(parts ...string) string { return strings.Join(parts, "") }

const (
	random32 = "q8Zr2Lx0Vb7Nw4Ts9Kd1Hf6Gj3Mc5PyA"
	hex64    = "9f2b7c1e04d8a6535be17fc0928d4a6e1b0c7f3d2e5a48961d0b3c7e8f5a2496"
)

func TestClassifyCertain(t *testing.T) {
	pem := join("-----BEGIN RSA PRIV", "ATE KEY-----\n", strings.Repeat("MIIEowIBAAKCAQEA0c\n", 6), "-----END RSA PRIV", "ATE KEY-----\n")
	for _, tc := range []struct{ name, value, reason string }{
		{"DB_PASSWORD", "hunter2", "the name ends in _PASSWORD"},
		{"dbPassword", "hunter2", "the name ends in _PASSWORD"},
		{"db-password", "hunter2", "the name ends in _PASSWORD"},
		{"Spring.Datasource.Password", "n-maqfyjuh", "the name ends in _PASSWORD"},
		{"PASSWORD", "changeme", "the name is PASSWORD"},
		{"JWT_SECRET", "changeme", "the name ends in _SECRET"},
		{"API_KEY", "your_api_key", "the name is API_KEY"},
		{"OpenAIAPIKey", "your_api_key", "the name ends in APIKEY"},
		{"openaiApiKey", "your_api_key", "the name ends in _API_KEY"},
		{"NQB_API_KEY", "kaxmldrg", "the name ends in _API_KEY"},
		{"STRIPE_API_KEY_LIVE", "abcdefgh", "the name ends in _API_KEY"},
		{"SECRET_KEY_BASE", "abcdefgh", "the name is SECRET_KEY_BASE"},
		{"SECRET_KEY_V2", "abcdefgh", "the name is SECRET_KEY"},
		{"AWS_SECRET_ACCESS_KEY", "abcdefgh", "the name ends in _SECRET_ACCESS_KEY"},
		{"PGPASSWORD", "hunter2", "the name ends in PASSWORD"},
		{"MYAPPAPIKEY", "hunter2x", "the name ends in APIKEY"},
		{"SMTP_PASS", "hunter2", "the name ends in _PASS"},
		{"MYSQL_PWD", "hunter2", "the name ends in _PWD"},
		{"GITHUB_TOKEN", "abcdef", "the name ends in _TOKEN"},
		{"RELEASE_COOKIE", "monster", "the name is RELEASE_COOKIE"},
		{"DB_PW", "hunter2", "the name ends in _PW"},
		{"dbPw", "hunter2", "the name ends in _PW"},
		{"WP_AUTH_SALT", "hunter2", "the name ends in _AUTH_SALT"},
		{"LIVE_VIEW_SIGNING_SALT", "hunter2", "the name ends in _SIGNING_SALT"},
		{"WALLET_PRIVATE_KEY", "hunter2", "the name ends in _PRIVATE_KEY"},
		{"AZURE_SEARCH_API_KEY", "hunter2x", "the name ends in _API_KEY"},
		{"RPC", join("https://mainnet.infura.io/v3/", hex64[:32]), "a URL of Infura with its key in the path"},
		{"RPC", join("https://eth-mainnet.g.alchemy.com/v2/", random32), "a URL of Alchemy with its key in the path"},
		{"SEEDS", join("https://gist.githubusercontent.com/who/", hex64[:32], "/raw/seeds.json"), "a URL of GitHub Gist with its key in the path"},
		{"RAILS_MASTER_KEY", "0123456789abcdef0123456789abcdef", "the name ends in _MASTER_KEY"},
		{"API_KEY", "6f1c1d6e-9f43-4b1c-8f53-0d2ad5a9b9a1", "the name is API_KEY"},
		{"DB_PASSWORD", "/8Kd0sLq2+fj3=", "the name ends in _PASSWORD"},
		{"DB_PASSWORD", "p4$word{1", "the name ends in _PASSWORD"},
		{"APP_KEY", "base64:" + random32 + "=", "an application key in Laravel's form"},

		{"DATABASE_URL", "postgres://app:hunter2@db.internal:5432/app?sslmode=disable", "a postgres URL with user and password"},
		{"PRIMARY", "mysql://vaultwarden:ojhg@vaultwarden-db.internal:3306/vaultwarden", "a mysql URL with user and password"},
		{"X", "redis://:hunter2@cache.internal", "a redis URL with a password"},
		{"X", "redis://a.internal:6379,redis://:hunter2@b.internal", "a redis URL with a password"},
		{"X", "mongodb+srv://u:p@cluster0.mongodb.net/db", "a mongodb+srv URL with user and password"},
		{"X", "amqp://guest:guest@rabbit", "an amqp URL with user and password"},
		{"X", "postgres://app:un/escaped@db.internal/app", "a postgres URL with user and password"},
		{"X", "postgres://app:a@b@db.internal/app", "a postgres URL with user and password"},
		{"X", "postgres://${USER}:hunter2@db.internal/app", "a postgres URL with user and password"},
		{"X", "jdbc:postgresql://db.internal/app?user=app&password=hunter2", "a postgresql URL with a password in its query"},
		{"TURSO", "libsql://app.turso.io?authToken=" + random32, "a libsql URL with an authToken in its query"},
		{"MYSQL_DSN", "app:hunter2@tcp(db.internal:3306)/app", "a MySQL DSN with user and password"},
		{"X", "Server=db.internal;Database=app;User Id=sa;Password=hunter2;", "a connection string with a password"},
		{"X", "host=db.internal user=app password=hunter2 dbname=app", "a connection string with a password"},
		{"X", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + random32, "a connection string with a accountkey"},
		{"ALERTS", join("https://hooks.slack.com/serv", "ices/T00000000/B11111111/", random32[:24]), "a Slack webhook URL with its token"},
		{"NOTIFY", join("https://discord.com/api/webh", "ooks/123456789012345678/", random32), "a Discord webhook URL with its token"},
		{"CERT", pem, "a private key"},
		{"CERT", base64.StdEncoding.EncodeToString([]byte(pem)), "a private key packed as base64"},
		{"GOOGLE", `{"type":"service_account","private_key":"` + strings.ReplaceAll(pem, "\n", `\n`) + `"}`, "a private key"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic " + random32, "an authorization header with its credentials"},

		{"BILLING", join("sk_li", "ve_4eC39HqLyjWDarjtT1zdp7dc"), "a known token shape (gitleaks stripe-access-token)"},
		{"CI", join("gh", "p_", "q8Zr2Lx0Vb7Nw4Ts9Kd1Hf6Gj3Mc5PyA2b7Q"), "a known token shape (gitleaks github-pat)"},
		{"BOT", join("xox", "b-", "123456789012-123456789012-AbCdEfGh1234"), "a known token shape (gitleaks slack-bot-token)"},
		{"MAPS", join("AI", "za", "SyBkq06w8epAb2WGuBZLCr7JHbKDv_bYvzA"), "a known token shape (gitleaks gcp-api-key)"},
		{"STRIPE_KEY_NAME", join("sk_li", "ve_4eC39HqLyjWDarjtT1zdp7dc"), "a known token shape (gitleaks stripe-access-token)"},
		{"REPO", join("https://gh", "p_q8Zr2Lx0Vb7Nw4Ts9Kd1Hf6Gj3Mc5PyA2b7Q", "@github.com/o/r"), "a known token shape (gitleaks github-pat)"},
	} {
		if got := Classify(tc.name, tc.value); got.Verdict != Certain || got.Reason != tc.reason {
			t.Errorf("Classify(%q, ...) = %v %q, want certain %q", tc.name, got.Verdict, got.Reason, tc.reason)
		}
	}
}

func TestClassifyLikely(t *testing.T) {
	for _, tc := range []struct{ name, value string }{
		{"SOMETHING", random32},
		{"SOMETHING", hex64},
		{"LICENSE_KEY", random32},
		{"GOOGLE_SAFE_BROWSING_KEY", random32},
		{"CONFIG", `{"region":"iad","api_key":"hunter2x"}`},
		{"APP_SALT", random32},
		{"DB_PASSWORD", "12345678"},
		{"ADMIN_PASSWORD_HASH", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"},
		{"BASIC_AUTH", "admin:hunter2"},
		{"DATADOG_THING", "0123456789abcdef0123456789abcdef01234567"},
		{"PUBLIC_DB", "postgres://app:hunter2@db.internal/app"},
	} {
		if got := Classify(tc.name, tc.value); got.Verdict != Likely || got.Reason == "" {
			t.Errorf("Classify(%q, %q) = %v %q, want likely", tc.name, tc.value, got.Verdict, got.Reason)
		}
	}
}

func TestClassifyNo(t *testing.T) {
	for _, tc := range []struct{ name, value string }{
		{"DB_PASSWORD", ""}, {"DB_PASSWORD", "  "},
		{"PASSWORD_RESET_URL", "https://example.com/reset"},
		{"SECRET_NAME", "prod/app/db"},
		{"TOKEN_EXPIRY", "3600"}, {"TOKEN_EXPIRY", "one-hour"}, {"JWT_SECRET_TTL", "24h"}, {"ACCESS_TOKEN_EXPIRES_IN", "7 days"},
		{"AWS_ACCESS_KEY_ID", "AKIAQ3EGRXCJEXAMPLEX"}, {"AWS_ACCESS_KEY_ID", random32},
		{"ZIG_OAUTH_CLIENT_ID", random32},
		{"STRIPE_PUBLISHABLE_KEY", "pk_live_" + random32}, {"STRIPE_KEY", "pk_test_" + random32},
		{"SSH_PUBLIC_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ" + random32},
		{"RECAPTCHA_SITE_KEY", random32}, {"SUPABASE_ANON_KEY", "eyJhbGciOiJIUzI1NiJ9." + random32 + "." + random32},
		{"NEXT_PUBLIC_API_KEY", random32}, {"VITE_SECRET", random32}, {"REACT_APP_API_KEY", "abc"}, {"PUBLIC_TOKEN", random32},
		{"KEY_FILE", "server.key"}, {"POSTGRES_PASSWORD_FILE", "/run/secrets/db"}, {"TLS_PRIVATE_KEY", "/etc/ssl/private/app.pem"},
		{"RSA_KEY_FILENAME", "/secrets/rsa_key"}, {"JWT_SECRET", "./jwt.key"}, {"PWD", "/app"}, {"PWD", "app"},
		{"PORT", "8080"}, {"MAX_TOKENS", "4096"}, {"SHOW_PASSWORD", "false"}, {"MIN_PASSWORD", "1000"}, {"REQUIRE_PASSWORD", "1"},
		{"SESSION_SECRET", "disabled"}, {"TOKEN", "none"}, {"REFRESH_TOKEN", "30d"},
		{"DB_PASSWORD", "${DB_PASSWORD}"}, {"DB_PASSWORD", "{{ db.password }}"}, {"DB_PASSWORD", "%DB_PASSWORD%"}, {"DB_PASSWORD", "$DB_PASSWORD"},
		{"DATABASE_URL", "postgres://app:${PASSWORD}@db.internal/app"}, {"DATABASE_URL", "postgres://postgres@db.internal:5432/postgres"},
		{"DATABASE_URL", "sqlite:///./app.db"}, {"DATABASE_URL", "sqlite3:///data/production.sqlite3"}, {"REDIS", "redis://protojson-redis.internal:6379/0"},
		{"SENTRY_DSN", "https://" + hex64[:32] + "@o1.ingest.sentry.io/1"},
		{"URL", "https://e634aa249181314328d6aec481953dc2.r2.cloudflarestorage.com"}, {"ORIGINS", "https://a.example.com,https://b.example.com"},
		{"WEBHOOK_URL", "https://hooks.slack.com"}, {"API", "https://api.example.com/v1?key="}, {"HOOK", "https://example.com/hook?token=${TOKEN}"},
		{"ADDR", "cache.internal:6379"}, {"HOST", "db.internal"}, {"ADMIN", "[::]:8080"},
		{"TWILIO_ACCOUNT_SID", join("AC", hex64[:32])}, {"TREASURY_WALLET", "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"},
		{"FEE_ADDRESS", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"}, {"ALGOLIA_SEARCH_API_KEY", hex64[:32]}, {"RPC", "https://mainnet.infura.io/v3/${INFURA_ID}"},
		{"PW", "yes-please"}, {"CONFIG", `{"region":"iad","size":2}`},
		{"GIT", "2f4e6a8b0c1d3e5f7a9b2c4d6e8f0a1b3c5d7e9f"}, {"COMMIT_SHA", hex64}, {"IMAGE_DIGEST", "sha256:" + hex64}, {"ASSET_VERSION", random32},
		{"FLY_RESTORED_FROM", "vol_" + random32}, {"PLAN", "6f1c1d6e-9f43-4b1c-8f53-0d2ad5a9b9a1"}, {"CONSUMER_ROLE_ID", random32},
		{"MODEL", "claude-3-5-sonnet-20241022"}, {"MODEL", "sentence-transformers-all-MiniLM-L6-v2"}, {"LOG", "Monolog\\Formatter\\JsonFormatter"},
		{"SORT_KEY", "created_at"}, {"PARTITION_KEY", "tenant"}, {"EOS_TOKEN", "</s>"}, {"MONKEY", "banana"}, {"COMPASS", "north"}, {"BYPASS", "abc"},
		{"GREETING", "Hello, world 2024!"}, {"USER_AGENT", "plyr.fm/1.0 (+https://plyr.fm)"}, {"FEATURES", "a=1,b=2"},
		{"IMAGE", "registry.fly.io/app:deployment-01HZX3Y8K2@sha256:" + hex64}, {"CRON", "*/5 * * * *"},
		{"CERT", "-----BEGIN CERTIFICATE-----\n" + random32 + "\n-----END CERTIFICATE-----"},
		{"CONTRACT", "0x52908400098527886E0F7030069857D2E4169EE7"}, {"APP_CONFIG", "ApplicationConfigurationV2ForProduction1"},
		{"BASIC_AUTH_ENABLED", "true"}, {"FLAGS", "--password-file=/run/secrets/x --verbose=1"},
	} {
		if got := Classify(tc.name, tc.value); got.Verdict != No {
			t.Errorf("Classify(%q, %q) = %v %q, want no", tc.name, tc.value, got.Verdict, got.Reason)
		}
	}
}

func TestCommandLines(t *testing.T) {
	for value, want := range map[string]Verdict{
		"bin/migrate --password hunter2x":                         Likely,
		"bin/migrate --db-password='hunter2x'":                    Likely,
		"java -Dspring.datasource.password=hunter2x -jar app.jar": Likely,
		"redis-server --appendonly yes --requirepass hunter2x":    Likely,
		"sh -c \"API_KEY=hunter2x ./run\"":                        No, // quoted words are not taken apart
		"API_KEY=hunter2x ./run":                                  Likely,
		"bin/migrate --password $DB_PASSWORD":                     No,
		"bin/migrate --password ${DB_PASSWORD}":                   No,
		"bin/migrate --password-file /run/secret":                 No,
		"bin/migrate --password":                                  No,
		"bin/migrate --password --verbose":                        No,
		"bin/server --token-ttl 30s --port 8080":                  No,
		"npx prisma migrate deploy":                               No,
		"--appendonly yes --maxmemory 200mb":                      No,
	} {
		if got := Classify("release_command", value); got.Verdict != want || strings.Contains(got.Reason, "hunter2x") {
			t.Errorf("%q: %v %q, want %v", value, got.Verdict, got.Reason, want)
		}
	}
}

// A reason is printed, logged and put into plans: it must never hold a value.
func TestReasonHoldsNoValue(t *testing.T) {
	for _, value := range []string{"hunter2hunter2", random32, hex64, "postgres://app:hunter2@db/x", "Server=a;Password=hunter2"} {
		for _, name := range []string{"DB_PASSWORD", "X", "API_KEY", "LICENSE_KEY", "PUBLIC_X"} {
			if reason := Classify(name, value).Reason; strings.Contains(reason, "hunter2") || strings.Contains(reason, value) {
				t.Errorf("Classify(%q, ...) gives a reason that holds the value: %q", name, reason)
			}
		}
	}
}

func TestNameRefused(t *testing.T) {
	for name, refused := range map[string]bool{
		"DB_PASSWORD": false, "_x1": false, "a": false, "FLYING": false,
		"": true, "1A": true, "DB-PASSWORD": true, "A.B": true, "A B": true, "Ä": true, "FLY_API_TOKEN": true, "fly_x": true,
	} {
		if got := NameRefused(name); (got != "") != refused {
			t.Errorf("NameRefused(%q) = %q, want refused: %v", name, got, refused)
		}
	}
}

func TestMask(t *testing.T) {
	for value, want := range map[string]string{
		"postgres://app:hunter2@db.internal:5432/app":    "postgres://app:(hidden)@db.internal:5432/app",
		"redis://:hunter2@cache.internal":                "redis://:(hidden)@cache.internal",
		"postgres://app:a@hunter2@db/app":                "postgres://app:(hidden)@db/app",
		"postgres://app:a/hunter2@db/app":                "postgres://app:(hidden)@db/app",
		"postgres://app:1/hunter2@db/app":                hidden,
		"postgres://app:a?hunter2@db/app":                hidden,
		"postgres://app:x@a?hunter2@db/app":              hidden,
		"postgres://app:a#hunter2@db/app":                hidden,
		"postgres://app:x@db/app?sslpassword=hunter2":    "postgres://app:(hidden)@db/app?(hidden)",
		"https://user:hunter2@example.com/":              hidden,
		"https://hooks.example.com/hunter2":              hidden,
		"hunter2":                                        hidden,
		"":                                               hidden,
		"redis://:x@a,redis://:hunter2@b":                hidden,
		"postgres://" + random32 + ":hunter2@db/app":     "postgres://(hidden):(hidden)@db/app",
		"password=hunter2 postgres://app:x@db/app":       hidden,
		"Server=tcp:db;Password=hunter2;Url=redis://a:b": hidden,
	} {
		if got := Mask(value); got != want {
			t.Errorf("Mask(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestRuleLibrary(t *testing.T) {
	lib := loadRules()
	if len(lib.Rules) < 150 {
		t.Fatalf("the rule library has %d usable rules: its text no longer parses as expected", len(lib.Rules))
	}
	for _, r := range lib.Rules {
		if r.compile() == nil {
			t.Errorf("rule %s: its expression doesn't compile", r.ID)
		}
	}
}

func FuzzClassify(f *testing.F) {
	f.Add("DB_PASSWORD", "postgres://app:hunter2@db/app")
	f.Add("x", "Server=a;Password=b")
	f.Add("A", "a:b@tcp(c)/d")
	f.Fuzz(func(t *testing.T, name, value string) {
		first := Classify(name, value)
		if first.Verdict != No && first.Reason == "" {
			t.Errorf("a verdict without a reason")
		}
		if again := Classify(name, value); again != first {
			t.Errorf("not the same twice: %v, %v", first, again)
		}
		Mask(value)
	})
}

// What a Mask shows must not hold the password, wherever odd bytes stand.
func FuzzMask(f *testing.F) {
	f.Add("hunter2")
	f.Add("a@b/c?d#e:f")
	f.Fuzz(func(t *testing.T, odd string) {
		const mark = "Zq7Zq7"
		for _, password := range []string{mark + odd, odd + mark, odd + mark + odd} {
			if got := Mask("postgres://app:" + password + "@db.internal/app"); strings.Contains(got, mark) {
				t.Errorf("the password shows: %q", got)
			}
		}
	})
}

func BenchmarkClassifyPlain(b *testing.B) {
	for b.Loop() {
		Classify("LOG_LEVEL", "info")
		Classify("APP_URL", "https://app.example.com")
		Classify("DB_PASSWORD", "hunter2")
		Classify("DATABASE_URL", "postgres://app:hunter2@db.internal:5432/app")
	}
}

func BenchmarkClassifyRandom(b *testing.B) {
	for b.Loop() {
		Classify("SOMETHING", random32)
	}
}
