package fixers

import (
	"github.com/fly-standards/fly-standards/plan"
)

func internalPort() plan.Fixer {
	return plan.Fixer{
		ID:       "internal-port",
		Title:    "internal_port is the port that the app listens on",
		Severity: plan.Info,
		Doc: `Fly's proxy connects to internal_port of the machine. When the app listens on another port, no request arrives, and a check of the port
fails the deploy. The same happens when it listens on 127.0.0.1 or localhost, which nothing outside of the machine reaches: many servers
do so unless something says otherwise (uvicorn, gunicorn, flask run, Fastify, vite preview).

The evidence is the start command and the port that its server has by itself, a call of the source that listens, PORT in [env] or in the
Dockerfile, EXPOSE of the final stage, and the port in its HEALTHCHECK. A command that names a port or a server with its own, or two
signs that agree, are a warning; a single one of the others is info: an app may ignore it, or serve several ports. Nothing is changed:
both sides are shown.

Manual fix: make them equal; internal_port = 3000, or PORT = "8080" in [env]. Let the app listen on 0.0.0.0 or [::].`,
		Check: portProblems,
	}
}
