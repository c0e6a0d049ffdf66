package deployed

import (
	"strconv"
	"strings"
	"time"
)

// services patches every entry of [[services]]; an empty one is dropped.
func (p patcher) services(root *node) {
	n, ok := root.key("services")
	if !ok {
		return
	}
	list, ok := p.list(n, "services[]")
	out := &node{kind: kArray, src: n.src, wrong: !ok}
	for _, s := range list {
		p.service(s)
		if len(s.keys) > 0 {
			out.items = append(out.items, s)
		}
	}
	root.set("services", out)
}

func (p patcher) service(s *node) {
	p.concurrency(s)
	if n, ok := s.key("ports"); ok {
		ports, ok := p.list(n, "services[].ports[]")
		for _, port := range ports {
			p.number(port, "port", "services[].ports[].port")
		}
		s.set("ports", &node{kind: kArray, items: ports, src: n.src, wrong: !ok})
	}
	for _, key := range []string{"tcp_checks", "http_checks"} {
		n, ok := s.key(key)
		if !ok {
			continue
		}
		checks, ok := p.list(n, "services[]."+key+"[]")
		for _, c := range checks {
			p.check(c)
		}
		if len(checks) == 0 && ok {
			s.drop(key)
			continue
		}
		s.set(key, &node{kind: kArray, items: checks, src: n.src, wrong: !ok})
	}
	p.number(s, "internal_port", "services[].internal_port")
}

// concurrency reads the old form, "soft,hard", which means requests.
func (p patcher) concurrency(s *node) {
	n, ok := s.key("concurrency")
	if !ok || n.kind == kTable {
		return
	}
	limits := &node{kind: kTable, src: n.src}
	left, right, two := strings.Cut(n.text(), ",")
	soft, err1 := strconv.Atoi(left)
	hard, err2 := strconv.Atoi(right)
	if n.kind != kText || !two || err1 != nil || err2 != nil {
		p.form(n, "services[].concurrency")
		limits.wrong = true
	} else {
		limits.set("type", n.as(kText, "requests"))
		limits.set("soft_limit", n.as(kInt, int64(soft)))
		limits.set("hard_limit", n.as(kInt, int64(hard)))
	}
	s.set("concurrency", limits)
}

// check patches one check of [[services]] or of [checks]: a number is
// milliseconds there, and headers have two forms.
func (p patcher) check(c *node) {
	for _, key := range []string{"interval", "timeout", "grace_period"} {
		if n, ok := c.key(key); ok {
			c.set(key, p.duration(n, time.Millisecond))
		}
	}
	n, ok := c.key("headers")
	if !ok {
		return
	}
	out := &node{kind: kTable, src: n.src}
	switch n.kind {
	case kTable:
		for _, name := range n.keys {
			out.set(name, p.printed(n.kids[name]))
		}
	case kArray:
		for _, item := range n.items {
			name, named := item.key("name")
			if !named { // the list is what is mended: one entry of it has no form of its own
				p.refuse(Refusal{Kind: WrongForm, Node: n.src, Type: typeAt("checks.*.headers"), Takes: takesHeaders})
				out.wrong = true
				break
			}
			value, said := item.key("value")
			if !said {
				value = item.as(kText, "")
			}
			out.set(printed(name), p.printed(value))
		}
	default:
		p.refuse(Refusal{Kind: WrongForm, Node: n.src, Type: typeAt("checks.*.headers"), Takes: takesHeaders})
		out.wrong = true
	}
	if len(out.keys) == 0 && !out.wrong {
		c.drop("headers")
		return
	}
	c.set("headers", out)
}
