package commands

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// What bash makes of a value after a comma: it is offered, and inserted as it
// would be typed. The package bash-completion is played.
func TestBashCompletesAfterAComma(t *testing.T) {
	const around = `
compopt() { :; }
_get_comp_words_by_ref() { cur=lhr,s prev=--regions words=(fly-standards plan --regions lhr,s) cword=3; }
fly-standards() { printf "$OFFERED"; }
COMP_TYPE=$TYPE COLUMNS=80 COMP_LINE="fly-standards plan --regions lhr,s"
__start_fly-standards
printf '<%s>' "${COMPREPLY[@]}"
`
	for _, tt := range []struct {
		name, offered, kind string
		descriptions        bool
		want                string
	}{
		{"one", `lhr,ams\tAmsterdam\nlhr,syd\tSydney\n:4\n`, "9", true, "<lhr,syd>"},
		{"listed", `lhr,sin\tSingapore\nlhr,syd\tSydney\n:4\n`, "63", true, "<lhr,sin  (Singapore)><lhr,syd  (Sydney)>"},
		{"menu", `lhr,ams\tAmsterdam\nlhr,syd\tSydney\n:4\n`, "37", true, "<lhr,syd>"},
		{"bare", `lhr,ams\nlhr,syd\n:4\n`, "9", false, "<lhr,syd>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var script bytes.Buffer
			if err := BashCompletion(Root(), &script, tt.descriptions); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), "bash", "--norc", "-s")
			cmd.Env = []string{"OFFERED=" + tt.offered, "TYPE=" + tt.kind}
			cmd.Stdin = strings.NewReader(script.String() + around)
			out, err := cmd.CombinedOutput()
			if got := strings.Join(strings.Fields(string(out)), " "); err != nil || got != strings.Join(strings.Fields(tt.want), " ") {
				t.Errorf("bash offers %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}
