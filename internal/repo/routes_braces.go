package repo

import "strings"

// Routes of the JVM's languages and PHP.

var (
	jvmRoute   = lazy(`@(GetMapping|RequestMapping|Get)\(\s*(?:(?:value|path|uri)\s*=\s*)?[{\[]?\s*"([^"\s]{0,80})"([^)]*)\)`)
	jvmClass   = lazy(`@(?:RequestMapping|Controller|Path)\(\s*(?:(?:value|path)\s*=\s*)?[{\[]?\s*"([^"\s]*)"[^)]*\)\s*(?:@\w+(?:\([^)]*\))?\s*)*(?:public\s+|open\s+|final\s+)*(?:class|interface)\b`)
	jvmPath    = lazy(`@Path\(\s*"([^"\s]{0,80})"\s*\)`)
	ktorRoute  = lazy(`\bget\(\s*"([^"\s]{0,80})"\s*\)\s*\{`)
	ktorBlock  = lazy(`\broute\(\s*"([^"]*)"\s*\)\s*\{`)
	javalinGet = lazy(`\b\w+\.get\(\s*"([^"\s]{0,80})"\s*,`)

	phpRoute = lazy(`(?:Route::|\$\w+->)(get|any|match|view|redirect|permanentRedirect)\(\s*(?:\[[^\]]*\]\s*,\s*)?["']([^"'\s]{0,80})["']\s*,`)
	phpUp    = lazy(`\bhealth:\s*["']([^"'\s]+)["']`)
	phpBlock = lazy(`(?:Route::|->)(?:prefix|group)\(\s*["']([^"']*)["']\s*\)?[^;{}]*(?:function|fn)[^{}]*\{`)
	phpAttr  = lazy(`#\[Route\(\s*(?:path:\s*)?["']([^"'\s]{0,80})["']([^\]]*)`)
	phpGuard = lazy(`middleware\(\s*\[?["'](auth)[^;{}]*(?:function|fn)[^{}]*\{`)
)

// jvm reads Spring, Micronaut, JAX-RS, Javalin and Ktor.
func jvm(s *source) {
	prefix, classAt := "", -1
	if all := s.all(jvmClass); len(all) > 0 {
		prefix, classAt = s.group(all[0], 1), all[0][0]
	}
	s.each(jvmRoute, func(at []int) {
		kind, rest := s.group(at, 1), s.group(at, 3)
		if at[0] == classAt || strings.Contains(rest, "POST") && !strings.Contains(rest, "GET") {
			return
		}
		framework := "Spring"
		if kind == "Get" {
			framework = "Micronaut"
		}
		s.add(found{offset: at[0], framework: framework, prefix: prefix, path: s.group(at, 2), context: s.around(at[0], 160, "{")})
	})
	s.each(jvmPath, func(at []int) {
		if near := s.around(at[0], 300, "}"); strings.Contains(near, "@GET") && at[0] != classAt {
			s.add(found{offset: at[0], framework: "JAX-RS", prefix: prefix, path: s.group(at, 1), prefixed: true})
		} else if strings.Contains(near, "@GET") {
			s.add(found{offset: at[0], framework: "JAX-RS", path: s.group(at, 1), prefixed: true})
		}
	})
	if s.has("io.ktor") {
		s.each(ktorRoute, func(at []int) {
			context := s.codeLine(at[0])
			for _, b := range s.blocksAt(at[0]) {
				context += " " + s.header(b)
			}
			s.add(found{offset: at[0], framework: "Ktor", prefix: strings.Join(s.enclosing(ktorBlock, at[0]), ""), path: s.group(at, 1), context: context})
		})
	}
	if s.has("javalin") {
		s.each(javalinGet, func(at []int) {
			s.add(found{offset: at[0], framework: "Javalin", path: s.group(at, 1)})
		})
	}
}

// php reads Laravel, Slim and Symfony.
func php(s *source) {
	laravel := s.has("Route::") || s.has("Illuminate\\")
	base := ""
	if laravel && s.base == "api.php" {
		base = "/api" // Laravel mounts routes/api.php there
	}
	s.each(phpRoute, func(at []int) {
		framework := "Slim"
		if laravel {
			framework = "Laravel"
		} else if !s.has("Slim\\") && !s.has("$app->") && !s.has("$router->") {
			return
		}
		prefix := joinPath(base, strings.Join(s.enclosing(phpBlock, at[0]), "/"))
		context := s.around(at[0], 240, ";")
		if len(s.enclosing(phpGuard, at[0])) > 0 {
			context += " requireAuth"
		}
		s.add(found{offset: at[0], framework: framework, prefix: prefix, path: s.group(at, 2), context: context})
	})
	if strings.HasSuffix(s.file, "bootstrap/app.php") {
		s.each(phpUp, func(at []int) {
			s.add(found{offset: at[0], framework: "Laravel", path: s.group(at, 1)})
		})
	}
	s.each(phpAttr, func(at []int) {
		if rest := s.group(at, 2); !strings.Contains(rest, "methods") || strings.Contains(rest, "GET") {
			s.add(found{offset: at[0], framework: "Symfony", path: s.group(at, 1)})
		}
	})
}
