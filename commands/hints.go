package commands

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/fly-standards/fly-standards/internal/apply"
	"github.com/fly-standards/fly-standards/internal/live"
	"github.com/fly-standards/fly-standards/plan"
)

func waysPastFloor(floor *apply.FloorError) string {
	text := "make the others healthy first"
	if len(floor.Unhealthy) > 0 {
		id := floor.Unhealthy[0]
		text = fmt.Sprintf("make machine %s healthy first: `fly logs -i %s` shows what the app says, `fly machine restart %s` restarts it", id, id, id)
	}
	if n := floor.Enough(); n > 0 {
		text += fmt.Sprintf("; or let %d be down at a time: --max-unavailable %d", n, n)
	}
	return text
}

// afterRefusal is how to go on after a new check that did not pass.
func afterRefusal(t plan.Tried) string {
	const path = plan.NamePath + ", then `fly-standards apply`"
	switch logs := t.Logs(); {
	case logs != "":
		return "`" + logs + "` shows what the app says"
	case t.Status == http.StatusNotFound:
		return "the app has no such path; " + path
	}
	return "let the app answer it with 200, or " + path
}

const tryLater = "try again in a minute (https://status.flyio.net), or use --offline for the file alone"

// liveHint says what to do about an answer of Fly.
func liveHint(err error) string {
	var e *live.Error
	if !errors.As(err, &e) {
		return ""
	}
	hint := ""
	switch e.Kind {
	case live.Unauthorized:
		hint = "the token was refused: run `fly auth login`, or renew FLY_API_TOKEN or FLY_ACCESS_TOKEN where one is set, as it comes first"
	case live.LeaseHeld:
		if exitCode(err) == exitError { // said already
			break
		}
		hint = "a deploy or another command holds the machine: run this again when it is done"
	case live.Forbidden:
		hint = "the token may not do this: use one of this app (`fly tokens create deploy`), or check --app"
	case live.NotFound:
		if e.Thing != "" {
			hint = "it is gone, or can't be found right now: `fly-standards plan` shows what is there now"
			break
		}
		hint = "check the name of the app, or use --offline for the file alone"
	case live.Unreachable:
		hint = "Fly could not be reached; --offline plans the file alone"
		if exitCode(err) != exitError { // in the middle of it
			hint = "Fly could not be reached; run it again once it can (https://status.flyio.net)"
		}
	case live.Unknown:
		if exitCode(err) == exitError { // nothing was under way
			hint = tryLater
		}
	case live.RateLimited:
		hint = "Fly limits how many requests it takes: try again in a minute"
	}
	if e.RequestID != "" {
		hint = strings.TrimPrefix(hint+"; Fly's request id: "+e.RequestID, "; ")
	}
	return hint
}
