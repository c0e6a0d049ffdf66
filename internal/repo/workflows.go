package repo

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/fly-standards/fly-standards/plan"
)

// The bounds for workflows: a repository has a few, of some kilobytes each.
const (
	maxWorkflows    = 100
	maxWorkflowSize = 256 << 10
)

// workflows reads .github/workflows below root, by name. A file that is no
// YAML is passed over: GitHub runs it neither.
func workflows(root string) []plan.Workflow {
	dir := filepath.Join(root, ".github", "workflows")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []plan.Workflow
	for _, entry := range entries {
		name := entry.Name()
		if ext := path.Ext(name); ext != ".yml" && ext != ".yaml" || !entry.Type().IsRegular() || len(out) == maxWorkflows {
			continue
		}
		text, _ := readInto(nil, filepath.Join(dir, name))
		if len(text) == 0 || len(text) > maxWorkflowSize {
			continue
		}
		if w := workflow(".github/workflows/"+name, text); w != nil {
			out = append(out, *w)
		}
	}
	return out
}

// workflow reads one. Aliases are not followed: GitHub has none worth it, and
// a file of them would cost more than it tells.
func workflow(file string, text []byte) *plan.Workflow {
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 {
		return nil
	}
	top := doc.Content[0]
	w := &plan.Workflow{File: file, Concurrency: yamlAt(top, "concurrency") != nil, Text: string(text)}
	on := yamlAt(top, "on")
	switch {
	case on == nil:
	case on.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(on.Content); i += 2 {
			w.Triggers = append(w.Triggers, on.Content[i].Value)
		}
	default:
		w.Triggers = words(on)
	}
	w.Called = slices.Contains(w.Triggers, "workflow_call")
	w.Off = len(w.Triggers) == 1 && switchedOff(yamlAt(on, w.Triggers[0], "branches"))
	dir := scalar(yamlAt(top, "defaults", "run", "working-directory"))
	jobs := yamlAt(top, "jobs")
	if jobs == nil || jobs.Kind != yaml.MappingNode {
		return w
	}
	for i := 0; i+1 < len(jobs.Content); i += 2 {
		j := workflowJob(jobs.Content[i+1], dir)
		j.ID, j.Line = jobs.Content[i].Value, jobs.Content[i].Line
		j.Env = append(pairs(yamlAt(top, "env")), j.Env...)
		w.Jobs = append(w.Jobs, j)
	}
	return w
}

func workflowJob(n *yaml.Node, dir string) plan.Job {
	j := plan.Job{
		Concurrency: yamlAt(n, "concurrency") != nil, Uses: word(yamlAt(n, "uses")), Needs: words(yamlAt(n, "needs")),
		Condition: scalar(yamlAt(n, "if")), Environment: yamlAt(n, "environment") != nil, Env: pairs(yamlAt(n, "env")),
	}
	if own := scalar(yamlAt(n, "defaults", "run", "working-directory")); own != "" {
		dir = own
	}
	steps := yamlAt(n, "steps")
	if steps == nil {
		return j
	}
	for _, s := range steps.Content {
		step := plan.WorkStep{Uses: word(yamlAt(s, "uses")), Run: word(yamlAt(s, "run")), Dir: dir, With: map[string]plan.Word{}}
		if own := scalar(yamlAt(s, "working-directory")); own != "" {
			step.Dir = own
		}
		for _, p := range pairs(yamlAt(s, "with")) {
			step.With[p.Name] = p
		}
		j.Env = append(j.Env, pairs(yamlAt(s, "env"))...)
		j.Steps = append(j.Steps, step)
	}
	return j
}

// switchedOff says whether all branches that start a workflow are called so.
func switchedOff(branches *yaml.Node) bool {
	names := words(branches)
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool {
		return !strings.Contains(strings.ToLower(name), "disabled")
	})
}

// at is the value below keys, nil for none.
func yamlAt(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		var next *yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				next = n.Content[i+1]
			}
		}
		n = next
	}
	return n
}

func scalar(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

func word(n *yaml.Node) plan.Word {
	if n == nil || n.Kind != yaml.ScalarNode {
		return plan.Word{}
	}
	w := plan.Word{Line: n.Line, Column: n.Column, Text: n.Value}
	if n.Style == yaml.LiteralStyle || n.Style == yaml.FoldedStyle {
		w.Line++ // the text begins on the line below the mark
	}
	return w
}

// words are one scalar, or the scalars of a list.
func words(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var out []string
	for _, c := range n.Content {
		if c.Kind == yaml.ScalarNode {
			out = append(out, c.Value)
		}
	}
	return out
}

func pairs(n *yaml.Node) []plan.Word {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var out []plan.Word
	for i := 0; i+1 < len(n.Content); i += 2 {
		w := word(n.Content[i+1])
		w.Name = n.Content[i].Value
		out = append(out, w)
	}
	return out
}
