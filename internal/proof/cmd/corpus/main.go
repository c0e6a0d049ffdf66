// Command corpus runs plan and apply over every *.toml of a folder, offline
// and on copies, and prints what came of it: how many files were kept as they
// were, how many were changed, how many refused, and what each rule found.
//
//	go run ./internal/proof/cmd/corpus [-allow review] [-flyctl PATH] [-orders N] FOLDER
//
// It exits with 1 when a promise was broken on any file: a byte changed
// outside the plan's edits, a comment lost, a key added that flyctl ignores,
// something left to do after apply, a file that flyctl accepted before and
// refuses now, or other bytes when the rules are applied in another order.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
)

func main() {
	allow := flag.String("allow", "", "review: also make the fixes that need consent")
	flyctl := flag.String("flyctl", "", "path of flyctl: validate each file before and after with it")
	orders := flag.Int("orders", 0, "also apply the rules one by one in `N` random orders")
	verbose := flag.Bool("v", false, "a line a file")
	flag.Usage = func() {
		_, _ = fmt.Fprintln(flag.CommandLine.Output(), "usage: corpus [-allow review] [-flyctl PATH] [-orders N] [-v] FOLDER")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	paths, err := filepath.Glob(filepath.Join(flag.Arg(0), "*.toml"))
	if err != nil || len(paths) == 0 {
		_, _ = fmt.Fprintf(os.Stderr, "no *.toml in %s\n", flag.Arg(0))
		os.Exit(2)
	}
	t := newTotals()
	for _, path := range paths {
		r, err := run(context.Background(), path, *allow, *flyctl)
		if err != nil {
			_, _ = fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			os.Exit(2)
		}
		if *verbose {
			fmt.Printf("%s\t%s\t%s\n", filepath.Base(path), r.what, r.detail)
		}
		if *orders > 0 {
			if err := r.anyOrder(path, *orders); err != nil {
				_, _ = fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
				os.Exit(2)
			}
		}
		t.add(path, r)
	}
	t.print()
	if len(t.broken) > 0 {
		os.Exit(1)
	}
}

// totals sums up.
type totals struct {
	what   map[string]int
	rules  map[string]map[string]int // rule: outcome: how often
	parse  []string
	broken []string
	files  int
}

func newTotals() *totals {
	return &totals{what: map[string]int{}, rules: map[string]map[string]int{}}
}

func (t *totals) add(path string, r result) {
	t.files++
	t.what[r.what]++
	if r.what == refused {
		t.parse = append(t.parse, filepath.Base(path)+": "+r.detail)
	}
	for _, b := range r.broken {
		t.broken = append(t.broken, filepath.Base(path)+": "+b)
	}
	for rule, n := range r.rules {
		for outcome, k := range n {
			if t.rules[rule] == nil {
				t.rules[rule] = map[string]int{}
			}
			t.rules[rule][outcome] += k
		}
	}
}

func (t *totals) print() {
	fmt.Printf("%d files: %d changed, %d kept, %d refused\n\n", t.files, t.what[changed], t.what[kept], t.what[refused])
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	outcomes := []string{"planned", "needs-consent", "held", "manual", "conflict", "ignored"}
	_, _ = fmt.Fprint(w, "rule")
	for _, o := range outcomes {
		_, _ = fmt.Fprint(w, "\t", o)
	}
	_, _ = fmt.Fprintln(w)
	names := make([]string, 0, len(t.rules))
	for name := range t.rules {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		_, _ = fmt.Fprint(w, name)
		for _, o := range outcomes {
			_, _ = fmt.Fprint(w, "\t", t.rules[name][o])
		}
		_, _ = fmt.Fprintln(w)
	}
	_ = w.Flush()
	section("refused, as no TOML", t.parse)
	section("BROKEN PROMISES", t.broken)
}

func section(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Printf("\n%s\n", title)
	for _, line := range lines {
		fmt.Println("  " + line)
	}
}
