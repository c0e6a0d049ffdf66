package secretscan

import "testing"

func TestPlaceholder(t *testing.T) {
	for value, want := range map[string]bool{
		"changeme": true, "your_key": true, "test": true, "test-secret-key": true, "e2e-session-secret-of-32-characters": true, "dev_only": true, "ABC": true, "some_password": true,
		"postgres://app:app@localhost:5432/app": true, "redis://:pw@127.0.0.1:6379": true, "postgresql://postgres:postgres@db/app": true, "amqp://a:b@[::1]/": true,
		"postgres://app:hunter2hunter2@db.example.net/app": true, // a word of its own
		"postgres://app:hunter2@ep-cool.neon.tech/app":     false, "postgres://app:hunter2@app-db.internal:5432/app": false, "redis://:hunter2@10.0.0.5:6379": false,
		"sk_test_36Fx2pjmif1FnuTBoTuVX3Er00VNRP": false, "whsec_0264a0a8a42a3099703c42": false, "tested-by-nobody": false, "localhost": false, "hunter2": false,
	} {
		if got := Placeholder(value); got != want {
			t.Errorf("Placeholder(%q) = %v", value, got)
		}
	}
}

func TestStock(t *testing.T) {
	for value, want := range map[string]bool{
		"secret": true, "supers3cret": true, "postgres": true, "Password": true, "SG.test-key": true, "test-jwt-secret-key-do-not-use-in-production": true,
		"postgres://app:postgres@ep-cool.neon.tech/app": true, "postgres://appuser:summertime@ep-cool.neon.tech/main": false, "redis://default:correcthorse@x.upstash.io": false,
		"correct-horse-token": false, "hunter2": false, "correct-horse-battery-staple": false, "secret-kJhGfDsA": false, "admin2024": false, "secret:x8": false, "Summer": false, "": false,
		"sk_test_36Fx2pjmif1FnuTBoTuVX3Er00VNRP": false, "tokenabcdefghijklmnop": false, "schlüssel-secret": false,
	} {
		if got := Stock(value); got != want {
			t.Errorf("Stock(%q) = %v", value, got)
		}
	}
}
