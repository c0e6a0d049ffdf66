package view_test

import (
	"testing"

	"github.com/fly-standards/fly-standards/internal/view"
)

func TestCommandsAreComplete(t *testing.T) {
	on := view.Commands{Same: " --config web/fly.toml", App: "shop"}
	for text, want := range map[string]string{
		"`fly logs -i d5683606` shows what the app says": "`fly logs -i d5683606 --app shop` shows what the app says",
		"`fly status`": "`fly status --app shop`",
		"`fly machine destroy 1 -a shop` removes it":                        "`fly machine destroy 1 -a shop` removes it",
		"run `fly auth login` or `fly platform regions`":                    "run `fly auth login` or `fly platform regions`",
		"`fly-standards apply` finishes it, `fly-standards undo` undoes it": "`fly-standards apply --config web/fly.toml` finishes it, `fly-standards undo --config web/fly.toml` undoes it",
		"`fly-standards undo 20261102T090000Z`":                             "`fly-standards undo 20261102T090000Z --config web/fly.toml`",
		"`fly-standards undo --list`":                                       "`fly-standards undo --list --config web/fly.toml`",
		"`fly-standards apply FILE --yes`":                                  "`fly-standards apply FILE --yes`",
		"`fly-standards plan --config other.toml`":                          "`fly-standards plan --config other.toml`",
		"`fly-standards rules` lists them":                                  "`fly-standards rules` lists them",
		"fly logs, not in backquotes, and one ` alone":                      "fly logs, not in backquotes, and one ` alone",
	} {
		if got := on.Complete(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
		if got := (view.Commands{App: "shop"}).Complete(text); got != text {
			t.Errorf("nothing lacks: %s", got)
		}
	}
}
