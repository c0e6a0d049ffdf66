package repo

import (
	"regexp"
	"strings"
	"sync"
)

// makeVariable is $(APP) of a Makefile.
var makeVariable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\(([A-Za-z_]\w*)\)`) })

// variable is a word that is one variable and nothing else: $APP, ${APP},
// ${{env.APP}}.
var variable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\}|\{\{env\.([A-Za-z_]\w*)\}\})$`)
})

// given is a line that gives a variable a value: of a shell, a Makefile, and in
// YAML the env of a workflow.
var given = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(?:(?:export|readonly|local)\s+)?([A-Za-z_]\w*)\s*[?:]{0,2}[=:]\s*(.*?)\s*$`)
})

// resolved is the value of a word that is a variable, where the script gives it
// one value and that is a plain word; else the word itself.
func (p *scriptParser) resolved(word string) string {
	found := variable().FindStringSubmatch(word)
	if found == nil {
		return word
	}
	name := found[1] + found[2] + found[3]
	value, times := "", 0
	for _, line := range p.lines {
		if !strings.Contains(line, name) {
			continue
		}
		if g := given().FindStringSubmatch(line); g != nil && g[1] == name {
			value, times = strings.Trim(g[2], `"'`), times+1
		} else if strings.Contains(line, "for "+name+" in ") || strings.Contains(line, "read "+name) {
			return word
		}
	}
	if times != 1 || value == "" || dynamic(value) || strings.ContainsAny(value, " ;&|()") {
		return word
	}
	return value
}
