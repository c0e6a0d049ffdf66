package repo

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fly-standards/fly-standards/plan"
)

// TestRepositoriesRememberTheSame: several files of one repository, read side by
// side by one who remembers, are told the same as each alone. What changes
// meanwhile is not seen.
func TestRepositoriesRememberTheSame(t *testing.T) {
	dir := tree(t, `
-- .git/HEAD --
ref: refs/heads/main
-- .gitignore --
/tmp.log
-- .github/workflows/deploy.yml --
jobs:
  deploy:
    steps:
      - run: flyctl deploy -c apps/web/fly.staging.toml
      - run: trivy fs .
-- .gitlab-ci.yml --
deploy:
  script:
    - fly deploy -a by-gitlab
-- .env.example --
KEY=
-- apps/web/fly.toml --
app = "web"
-- apps/web/fly.staging.toml --
app = "web"
-- apps/web/package.json --
{"dependencies": {"express": "4"}}
-- apps/web/server.js --
const app = require('express')()
app.get('/healthz', (req, res) => res.send('ok'))
-- apps/web/test/server.test.js --
test('x', () => {})
-- apps/api/fly.toml --
app = "api"
[env]
WEB = "http://web.internal:3000"
-- apps/api/Dockerfile --
FROM node:22-slim
COPY . .
CMD ["node", "server.js"]
-- apps/api/.env --
API_TOKEN=not-a-real-one
-- apps/api/server.js --
const app = require('express')()
app.get('/health', (req, res) => res.send('ok'))
-- deploy/fly.toml --
app = "other"
[deploy]
release_command = "npx prisma migrate deploy"
`)
	var all Repositories
	files := []string{"apps/web/fly.toml", "apps/web/fly.staging.toml", "apps/api/fly.toml", "deploy/fly.toml", "apps/web/fly.toml"}
	got := make([]*plan.Repo, len(files))
	var wg sync.WaitGroup
	options := func(file string) Options {
		return Options{Dir: filepath.Join(dir, filepath.Dir(file)), ConfigName: filepath.Base(file), WorkingDir: dir}
	}
	for i, file := range files {
		wg.Go(func() { got[i], _ = all.Scan(t.Context(), options(file)) })
	}
	wg.Wait()
	for i, file := range files {
		want, err := Scan(t.Context(), options(file))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Errorf("%s (-alone +with the others):\n%s", file, diff)
		}
	}
	if n := len(got[0].Siblings); n != 2 {
		t.Errorf("%d siblings, want the staging file and the one that calls: %+v", n, got[0].Siblings)
	}
	if err := os.WriteFile(filepath.Join(dir, "apps/web/fly.new.toml"), []byte("app = 'new'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := all.Scan(t.Context(), options(files[0]))
	if err != nil || cmp.Diff(got[0], again) != "" {
		t.Errorf("it was read again: %v\n%s", err, cmp.Diff(got[0], again))
	}
}
