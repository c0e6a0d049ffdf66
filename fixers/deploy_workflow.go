package fixers

import (
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/fly-standards/fly-standards/plan"
)

func deployWorkflow() plan.Fixer {
	return plan.Fixer{
		ID:        "deploy-workflow",
		Title:     "the workflow that deploys is pinned, alone, and finds its file",
		Severity:  plan.Warning,
		MoreAsked: true,
		Doc: `A workflow that deploys holds a token that can change the app. An action pinned to @master or to a moving tag runs whatever its
owner pushed last, with that token. Two runs at the same time deploy over each other; concurrency keeps them apart. A --config that
names a missing file fails at the next deploy. A push that deploys before anything was tested ships its bugs to your users.

superfly/flyctl-actions/setup-flyctl is the action; release 1.6 is commit ed8efb33836e8b2096c7fd3ba1c8afe303ebbff1. Tags that exist: 1, 1.0
to 1.6, v1, v1.4. A deploy token for one app is enough: fly tokens create deploy. The
token that fly auth token prints can change every app of its owner.

No workflow is ever created unasked. With --rule deploy-workflow, or enabled = true in the settings, the rule also reports
that nothing deploys.

Manual fix: uses: superfly/flyctl-actions/setup-flyctl@ed8efb33836e8b2096c7fd3ba1c8afe303ebbff1 # 1.6, and concurrency: with a group for each
app and cancel-in-progress: false.`,
		Check: checkDeployWorkflow,
	}
}

var (
	flyDeploys = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\bfly(?:ctl)?\s+(?:(?:[\w=./-]+|["']?\$(?:\{\{[^}\n]*\}\}|\{?\w+\}?)["']?)\s+)*(?:deploy|launch|machine\s+(?:run|update))\b|\bfly(?:ctl)?\s+(?:m|machines)\s+(?:run|update)\b`)
	})
	floatingInstall = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:curl|wget)[^\n|]*fly\.io/install\.sh[^\n|]*\|`)
	})
	tokenInClear = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bfm[12]_[A-Za-z0-9+/=_-]{20,}|\bfo1_[\w-]{20,}`) })
	fullSHA      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{40}$`) })
	configFlag   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|\s)(?:-c|--config)[ =]["']?([^\s"']+)`) })
)

// flyTags are the tags of superfly/flyctl-actions that exist (August 2026).
const flyTags = " 1 1.0 1.1 1.2 1.3 1.4 1.5 1.6 v1 v1.4 "

const (
	inClear  = "the workflow contains a Fly token"
	revokeIt = "revoke it, and keep the new one in the repository's secrets"
	forOne   = "fly tokens create deploy -a APP makes one for this app alone"
)

// scriptFaults are what the scripts of a workflow should not do.
var scriptFaults = []struct {
	seen           func() *regexp.Regexp
	kind           string
	severity       plan.Severity
	message, howTo string
}{
	{floatingInstall, "install", plan.Info, "install.sh takes the newest flyctl each time", "use superfly/flyctl-actions/setup-flyctl, pinned"},
	{personalToken, "wide", plan.Warning, "fly auth token prints a personal token, which can change every app of its owner", forOne},
	{orgToken, "wide", plan.Warning, "this makes a token for the whole organization", forOne},
	{tokenInClear, "token", plan.Error, inClear, revokeIt},
}

func checkDeployWorkflow(t plan.Target) []plan.Finding {
	a := around(t)
	var out []plan.Finding
	deploys := a.OtherCI != nil
	for _, w := range a.Workflows {
		if w.Off || !usesFly(w) {
			continue
		}
		deploys = true
		out = append(out, workflowFindings(t, w)...)
	}
	if !deploys && t.Repo != nil && t.Repo.Around != nil && asked(t, "deploy-workflow") {
		for _, u := range t.Repo.Uses {
			if u.Own && u.Command == "deploy" && strings.Contains(u.File, "ci") {
				return out
			}
		}
		out = append(out, plan.Finding{Severity: plan.Info, Message: "no workflow deploys this app", HowTo: "fly-standards init workflow writes one"})
	}
	return out
}

func usesFly(w plan.Workflow) bool {
	for _, j := range w.Jobs {
		for _, s := range j.Steps {
			if strings.HasPrefix(s.Uses.Text, "superfly/") || strings.Contains(s.Uses.Text, "fly-apps/") || flyDeploys().MatchString(s.Run.Text) {
				return true
			}
		}
	}
	return false
}

