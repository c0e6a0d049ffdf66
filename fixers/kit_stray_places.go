package fixers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/internal/flytoml"
	"github.com/fly-standards/fly-standards/plan"
)

// placeStray finds out where a check belongs and how it gets there; false for
// what says nothing of a check. taken are the places where one goes already.
func placeStray(f *flytoml.File, c *strayCheckNode, taken map[string]bool) bool {
	items := strayItems(*c)
	if !slices.ContainsFunc(items, checkItem.says) {
		return false
	}
	for _, i := range items {
		c.left = append(c.left, i.left...)
		for _, s := range services(f) { // nothing else says which it is for
			if c.of.Path == "" && i.port == strconv.Itoa(s.InternalPort) {
				c.of = s
			}
		}
	}
	kind, why := strayKind(*c, items)
	if c.why = why; why != "" {
		return true
	}
	if c.waits = kind == "tcp" && c.of.HTTPService; c.waits {
		c.toTop(f, items)
		return true
	}
	to := checksPath(c.of, kind)
	have, there := f.Get(to)
	if there && len(have.Items()) > 0 {
		c.why = to + " has a check already: keep one of the two"
		return true
	}
	var edits []flytoml.Edit
	if there { // checks = []: an empty array is in the way
		edits = append(edits, removal(to))
	}
	if whole := c.node.Kind() == flytoml.ArrayTables || c.node.Kind() == flytoml.Table && len(items) == 1 && items[0].node.Path() == c.node.Path(); whole && !taken[to] {
		edits = append(edits, items.inPlace()...)
		edits = append(edits, flytoml.Edit{Op: flytoml.Move, Path: c.node.Path(), To: to})
		if c.node.Kind() == flytoml.Table && c.of.HTTPService { // flyctl refuses the single table there
			edits = append(edits, flytoml.Edit{Op: flytoml.ArrayOf, Path: to})
		}
	} else {
		for _, i := range items {
			if i.tables {
				c.why = "its headers are a table of their own"
				return true
			}
			c.left = append(c.left, i.along...)
			if !slices.ContainsFunc(i.entries, func(e flytoml.Entry) bool { return kind == "tcp" || e.Key == "method" }) {
				i.entries = append([]flytoml.Entry{{Key: "method", Value: `"GET"`}}, i.entries...)
			}
			edits = append(edits, flytoml.Edit{Op: flytoml.Append, Path: to, Entries: i.entries})
		}
		edits = append(edits, c.gone()...)
	}
	c.move(f, to, edits)
	taken[to] = taken[to] || c.to != ""
	return true
}

// toTop makes a TCP check of http_service, which takes none, one of the top level.
func (c *strayCheckNode) toTop(f *flytoml.File, items checkItems) {
	to := flytoml.Join("checks", tcpName(c.of))
	if _, there := f.Get(to); there || len(items) != 1 {
		c.why = "http_service has HTTP checks only: a TCP check of its port is a top-level one, [checks.NAME] with type and port"
		return
	}
	c.left = append(c.left, items[0].along...)
	entries := slices.Concat([]flytoml.Entry{{Key: "type", Value: `"tcp"`}, {Key: "port", Value: strconv.Itoa(c.of.InternalPort)}}, items[0].entries)
	if groups := c.of.Processes; len(groups) > 0 {
		entries = append(entries, flytoml.Entry{Key: "processes", Value: quotedList(groups)})
	}
	c.move(f, to, append([]flytoml.Edit{{Op: flytoml.AddTable, Path: to, Entries: entries}}, c.gone()...))
}

func (c strayCheckNode) gone() []flytoml.Edit {
	out := []flytoml.Edit{removal(c.node.Path())}
	for _, n := range c.with {
		out = append(out, removal(n.Path()))
	}
	return out
}

func (c *strayCheckNode) move(f *flytoml.File, to string, edits []flytoml.Edit) {
	if c.edits = readable(f, edits...); c.edits == nil {
		c.why = "flyctl would refuse it there"
		return
	}
	c.to = to
}

// moveCheck takes a stray check to where its service's checks are read.
func moveCheck(c strayCheckNode, f *plan.Finding) {
	if c.to == "" {
		of := ""
		if c.of.Path != "" {
			of = " of " + c.of.Path
		}
		f.Notes = append(f.Notes, "it looks like a health check"+of+"; not moved: "+c.why)
		return
	}
	f.Message = c.node.Path() + " is ignored by flyctl; it belongs in " + c.to
	f.Fix = reviewFix("the check takes effect at the next deploy: a machine that fails it gets no requests", c.edits...)
	if c.waits {
		f.Fix.Why = "the check takes effect at the next deploy, which waits until it passes"
	}
	var with []string
	for _, n := range c.with {
		if !slices.Contains(c.left, leftText(n)) {
			with = append(with, lastKey(n))
		}
	}
	if len(with) > 0 {
		f.Notes = append(f.Notes, "with it: "+strings.Join(with, ", "))
	}
	if len(c.left) > 0 {
		f.Notes = append(f.Notes, "left out, because Fly's checks have no such setting: "+strings.Join(c.left, ", "))
	}
}

func checksPath(s service, kind string) string {
	if s.HTTPService {
		return s.Path + ".checks"
	}
	return s.Path + "." + kind + "_checks"
}
