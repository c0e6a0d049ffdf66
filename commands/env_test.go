package commands

import "testing"

func withVars(vars map[string]string) *Env {
	return &Env{Getenv: func(name string) (string, bool) { v, ok := vars[name]; return v, ok }}
}

func TestColor(t *testing.T) {
	type vars = map[string]string
	for name, tc := range map[string]struct {
		vars vars
		tty  bool
		off  bool
		want bool
	}{
		"terminal":                  {nil, true, false, true},
		"pipe":                      {nil, false, false, false},
		"flag":                      {vars{"CLICOLOR_FORCE": "1"}, true, true, false},
		"NO_COLOR":                  {vars{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, true, false, false},
		"empty NO_COLOR":            {vars{"NO_COLOR": ""}, true, false, true},
		"forced into a pipe":        {vars{"CLICOLOR_FORCE": "1"}, false, false, true},
		"CLICOLOR_FORCE=0":          {vars{"CLICOLOR_FORCE": "0"}, false, false, false},
		"CLICOLOR=0":                {vars{"CLICOLOR": "0"}, true, false, false},
		"dumb":                      {vars{"TERM": "dumb"}, true, false, false},
		"CI alone forbids no color": {vars{"CI": "1"}, true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := withVars(tc.vars).color(tc.tty, tc.off); got != tc.want {
				t.Errorf("color is %t, want %t", got, tc.want)
			}
		})
	}
}

func TestNobodyIsAskedInCI(t *testing.T) {
	for _, vars := range []map[string]string{{"CI": ""}, {"GITHUB_ACTIONS": "true"}} {
		e := withVars(vars)
		e.StdinTTY, e.StderrTTY = true, true
		if e.interactive() {
			t.Errorf("asks with %v", vars)
		}
	}
	e := withVars(nil)
	e.StdinTTY, e.StderrTTY = true, true
	if !e.interactive() {
		t.Error("does not ask on a terminal")
	}
	e.StdinTTY = false
	if e.interactive() {
		t.Error("asks without a terminal to answer on")
	}
}

func TestQuoteArg(t *testing.T) {
	for in, want := range map[string]string{
		"plan.json": "plan.json", "a,b": "a,b", "": "''", "my plan.json": "'my plan.json'", "it's": `'it'\''s'`, "$(x)": "'$(x)'",
	} {
		if got := quoteArg(in); got != want {
			t.Errorf("quoteArg(%q) is %s, want %s", in, got, want)
		}
	}
}
