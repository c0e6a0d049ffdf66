package repo

import (
	"fmt"
	"strings"
	"testing"
)

// TestListens: where an app listens, and what it listens at by itself.
func TestListens(t *testing.T) {
	docker := func(base, command string) string {
		return "-- Dockerfile --\nFROM " + base + "\nWORKDIR /app\nCOPY . .\nCMD " + command + "\n"
	}
	python, node := func(c string) string { return docker("python:3.13", c) }, func(c string) string { return docker("node:22", c) }
	goApp := "-- Dockerfile --\nFROM golang:1.26 AS b\nWORKDIR /s\nCOPY . .\nRUN go build -o /a .\nFROM debian:12\nCOPY --from=b /a /a\nCMD [\"/a\"]\n-- go.mod --\nmodule a\n-- main.go --\npackage main\n"
	for name, tc := range map[string]struct {
		files string
		want  string // port, address, what would tell it otherwise
	}{
		"uvicorn alone":               {python(`["uvicorn", "main:app"]`), "8000 local unless --host"},
		"uvicorn with a port":         {python(`uvicorn main:app --port 9000`), "0 local unless --host"},
		"uvicorn with both":           {python(`uvicorn main:app --host ${HOST:-0.0.0.0} --port=$PORT`), ""},
		"gunicorn alone":              {python(`gunicorn shop.wsgi`), "8000 local unless --bind"},
		"gunicorn with PORT":          {python(`gunicorn shop.wsgi`) + "ENV PORT=8080\n", ""},
		"gunicorn's settings":         {python(`gunicorn shop.wsgi`) + "-- gunicorn.conf.py --\nbind = '0.0.0.0:80'\n", ""},
		"gunicorn, short flag joined": {python(`gunicorn -b0.0.0.0:8000 shop.wsgi`), ""},
		"behind a proxy":              {python(`nginx && uvicorn main:app`), ""},
		"runserver":                   {python(`python manage.py runserver 9000`), "0 local unless 0.0.0.0"},
		"runserver for all":           {python(`python manage.py migrate && python manage.py runserver 0:8000`), ""},
		"runserver with an address":   {python(`python manage.py runserver 127.0.0.1:8000`), "0 local"},
		"streamlit":                   {python(`streamlit run app.py`), "8501 unless --server.port"},
		"vite preview by npm":         {node(`npm run preview -- --port 8080`) + "-- package.json --\n{\"scripts\": {\"preview\": \"vite preview\"}}\n", "0 local unless --host"},
		"vite preview for all":        {node(`npm run preview -- --host`) + "-- package.json --\n{\"scripts\": {\"preview\": \"vite preview\"}}\n", "4173 unless --port"},
		"vite builds only":            {node(`npm start`) + "-- package.json --\n{\"scripts\": {\"start\": \"vite build && node .\"}}\n", ""},
		"next":                        {node(`npm start`) + "-- package.json --\n{\"scripts\": {\"start\": \"next start\"}}\n", "3000 unless --port"},
		"next for itself":             {node(`npm start`) + "-- package.json --\n{\"scripts\": {\"start\": \"next start -H localhost\"}}\n", "0 local"},

		"Flask that is started":       {python(`python app.py`) + "-- app.py --\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(port=8080)\n", "8080 local unless host"},
		"Flask below gunicorn":        {python(`gunicorn -b :8080 app:app`) + "-- app.py --\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(debug=True)\n", ""},
		"Flask for all":               {python(`python app.py`) + "-- app.py --\nfrom flask import Flask\napp = Flask(__name__)\napp.run('0.0.0.0', 8080)\n", ""},
		"Fastify":                     {node(`node server.js`) + "-- server.js --\nconst f = require('fastify')()\nf.listen({ port: Number(process.env.PORT) || 8080 })\n", "8080 unless PORT, 0 local unless host"},
		"Fastify for all":             {node(`node server.js`) + "-- server.js --\nconst f = require('fastify')()\nf.listen({ port: 8080, host })\n", "8080"},
		"Fastify below Nest":          {node(`node dist/main.js`) + "-- src/main.ts --\nimport { FastifyAdapter } from '@nestjs/platform-fastify'\nawait app.listen(process.env.PORT ?? 8080)\n", "8080 unless PORT, 0 local unless host"},
		"Nest":                        {node(`node dist/main.js`) + "-- src/main.ts --\nawait app.listen(process.env.PORT ?? 8080)\n", "8080 unless PORT"},
		"PORT in the image":           {node(`node server.js`) + "ENV PORT=80\n-- server.js --\napp.listen(process.env.PORT || 3000)\n", ""},
		"PORT in an env file":         {node(`node server.js`) + "-- .env --\nPORT=80\n-- server.js --\napp.listen(process.env.PORT || 3000)\n", ""},
		"PORT from a script":          {node(`./start.sh`) + "-- server.js --\napp.listen(process.env.PORT || 3000)\n", ""},
		"PORT of Python":              {python(`python app.py`) + "-- app.py --\nserve(app, port=int(os.environ.get('PORT', 5000)))\n", "5000 unless PORT"},
		"PORT of Spring":              {docker("eclipse-temurin:21", `java -jar a.jar`) + "-- src/main/resources/application.yml --\nserver:\n  port: ${SERVER_PORT:9090}\n", "9090 unless SERVER_PORT"},
		"Bun for itself":              {docker("oven/bun:1.3", `bun server.ts`) + "-- server.ts --\nBun.serve({ hostname: 'localhost', port: 6161 })\n", "6161 local"},
		"a log line is no address":    {node(`node server.js`) + "-- server.js --\nserver.listen(8080, () => console.log('http://localhost:8080'))\n", "8080"},
		"an address":                  {node(`node server.js`) + "-- server.js --\nserver.listen(8080, 'localhost')\n", "8080 local"},
		"a helper's own server":       {node(`node server.js`) + "-- server.js --\nhelper.listen(0, '127.0.0.1'); app.listen(process.env.PORT)\n", ""},
		"while developing":            {node(`node server.js`) + "-- server.js --\nif (process.env.NODE_ENV !== 'production') {\n  app.listen(8080, 'localhost')\n}\n", "8080"},
		"Go":                          {goApp + "func main() { http.ListenAndServe(\"127.0.0.1:\"+os.Getenv(\"PORT\"), nil) }\n", "0 local"},
		"Go's server":                 {goApp + "func main() { s := &http.Server{Addr: \"localhost:9000\"}; s.ListenAndServe() }\n", "9000 local"},
		"a client of another machine": {goApp + "func main() { http.Get(\"http://localhost:9000\"); http.ListenAndServe(\":8080\", nil) }\n", "8080"},
		"LiteFS in front": {
			node(`litefs mount`) + "-- litefs.yml --\nfuse:\n  dir: /l\nproxy:\n  # in front\n  addr: \":8080\"\n  target: \"localhost:3000\"\n-- server.js --\napp.listen(3000)\n", "8080",
		},
		"Phoenix": {docker("elixir:1.18", "mix phx.server") + "-- mix.exs --\n-- config/runtime.exs --\nconfig :a, A.Endpoint, http: [ip: {127, 0, 0, 1}, port: 4000]\n", "0 local"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, l := range scan(t, tree(t, tc.files), Options{InternalPorts: []int{8080}}).Listens {
				text := fmt.Sprint(l.Port)
				if l.Local {
					text += " local"
				}
				if l.Unless != nil && l.Local {
					text += " unless " + l.Unless.Address
				} else if l.Unless != nil {
					text += " unless " + l.Unless.Port
				}
				got = append(got, text)
			}
			if all := strings.Join(got, ", "); all != tc.want {
				t.Errorf("got %q, want %q", all, tc.want)
			}
		})
	}
}

// TestListensHideValues: a start command may hold a token.
func TestListensHideValues(t *testing.T) {
	const canary = "canary-5f1c9a7b3e"
	for _, files := range []string{
		"-- Dockerfile --\nFROM python:3.13\nCOPY . .\nCMD uvicorn main:app --api-key " + canary + "\n",
		"-- Dockerfile --\nFROM node:22\nCOPY . .\nCMD npm start\n-- package.json --\n{\"scripts\": {\"start\": \"API_TOKEN=" + canary + " next start\"}}\n",
	} {
		all := scan(t, tree(t, files), Options{}).Listens
		if len(all) != 1 || strings.Contains(all[0].Text, canary) {
			t.Errorf("it shows %+v", all)
		}
	}
}
