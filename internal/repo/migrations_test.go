package repo

import (
	"fmt"
	"testing"
)

// TestMigrations: the tools, and what shows that something runs them already.
func TestMigrations(t *testing.T) {
	const (
		rails  = "-- db/migrate/20260101_users.rb --\nclass Users < ActiveRecord::Migration[8.0]\nend\n"
		prisma = "-- prisma/schema.prisma --\ndatasource db {\n  provider = \"postgresql\"\n}\n-- prisma/migrations/1/migration.sql --\nselect 1;\n"
		django = "-- manage.py --\nimport sys\n-- shop/migrations/0001_initial.py --\nfrom django.db import migrations\n"
		ecto   = "-- priv/repo/migrations/2026_users.exs --\ndefmodule Users do\nend\n"
	)
	for _, tc := range []struct{ name, tree, want string }{
		{"rails", rails, "Rails db/migrate/20260101_users.rb:1"},
		{"django", django, "Django shop/migrations/0001_initial.py:1"},
		{"ecto", ecto, "Ecto priv/repo/migrations/2026_users.exs:1"},
		{"laravel", "-- database/migrations/2026_users.php --\n<?php\n", "Laravel database/migrations/2026_users.php:1"},
		{"alembic", "-- alembic/env.py --\nfrom logging.config import fileConfig\nfrom alembic import context\n", "Alembic alembic/env.py:2"},
		{"flask", "-- migrations/env.py --\nfrom alembic import context\nx = current_app.extensions['migrate']\n", "Flask-Migrate migrations/env.py:1"},
		{"prisma", prisma, "Prisma prisma/schema.prisma:2"},
		{"prisma without migrations", "-- prisma/schema.prisma --\ndatasource db {\n  provider = \"postgresql\"\n}\n", ""},
		{"knex", "-- knexfile.js --\nmodule.exports = {}\n", "Knex knexfile.js:1"},
		{"drizzle", "-- drizzle/meta/_journal.json --\n{}\n-- drizzle.config.ts --\nexport default { dialect: 'postgresql' }\n", "Drizzle drizzle.config.ts:1"},
		{"drizzle with sqlite", "-- drizzle.config.ts --\nexport default { dialect: 'sqlite' }\n", ""},
		{"typeorm", "-- src/migrations/1-users.ts --\nexport class Users1 implements MigrationInterface {}\n", "TypeORM src/migrations/1-users.ts:1"},
		{"sequelize", "-- migrations/1-users.js --\nmodule.exports = { up: (queryInterface) => queryInterface.createTable('users') }\n", "Sequelize migrations/1-users.js:1"},
		{"goose", "-- go.mod --\nmodule shop\n\nrequire github.com/pressly/goose/v3 v3.20.0\n", "goose go.mod:3"},
		{"goose of somebody else", "-- go.mod --\nmodule shop\n\nrequire github.com/pressly/goose/v3 v3.20.0 // indirect\n", ""},
		{"flyway in spring boot runs itself", "-- pom.xml --\n<artifactId>spring-boot-starter</artifactId><artifactId>flyway-core</artifactId>\n", ""},
		{"flyway by hand", "-- flyway.conf --\nflyway.url=jdbc\n", "Flyway flyway.conf:1"},
		{"another package's", "-- packages/api/prisma/schema.prisma --\n  provider = \"mysql\"\n-- packages/api/prisma/migrations/1/migration.sql --\nx\n-- Dockerfile --\nFROM node\nCOPY packages/web /app\n", ""},

		{"run by the entrypoint", rails + "-- bin/docker-entrypoint --\n#!/bin/bash\n./bin/rails db:prepare\n", "Rails db/migrate/20260101_users.rb:1, by bin/docker-entrypoint:2"},
		{"set up for a developer", rails + "-- bin/setup --\nbin/rails db:prepare\n", "Rails db/migrate/20260101_users.rb:1"},
		{"run by CMD", django + "-- Dockerfile --\nFROM python\nCOPY . .\nCMD python manage.py migrate && gunicorn shop\n", "Django shop/migrations/0001_initial.py:1, by Dockerfile:3"},
		{"run by an exec form", prisma + "-- Dockerfile --\nFROM node\nCOPY . .\nCMD [\"sh\", \"-c\", \"npx prisma migrate deploy && node .\"]\n", "Prisma prisma/schema.prisma:2, by Dockerfile:3"},
		{"built, not run", prisma + "-- Dockerfile --\nFROM node\nCOPY . .\nRUN npx prisma migrate deploy\nCMD node .\n", "Prisma prisma/schema.prisma:2"},
		{"run by a script of the Dockerfile", ecto + "-- rel/start.sh --\n/app/bin/migrate\n-- Dockerfile --\nFROM elixir\nCOPY . .\nCMD [\"/app/rel/start.sh\"]\n", "Ecto priv/repo/migrations/2026_users.exs:1, by rel/start.sh:1"},
		{"run by npm start", prisma + "-- package.json --\n{\n  \"scripts\": {\n    \"start\": \"prisma migrate deploy && node .\"\n  }\n}\n", "Prisma prisma/schema.prisma:2, by package.json:3"},
		{"a script that nobody starts", prisma + "-- package.json --\n{\n  \"scripts\": {\n    \"db:deploy\": \"prisma migrate deploy\"\n  }\n}\n", "Prisma prisma/schema.prisma:2"},
		{"run by the app", ecto + "-- lib/shop/application.ex --\nchildren = [{Ecto.Migrator, repos: []}]\n", "Ecto priv/repo/migrations/2026_users.exs:1, by lib/shop/application.ex:1"},
		{"run by a script that the app starts with", prisma + "-- scripts/check-db.js --\nexecSync('npx prisma migrate deploy')\n", "Prisma prisma/schema.prisma:2, by scripts/check-db.js:1"},
		{"named in a comment", prisma + "-- server.js --\n// run npx prisma migrate deploy first\n", "Prisma prisma/schema.prisma:2"},
		{"run by a workflow through fly", django + "-- .github/workflows/deploy.yml --\njobs:\n  x:\n    steps:\n      - run: fly ssh console -C \"python manage.py migrate\"\n", "Django shop/migrations/0001_initial.py:1, by .github/workflows/deploy.yml:4"},
		{"run by another app's file", prisma + "-- fly.worker.toml --\napp = \"w\"\n[deploy]\n  release_command = \"npx prisma migrate deploy\"\n", "Prisma prisma/schema.prisma:2, by fly.worker.toml:3"},
		{"run by a script that a deploy runs", prisma + "-- scripts/db.sh --\n#!/bin/sh\nexec \"$PRISMA_BIN\" migrate deploy\n-- .github/workflows/preview.yml --\njobs:\n  x:\n    steps:\n      - run: sh scripts/db.sh\n      - run: fly deploy\n", "Prisma prisma/schema.prisma:2, by scripts/db.sh:2"},
		{"run by a script of the tests", prisma + "-- scripts/db.sh --\nprisma migrate deploy\n-- .github/workflows/ci.yml --\njobs:\n  x:\n    steps:\n      - run: sh scripts/db.sh\n", "Prisma prisma/schema.prisma:2"},
		{"run by the tests", django + "-- .github/workflows/test.yml --\njobs:\n  x:\n    steps:\n      - run: python manage.py migrate\n", "Django shop/migrations/0001_initial.py:1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, got := scan(t, tree(t, tc.tree), Options{}).Migrations, ""
			if m != nil {
				got = fmt.Sprintf("%s %s:%d", m.Tool, m.File, m.Line)
				if m.RunBy != nil {
					got += fmt.Sprintf(", by %s:%d", m.RunBy.File, m.RunBy.Line)
				}
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
