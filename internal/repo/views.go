package repo

import (
	"path"
	"regexp"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// Django's views: a URLconf names them, and another file says who may call them.

var (
	viewMethods = lazy(`\brequire_POST\b|\brequire_http_methods\(\s*\[([^\]]*)\]|\bhttp_method_names\s*=\s*\[([^\]]*)\]|@api_view\(\s*\[([^\]]*)\]`)
	viewOpen    = lazy(`\bAllowAny\b|\blogin_not_required\b|permission_classes\s*=\s*[\[(]\s*[\])]`)
	viewClosed  = lazy(`\w*(?:LoginRequired|PermissionRequired|UserPassesTest|AccessMixin|StaffRequired)\w*|\bpermission_classes\b[^\n]*\bIs\w+|\b(?:IsAuthenticated|IsAdminUser)\b`)
	viewDRF     = lazy(`@api_view\b|\(\s*(?:\w+\.)*(?:APIView|GenericAPIView|ViewSet)\b`)
)

const maxViewFiles = 60

// judgeView looks at the view that a Django route names. It says whether the
// route answers a GET at all.
func (f *facts) judgeView(sc *scanner, r *localRoute) bool {
	name := strings.Trim(r.handler, `"'(. `)
	name = name[strings.LastIndexByte(name, '(')+1:]
	name = strings.TrimSuffix(name, ".as_view")
	name = name[strings.LastIndexByte(name, '.')+1:]
	if name == "" || strings.HasPrefix(r.handler, "include(") {
		return true
	}
	code, at := sc.view(r.file, name)
	if m := viewMethods().FindStringSubmatch(code); m != nil && !strings.Contains(strings.ToUpper(m[1]+m[2]+m[3]), "GET") {
		return false
	}
	switch {
	case code == "" || viewOpen().MatchString(code):
	case viewClosed().MatchString(code) || guardWord().MatchString(decoratorsOf(code)):
		r.doubt(plan.DoubtGuard, at)
	case f.restricted != nil && viewDRF().MatchString(code):
		r.doubt(plan.DoubtGuard, *f.restricted)
	}
	return true
}

func decoratorsOf(code string) string {
	head, _, _ := strings.Cut(code, "\ndef ")
	head, _, _ = strings.Cut(head, "\nasync def ")
	head, _, _ = strings.Cut(head, "\nclass ")
	return head
}

// view is the definition of a view, with its decorators: in the URLconf itself,
// or in a file of its app.
func (sc *scanner) view(urls, name string) (string, plan.Evidence) {
	expr := regexp.MustCompile(`(?m)((?:^@[^\n]*\n)*)^(?:async )?(?:def|class) ` + regexp.QuoteMeta(name) + `\b[^\n]*\n(?:(?:[ \t][^\n]*)?\n){0,20}`)
	read := 0
	for _, dir := range []string{path.Dir(urls), "."} {
		for _, file := range sc.files {
			in, ok := below2(file, dir)
			if !ok || path.Ext(file) != ".py" || file != urls && dir != "." && strings.Count(in, "/") > 1 || dir == "." && path.Base(file) != "views.py" && path.Base(path.Dir(file)) != "views" {
				continue
			}
			if read++; read > maxViewFiles {
				return "", plan.Evidence{}
			}
			text, _ := readInto(nil, sc.abs(file))
			code, _ := syntaxOf(file).strip(text)
			if at := expr.FindIndex(code); at != nil {
				s := source{sc: sc, file: file, base: path.Base(file), text: text, code: code}
				return "\n" + string(code[at[0]:at[1]]), s.at(at[0])
			}
		}
	}
	return "", plan.Evidence{}
}
