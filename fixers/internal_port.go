package fixers

import (
	"fmt"
	"strconv"

	"github.com/fly-standards/fly-standards/plan"
)

func internalPort() plan.Fixer {
	return plan.Fixer{
		ID:       "internal-port",
		Title:    "internal_port is the port that the app listens on",
		Severity: plan.Info,
		Doc: `Fly's proxy connects to internal_port of the machine. When the app listens on another port, no request arrives, and a check of the port
fails the deploy.

The evidence is PORT in [env], which most frameworks listen on, and the port in the Dockerfile's HEALTHCHECK. Neither is proof: an app
may ignore PORT, or serve several ports. So both sides are shown, and nothing is changed.

Manual fix: make them equal; internal_port = 3000, or PORT = "8080" in [env].`,
		Check: checkInternalPort,
	}
}

func checkInternalPort(t plan.Target) []plan.Finding {
	c := t.Deployed()
	var web []int
	for _, s := range c.Services() {
		port, ok := s.Key("internal_port").Int()
		if !ok || s.Mistyped() {
			return nil
		}
		web = append(web, port)
	}
	if len(web) != 1 { // PORT is that of one of them, and nothing says of which
		return nil
	}
	key := c.Services()[0].Key("internal_port")
	f := plan.Finding{At: placeOf(t.File, key.Path(), "")}
	env := c.Get("env").Key("PORT")
	if text, ok := env.Str(); ok {
		if said, err := strconv.Atoi(text); err == nil && said != web[0] && said > 0 {
			f.Evidence = append(f.Evidence, plan.Evidence{File: t.File.Name(), Line: env.Node().Position().Line, Text: fmt.Sprintf("PORT = %d", said)})
			f.Message = fmt.Sprintf("%s = %d, and [env] tells the app PORT = %d", key.Path(), web[0], said)
		}
	}
	if h := healthcheckOf(t); h != nil && h.Port != 0 && h.Port != web[0] {
		f.Evidence = append(f.Evidence, h.Evidence)
		if f.Message == "" {
			f.Message = fmt.Sprintf("%s = %d, and the Dockerfile's HEALTHCHECK asks port %d", key.Path(), web[0], h.Port)
		}
	}
	if f.Message == "" {
		return nil
	}
	f.Notes = []string{"if the app listens there, no request reaches it: make the two equal"}
	return []plan.Finding{f}
}

func healthcheckOf(t plan.Target) *plan.Healthcheck {
	if t.Repo == nil {
		return nil
	}
	return t.Repo.Healthcheck
}
