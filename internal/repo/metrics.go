package repo

import (
	"bytes"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

var (
	metricsCall   = lazy(`([\w$]*)(?:\(\))?\.(get|Get|GET|all|Any|use|route|Handle|HandleFunc|add_get|add_route|add_url_rule|add_api_route|mount)\(\s*["'` + "`" + `](?:GET )?(/metrics)/?["'` + "`" + `]\s*[,)]`)
	metricsWord   = lazy(`(?m)^[ \t]*(?:get|mount|match|forward)[ (]+[^\n"']*["'](/?metrics)["']`)
	metricsDjango = lazy(`\b(?:path|re_path)\(\s*r?["']\^?(metrics)/?\$?["']\s*,`)
	metricsBuilt  = lazy(`\b(?:MapMetrics|UseMetricServer|MapPrometheusScrapingEndpoint)\(|\bPrometheus::Middleware::Exporter\b|\bplug\(?\s*PromEx\.Plug\b|\b(?:PrometheusMetrics|GunicornPrometheusMetrics)\(\s*\w+|\.expose\(\s*app\b|include\(\s*["']django_prometheus\.urls|\bpromBundle\(\s*\{`)
	metricsServer = lazy(`\bstart_http_server\(\s*(?:port\s*=\s*)?(\d{2,5})\b`)
	metricsSpring = lazy(`(?m)^[ \t]*(?:management\.endpoints\.web\.exposure\.)?include\s*[:=][^\n]*\b(prometheus)\b`)
	startsServer  = lazy(`\bListenAndServe\(|\.bind\(|\.listen\(|\bcreateServer\(|\bHTTPServer\(|\baxum::serve\(`)
	goListens     = lazy(`\.?\bListenAndServe\(\s*"[\w.]*:(\d{2,5})"`)
)

// promWords are the marks of code that serves metrics for Prometheus: a page
// called /metrics alone may be anything.
var promWords = [...][]byte{
	[]byte("rometheus"), []byte("prom-client"), []byte("promhttp"), []byte("PromEx"), []byte("prom-bundle"), []byte("penMetrics"), []byte("openmetrics"),
}

// metrics finds where one file serves metrics. Only files that speak of
// Prometheus, or define a route called so, are taken apart.
func (s *source) metrics() {
	ext := path.Ext(s.base)
	if inList(" pom.xml build.gradle build.gradle.kts ", s.base) {
		if contains(s.text, "micrometer-registry-prometheus") {
			s.parse()
			s.facts.micrometer = s.facts.micrometer || s.has("micrometer-registry-prometheus")
		}
		return
	}
	prom := false
	for _, word := range promWords {
		prom = prom || bytes.Contains(s.text, word)
	}
	if prom { // a comment that speaks of it serves nothing, nor does a word in a string
		s.parse()
		prom = false
		for _, word := range promWords {
			prom = prom || s.names(word)
		}
	}
	s.facts.prom = s.facts.prom || prom
	switch {
	case inList(" application.properties application.yml application.yaml ", s.base):
		if prom || bytes.Contains(s.text, []byte("prometheus")) {
			s.springMetrics()
		}
		return
	case readerOf(ext) == nil || !prom && !bytes.Contains(s.text, []byte("/metrics")):
		return
	}
	s.parse()
	s.metricsRoutes(ext, prom)
	if !prom {
		return
	}
	if at := s.seen(metricsBuilt); at != nil && !s.has("metrics_path") && !s.has("metricsPath") {
		s.facts.metrics = append(s.facts.metrics, plan.Metrics{Evidence: s.at(at[0]), Path: "/metrics"})
	}
	if at := s.seen(metricsServer); at != nil && ext == ".py" {
		port, _ := strconv.Atoi(s.group(at, 1))
		s.facts.metrics = append(s.facts.metrics, plan.Metrics{Evidence: s.at(at[0]), Path: "/metrics", Port: port})
	}
}

// names says whether a word stands in the code, or in a string that names a
// package: "prom-client", "github.com/prometheus/client_golang/prometheus".
func (s *source) names(word []byte) bool {
	for at := 0; ; {
		i := bytes.Index(s.code[at:], word)
		if i < 0 {
			return false
		}
		at += i
		n, in := slices.BinarySearchFunc(s.spans, at, func(x span, at int) int {
			switch {
			case x.to <= at:
				return -1
			case x.from > at:
				return 1
			}
			return 0
		})
		if !in || readerOf(path.Ext(s.base)) == nil {
			return true
		}
		if text := s.code[s.spans[n].from:s.spans[n].to]; bytes.ContainsAny(text, "/-_.") && !bytes.ContainsAny(text, " \n") {
			return true
		}
		at += len(word)
	}
}

// metricsRoutes finds the routes called /metrics. One under an unknown prefix
// counts only in a file that speaks of Prometheus: /portfolio/metrics is business.
func (s *source) metricsRoutes(ext string, prom bool) {
	s.everywhere(metricsCall, func(at []int) {
		receiver := s.group(at, 1)
		if strings.Contains(ext, "js") || strings.Contains(ext, "ts") {
			if inList(jsClients, receiver) {
				return
			}
		}
		prefix, unknown := "", false
		switch ext {
		case ".go":
			prefix, _, unknown = goPrefix(s, receiver, at[0])
		case ".py":
			prefix, unknown, _ = pyWhere(s, receiver)
		case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx":
			prefix, unknown, _ = jsPrefix(s, receiver)
		}
		if !isTold(prefix) || unknown && !prom {
			return
		}
		m := s.metricsAt(at[0], joinPath(prefix, s.group(at, 3)))
		m.Prefixed, m.Port = unknown, s.ownPort(ext, receiver)
		m.OwnServer = m.Port == 0 && strings.Contains(s.base, "metrics") && s.seen(startsServer) != nil
		s.facts.metrics = append(s.facts.metrics, m)
	})
	switch ext {
	case ".rb", ".ru", ".ex":
		s.everywhere(metricsWord, func(at []int) { s.facts.metrics = append(s.facts.metrics, s.metricsAt(at[2], "/metrics")) })
	case ".py":
		s.everywhere(metricsDjango, func(at []int) {
			s.facts.metrics = append(s.facts.metrics, s.metricsAt(at[0], "/"+strings.TrimLeft(strings.Trim(string(s.code[at[2]:min(at[3]+1, len(s.code))]), `"'$`), "/")))
		})
	}
}

func (s *source) metricsAt(offset int, p string) plan.Metrics {
	line := s.codeLine(offset)
	handler := s.handler(offset)
	return plan.Metrics{Evidence: s.at(offset), Path: p, Guarded: guardWord().MatchString(line) || asksWho().MatchString(handler) && sendsAway().MatchString(handler)}
}

// ownPort is the port that the route's server listens at, where the same file
// says so with a number: a server of its own for metrics.
func (s *source) ownPort(ext, receiver string) int {
	expr := goListens
	switch {
	case ext == ".go":
	case strings.Contains(ext, "js") || strings.Contains(ext, "ts"):
		if receiver == "" {
			return 0
		}
		expr = lazy(`(?:^|[^\w$.])` + strings.ReplaceAll(receiver, "$", `\$`) + `\.listen\(\s*(?:\{\s*port\s*:\s*)?(\d{2,5})\b`)
	default:
		return 0
	}
	found := expr().FindAllSubmatchIndex(s.code, 2)
	if len(found) != 1 {
		return 0
	}
	port, _ := strconv.Atoi(s.group(found[0], 1))
	return port
}

const actuatorPrometheus = "/actuator/prometheus"

// springMetrics reads the settings that open the actuator's own endpoint.
func (s *source) springMetrics() {
	s.parse()
	at := metricsSpring().FindSubmatchIndex(s.code)
	if at == nil || !s.has("exposure") {
		return
	}
	m := plan.Metrics{Evidence: s.at(at[2]), Path: actuatorPrometheus}
	for _, key := range []string{"management.server", "base-path", "path-mapping", "context-path", "management.port"} {
		m.Prefixed = m.Prefixed || s.has(key)
	}
	s.facts.prom = true
	s.facts.metrics = append(s.facts.metrics, m)
}

// bestMetrics is the place that proves most: open, its path known, near the
// top of the tree. Nothing, when nothing in the tree speaks of Prometheus.
func (f *facts) bestMetrics() *plan.Metrics {
	if !f.prom {
		return nil
	}
	var best *plan.Metrics
	weight := func(m *plan.Metrics) int {
		n := strings.Count(m.File, "/")
		if m.Prefixed {
			n += 1000
		}
		if m.Guarded {
			n += 10000
		}
		return n
	}
	for i := range f.metrics {
		m := &f.metrics[i]
		if m.Path == actuatorPrometheus && !f.micrometer {
			continue // the endpoint is there only with the registry
		}
		if best == nil || weight(m) < weight(best) || weight(m) == weight(best) && byPlace(m.Evidence, best.Evidence) < 0 {
			best = m
		}
	}
	return best
}
