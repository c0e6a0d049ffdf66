package repo

import (
	"fmt"
	"testing"
)

// TestMetrics: what counts as serving metrics for Prometheus, and what not.
func TestMetrics(t *testing.T) {
	for _, tc := range []struct{ name, tree, want string }{
		{"express", "-- server.js --\nconst client = require('prom-client')\nconst app = express()\napp.get('/metrics', async (req, res) => res.end(await client.register.metrics()))\napp.listen(process.env.PORT)\n", "server.js:3 /metrics"},
		{"a server of its own", "-- server.js --\nimport client from 'prom-client'\nconst app = express()\nconst probes = express()\nprobes.get('/metrics', handler)\nprobes.listen(9091)\napp.listen(8080)\n", "server.js:4 /metrics port 9091"},
		{"guarded", "-- server.js --\nconst client = require('prom-client')\nconst app = express()\napp.get('/metrics', requireAuth, handler)\n", "server.js:3 /metrics guarded"},
		{"router mounted elsewhere", "-- routes/metrics.js --\nconst client = require('prom-client')\nconst router = express.Router()\nrouter.get('/metrics', handler)\nmodule.exports = router\n", "routes/metrics.js:3 /metrics prefixed"},
		{"promhttp", "-- main.go --\npackage main\n\nfunc main() {\n\tmux := http.NewServeMux()\n\tmux.Handle(\"/metrics\", promhttp.Handler())\n\tlog.Fatal(http.ListenAndServe(\":9090\", mux))\n}\n", "main.go:5 /metrics port 9090"},
		{"chi below a prefix", "-- main.go --\npackage main\n\nfunc main() {\n\tr := chi.NewRouter()\n\tr.Route(\"/internal\", func(r chi.Router) {\n\t\tr.Handle(\"/metrics\", promhttp.Handler())\n\t})\n}\n", "main.go:6 /internal/metrics"},
		{"python client's server", "-- main.py --\nfrom prometheus_client import start_http_server\nstart_http_server(8000)\n", "main.py:2 /metrics port 8000"},
		{"fastapi", "-- main.py --\nfrom prometheus_fastapi_instrumentator import Instrumentator\napp = FastAPI()\nInstrumentator().instrument(app).expose(app)\n", "main.py:3 /metrics"},
		{"flask", "-- app.py --\nfrom prometheus_client import generate_latest\napp = Flask(__name__)\n\n@app.route('/metrics')\ndef metrics():\n    return generate_latest()\n", "app.py:4 /metrics"},
		{"django", "-- shop/urls.py --\nurlpatterns = [path('', include('django_prometheus.urls'))]\n", "shop/urls.py:1 /metrics"},
		{"a word in a string elsewhere", "-- app.py --\nfrom fastapi import FastAPI\napp = FastAPI()\n@app.get('/metrics')\ndef metrics(): return {}\n-- words.py --\ntags = {'kubernetes', 'prometheus'}\n", ""},
		{"rack", "-- config.ru --\nuse Prometheus::Middleware::Exporter\n", "config.ru:1 /metrics"},
		{"phoenix", "-- lib/shop_web/endpoint.ex --\ndefmodule ShopWeb.Endpoint do\n  plug PromEx.Plug, prom_ex_module: Shop.PromEx\nend\n", "lib/shop_web/endpoint.ex:2 /metrics"},
		{"spring", "-- pom.xml --\n<artifactId>micrometer-registry-prometheus</artifactId>\n-- src/main/resources/application.properties --\nmanagement.endpoints.web.exposure.include=health,prometheus\n", "src/main/resources/application.properties:1 /actuator/prometheus"},
		{"spring without the registry", "-- src/main/resources/application.properties --\nmanagement.endpoints.web.exposure.include=health,prometheus\n", ""},
		{"spring's own port", "-- build.gradle --\nimplementation 'io.micrometer:micrometer-registry-prometheus'\n-- src/main/resources/application.properties --\nmanagement.server.port=9000\nmanagement.endpoints.web.exposure.include=health,prometheus\n", "src/main/resources/application.properties:2 /actuator/prometheus prefixed"},
		{"aspnet", "-- Program.cs --\nusing Prometheus;\napp.MapMetrics();\n", "Program.cs:2 /metrics"},
		{"a port from the settings", "-- src/prometheus_metrics.rs --\nuse prometheus::Encoder;\nHttpServer::new(move || App::new().route(\"/metrics\", web::get().to(metrics))).bind((host, config.port))?.run()\n", "src/prometheus_metrics.rs:2 /metrics own server"},
		{"a page that is called so", "-- server.js --\nconst app = express()\napp.get('/metrics', (req, res) => res.render('sales'))\n", ""},
		{"asking another server", "-- server.js --\nconst client = require('prom-client')\nawait axios.get('/metrics')\n", ""},
		{"a comment", "-- server.js --\nconst client = require('prom-client')\n// app.get('/metrics', handler)\n", ""},
		{"a test", "-- test/server.js --\nconst client = require('prom-client')\napp.get('/metrics', handler)\n", ""},
		{"counted, not served", "-- main.go --\npackage main\n\nimport \"github.com/prometheus/client_golang/prometheus\"\n\nvar n = prometheus.NewCounter(prometheus.CounterOpts{Name: \"n\"})\n", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, got := scan(t, tree(t, tc.tree), Options{}).Metrics, ""
			if m != nil {
				got = fmt.Sprintf("%s:%d %s", m.File, m.Line, m.Path)
				if m.Port != 0 {
					got += fmt.Sprintf(" port %d", m.Port)
				}
				if m.OwnServer {
					got += " own server"
				}
				if m.Prefixed {
					got += " prefixed"
				}
				if m.Guarded {
					got += " guarded"
				}
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
