package repo

import (
	"path"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// What other files put before a route: guards of the whole app, Spring Security,
// and the controllers of Rails.

// guard adds what other files put before the route.
func (f *facts) guard(r *localRoute) {
	if r.open || r.Doubted(plan.DoubtGuard) {
		return
	}
	for i := range f.guards {
		if g := &f.guards[i]; g.stops(r.Framework, r.Path) {
			kind := plan.DoubtGuard
			if g.moves {
				kind = plan.DoubtBase
			}
			r.doubt(kind, g.Evidence)
			return
		}
	}
	if r.Framework == "Rails" || r.Framework == "ASP.NET-MVC" {
		if e := f.controllerGuard(r.handler); e != nil {
			r.doubt(plan.DoubtGuard, *e)
		}
	}
	if f.secured != nil && strings.HasPrefix(r.Framework, "Spring") && !f.permitted(r.Path) {
		r.doubt(plan.DoubtGuard, *f.secured)
	}
}

// permitted: Spring Security's own configuration lets the path through, or none
// of its chains is about it.
func (f *facts) permitted(p string) bool {
	matched := false
	for _, code := range f.security {
		if strings.Contains(code, "anyRequest().permitAll()") || strings.Contains(code, "anyExchange().permitAll()") {
			return true
		}
		for _, at := range springPermit().FindAllStringSubmatchIndex(code, -1) {
			line := code[at[2]:at[3]]
			if strings.Contains(line, "EndpointRequest") || patternsCover(line, p) {
				return true
			}
		}
		chains, limited := strings.Count(code, "SecurityFilterChain "), springChain().FindAllStringSubmatch(code, -1)
		if chains == 0 || len(limited) < chains {
			matched = true
		}
		for _, m := range limited {
			matched = matched || patternsCover(m[1], p)
		}
	}
	return len(f.security) > 0 && !matched
}

var (
	springPermit = lazy(`(?s)(?:requestMatchers|antMatchers|mvcMatchers|pathMatchers|authorize)\(((?:[^()]|\([^()]*\))*?)\)?\s*[.,]\s*permitAll`)
	springChain  = lazy(`securityMatchers?\(((?:[^()]|\([^()]*\))*)\)`)
	antPattern   = lazy(`"(/[^"]*)"`)
)

func patternsCover(text, p string) bool {
	for _, m := range antPattern().FindAllStringSubmatch(text, -1) {
		head, wild := strings.CutSuffix(m[1], "/**")
		if p == m[1] || wild && (p == head || strings.HasPrefix(p, head+"/")) || strings.HasSuffix(m[1], "/*") && path.Dir(p) == path.Dir(m[1]) {
			return true
		}
	}
	return false
}

// controller is what a controller of Rails or ASP.NET says about who may call it.
type controller struct {
	parent string
	guard  *plan.Evidence
	skips  bool
}

func (f *facts) controller(name string, c controller) {
	if f.control == nil {
		f.control = map[string]controller{}
	}
	f.control[name] = c
}

// controllerGuard climbs from the controller of "status#index" to its parents.
func (f *facts) controllerGuard(handler string) *plan.Evidence {
	name, _, _ := strings.Cut(handler, "#")
	if strings.HasPrefix(name, "rails/") {
		return nil
	}
	name = strings.ToLower(strings.ReplaceAll(path.Base(name), "_", "")) + "controller"
	for range 6 {
		c, ok := f.control[name]
		if !ok || c.skips {
			return nil
		}
		if c.guard != nil {
			return c.guard
		}
		name = c.parent
	}
	return nil
}