// workflowFindings are one finding for each kind of fault in a workflow, at its
// first place.
func workflowFindings(t plan.Target, w plan.Workflow) []plan.Finding {
	var out []plan.Finding
	of := map[string]int{} // the finding of a kind
	add := func(kind string, severity plan.Severity, word plan.Word, message, howTo string) {
		if _, told := of[kind]; told {
			return
		}
		of[kind] = len(out)
		out = append(out, plan.Finding{
			Severity: severity, Message: message, HowTo: howTo,
			At: plan.At{File: w.File, Line: word.Line, Column: columnOf(t, w, word)},
		})
	}
	var pins []plan.LineEdit
	concurrent := w.Concurrency || w.Called
	var first plan.Word
	for _, j := range w.Jobs {
		jobDeploys := false
		for _, s := range j.Steps {
			judgeAction(s.Uses, add)
			pins = append(pins, pin(t, w, s)...)
			for _, f := range scriptFaults {
				if at := f.seen().FindStringIndex(s.Run.Text); at != nil {
					add(f.kind, f.severity, lineOf(s.Run, at[0]), f.message, f.howTo)
				}
			}
			if at := flyDeploys().FindStringIndex(s.Run.Text); at != nil {
				jobDeploys = true
				if first.Line == 0 {
					first = lineOf(s.Run, at[0])
				}
				missingConfig(t, s, add)
			}
		}
		for _, e := range j.Env {
			if tokenInClear().MatchString(e.Text) {
				add("token", plan.Error, e, inClear, revokeIt)
			}
		}
		concurrent = concurrent || jobDeploys && j.Concurrency
	}
	if !concurrent && first.Line > 0 {
		add("concurrency", plan.Info, first, "two runs can deploy at the same time: the workflow sets no concurrency", "concurrency: { group: deploy-APP, cancel-in-progress: false }")
	}
	if at, message := sharedToken(w); message != "" {
		add("wide", plan.Info, at, message, "a secret for each app: fly tokens create deploy -a APP")
	}
	if at, ok := untested(t, w); ok {
		add("tests", plan.Info, at, "it deploys without running the tests first ("+around(t).Tests.Place()+")", "a job that tests, and needs: in the one that deploys")
	}
	if i, found := of["action"]; found && canEdit(t, pins) {
		out[i].HowTo = ""
		out[i].Fix = &plan.Fix{Safety: plan.Review, Lines: pins, Why: "the next run uses the pinned release, not the one it used before"}
	}
	return out
}

// pinIt begins the advice where the pins can't be made.
const pinIt = "pin it: "

const setupFlyctl = setupName + "@" + setupSHA + " # " + setupTag

// judgeAction looks at one `uses`.
func judgeAction(uses plan.Word, add func(string, plan.Severity, plan.Word, string, string)) {
	name, ref, _ := strings.Cut(uses.Text, "@")
	switch {
	case strings.HasPrefix(name, "fly-apps/"):
		add("action", plan.Error, uses, name+" does not exist: the workflow fails", pinIt+setupFlyctl)
	case !strings.HasPrefix(name, "superfly/"):
	case ref == "master" || ref == "main" || ref == "":
		add("action", plan.Warning, uses, uses.Text+" is not pinned: it runs whatever was pushed last, with the deploy token", pinIt+setupFlyctl)
	case fullSHA().MatchString(ref):
	case strings.HasPrefix(name, "superfly/flyctl-actions") && !isOneOf(flyTags, ref):
		add("action", plan.Error, uses, "superfly/flyctl-actions has no tag "+ref+": the workflow fails", pinIt+setupFlyctl)
	case strings.HasPrefix(name, "superfly/flyctl-actions") && (ref == "1" || ref == "v1"):
		add("action", plan.Info, uses, uses.Text+" is a tag that moves", pinIt+setupFlyctl)
	}
}

// lineOf is the place of an offset in a script, with the rest of its line.
func lineOf(run plan.Word, offset int) plan.Word {
	run.Line += strings.Count(run.Text[:offset], "\n")
	run.Text, _, _ = strings.Cut(run.Text[offset:], "\n")
	return run
}

// missingConfig finds a --config that names a file which is not there.
func missingConfig(t plan.Target, s plan.WorkStep, add func(string, plan.Severity, plan.Word, string, string)) {
	for _, at := range configFlag().FindAllStringSubmatchIndex(s.Run.Text, -1) {
		name := s.Run.Text[at[2]:at[3]]
		if strings.ContainsAny(name, "$*{") || strings.Contains(s.Run.Text, "cd ") {
			continue
		}
		file := path.Join(s.Dir, name)
		if there, known := around(t).Files[file]; known && !there {
			add("config", plan.Error, lineOf(s.Run, at[0]), "--config "+name+" is not there: the deploy fails", "correct the path")
		}
	}
}
