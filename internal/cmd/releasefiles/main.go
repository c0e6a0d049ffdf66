// Command releasefiles writes what the release ships beside the program: shell
// completions and man pages. The archives, the packages and the Homebrew cask
// take the files as they are, so that nothing has to run the program while it
// is being installed.
//
//	go run ./internal/cmd/releasefiles -time 2026-11-25T12:00:00Z .release
//
// The same commit gives the same bytes: the time is that of the commit.
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/fly-standards/fly-standards/commands"
)

func main() {
	at := flag.String("time", "", "the `TIME` that the man pages are from (RFC 3339)")
	flag.Parse()
	if err := run(flag.Arg(0), *at); err != nil {
		fmt.Fprintln(os.Stderr, "releasefiles:", err)
		os.Exit(1)
	}
}

func run(dir, at string) error {
	if dir == "" {
		return fmt.Errorf("name the folder to write into")
	}
	date, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return fmt.Errorf("-time: %w", err)
	}
	files, err := generate(commands.Root(), date.UTC())
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate gives every file by its name. Homebrew makes the names of its links
// from these: fly-standards.zsh becomes _fly-standards, and a name that had the
// underscore already would get a second one (cask/artifact/zshcompletion.rb,
// Homebrew 6.0.18).
func generate(root *cobra.Command, date time.Time) (map[string][]byte, error) {
	name := root.Name()
	files := map[string][]byte{}
	for suffix, write := range map[string]func(*bytes.Buffer) error{
		".bash": func(b *bytes.Buffer) error { return commands.BashCompletion(root, b, true) },
		".zsh":  func(b *bytes.Buffer) error { return root.GenZshCompletion(b) },
		".fish": func(b *bytes.Buffer) error { return root.GenFishCompletion(b, true) },
		".ps1":  func(b *bytes.Buffer) error { return root.GenPowerShellCompletionWithDesc(b) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return nil, fmt.Errorf("completion %s: %w", suffix, err)
		}
		files["completions/"+name+suffix] = b.Bytes()
	}
	pages, err := manPages(root, date)
	if err != nil {
		return nil, fmt.Errorf("man pages: %w", err)
	}
	for page, content := range pages {
		files["man/"+page+".gz"] = content
	}
	return files, nil
}

// manPages are compressed without a name and a time, as Debian wants them.
func manPages(root *cobra.Command, date time.Time) (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "man-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	header := &doc.GenManHeader{Section: "1", Date: &date, Source: "fly-standards", Manual: "fly-standards"}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return nil, err
	}
	pages := map[string][]byte{}
	return pages, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(content); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		pages[filepath.Base(path)] = b.Bytes()
		return nil
	})
}
