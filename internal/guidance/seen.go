package guidance

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
)

// manifests are read for words that tell what an app uses. A word in a comment
// counts too: a topic too many costs three lines.
var manifests = []string{"package.json", "Gemfile", "mix.exs", "requirements.txt", "pyproject.toml", "go.mod", "Cargo.toml", "composer.json", "pom.xml", "build.gradle", "build.gradle.kts", "fly.toml"}

type sign struct {
	use  string
	word *regexp.Regexp
}

// signs are compiled when they are asked for: no other command needs them.
var signs = sync.OnceValue(func() []sign {
	return []sign{
		{Database, regexp.MustCompile(`(?i)postgres|psycopg|\bpg\b|pgx|mysql|prisma|drizzle|typeorm|sequelize|ecto_sql|sqlalchemy|activerecord|\brails\b|django|diesel|sqlx|gorm|mongo|redis|laravel|DATABASE_URL`)},
		{React, regexp.MustCompile(`"(react|preact|vue|svelte|solid-js)"`)},
		{FullStack, regexp.MustCompile(`"(next|nuxt|@remix-run/[a-z]+|@react-router/[a-z]+|@sveltejs/kit|astro)"`)},
		{Volumes, regexp.MustCompile(`(?m)^\s*\[*mounts?\]`)},
		{Workers, regexp.MustCompile(`(?mi)^\s*\[+processes\]|sidekiq|celery|bullmq|\boban\b|\bresque\b|graphile-worker|rabbit|kafka|\bnats\b`)},
		{Regions, regexp.MustCompile(`fly-replay|PRIMARY_REGION`)},
	}
})

// Seen tells what the app in a folder uses, by its manifests (at most 1 MiB of
// each; what can't be read is passed over). Nil means that there was none: all
// topics matter then.
func Seen(folder string) []string {
	var uses []string
	read := false
	for _, name := range manifests {
		text, err := head(filepath.Join(folder, name))
		if err != nil {
			continue
		}
		read = read || name != "fly.toml"
		for _, s := range signs() {
			if !slices.Contains(uses, s.use) && s.word.Match(text) {
				uses = append(uses, s.use)
			}
		}
	}
	if !read {
		return nil
	}
	if uses == nil {
		uses = []string{}
	}
	return uses
}

func head(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, os.ErrNotExist
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 1<<20))
}
