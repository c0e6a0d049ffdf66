package repo

import "strings"

var (
	// makeVariable is $(APP) of a Makefile.
	makeVariable = lazy(`\$\(([A-Za-z_]\w*)\)`)
	// variable is a word that is one variable and nothing else: $APP, ${APP},
	// ${{env.APP}}.
	variable = lazy(`^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\}|\{\{env\.([A-Za-z_]\w*)\}\})$`)
	// given is a line that gives a variable a value, and does nothing else: of a
	// shell, a Makefile, and in YAML the env of a workflow.
	given = lazy(`^\s*(?:(?:export|readonly|local)\s+)?([A-Za-z_]\w*)\s*[?:]{0,2}[=:]\s*(.*?)\s*$`)
	// givenToo is any other way to give one a value: behind a condition, in a loop,
	// from what is read.
	givenToo = lazy(`(?:^|[^\w$.-])([A-Za-z_]\w*)\s*[?:+]?=|\bfor\s+([A-Za-z_]\w*)\s+in\b|\bread((?:\s+[-\w]+)+)`)
)

// resolved is the value of a word that is a variable, where the script gives it
// one value and that is a plain word; else the word itself.
func (p *scriptParser) resolved(word string) string {
	found := variable().FindStringSubmatch(word)
	if found == nil {
		return word
	}
	if p.values == nil {
		p.readValues()
	}
	value := p.values[found[1]+found[2]+found[3]]
	if value == "" || dynamic(value) || strings.ContainsAny(value, " ;&|()") {
		return word
	}
	return value
}

// readValues notes what the script gives its variables, "" for one that it gives
// more than one value or that may be anything.
func (p *scriptParser) readValues() {
	p.values = map[string]string{}
	set := func(name, value string) {
		if _, again := p.values[name]; again {
			value = ""
		}
		p.values[name] = value
	}
	for _, line := range p.lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		own := ""
		if g := given().FindStringSubmatch(line); g != nil {
			own = g[1]
			set(own, strings.Trim(g[2], `"'`))
		}
		for _, m := range givenToo().FindAllStringSubmatch(line, -1) {
			for _, name := range strings.Fields(m[1] + m[2] + m[3]) {
				if name == own {
					own = "" // that is the line itself
					continue
				}
				set(name, "")
			}
		}
	}
}
