package repo

import (
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/fly-standards/fly-standards/plan"
)

type imageReader struct {
	im     *image
	global environment // the ARGs before the first FROM
	opts   Options
	now    *stage
}

func (b *imageReader) read(node *parser.Node) {
	name, args := strings.ToUpper(node.Value), arguments(node)
	if name == "FROM" {
		b.from(node, args)
		return
	}
	if b.now == nil {
		if name == "ARG" {
			b.arg(b.global, args)
		}
		return
	}
	s := b.now
	s.steps = append(s.steps, b.step(node, name, args))
	switch name {
	case "ARG":
		b.arg(s.env, args)
	case "ENV":
		// The parser gives name, value and separator for each.
		for i := 0; i+1 < len(args); i += 3 {
			s.env[args[i]] = strings.Trim(s.env.expand(args[i+1]), `"'`)
		}
	case "WORKDIR":
		if len(args) > 0 {
			s.workdir = inImage(s.workdir, s.env.expand(args[0]))
		}
	case "COPY", "ADD":
		b.copy(node, args)
	case "ENTRYPOINT":
		s.start = startCommand{entrypoint: s.command(args), line: node.StartLine}
	case "CMD":
		s.start.cmd, s.start.line = s.command(args), node.StartLine
	case "HEALTHCHECK":
		if s.check = localCheck(args, s.env.with(b.opts.EnvPorts), b.opts.InternalPorts); s.check != nil {
			s.check.Evidence = b.evidence(node)
			healthFlags(s.check, node.Flags)
		}
	}
}

func (s *stage) command(args []string) string { return strings.Join(args, " ") }

func (b *imageReader) evidence(node *parser.Node) plan.Evidence {
	return plan.Evidence{File: b.im.file, Line: node.StartLine, Text: shownCommand(strings.ReplaceAll(node.Original, "\\\n", " "))}
}

func (b *imageReader) step(node *parser.Node, name string, args []string) plan.Instruction {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = a
		env := b.now.env
		if name == "EXPOSE" { // it tells of the port at run time
			env = env.with(b.opts.EnvPorts)
		}
		if name != "RUN" && name != "CMD" && name != "ENTRYPOINT" && name != "HEALTHCHECK" {
			words[i] = env.expand(a)
		}
	}
	for _, doc := range node.Heredocs {
		words = append(words, doc.Content)
	}
	return plan.Instruction{Evidence: b.evidence(node), Name: name, Args: words, Flags: node.Flags, Stage: b.now.name}
}

// arg notes what an ARG is when nobody says otherwise; fly.toml's [build.args]
// do. In a stage, an ARG without default takes the global one.
func (b *imageReader) arg(env environment, args []string) {
	for _, arg := range args {
		key, value, given := strings.Cut(arg, "=")
		value = env.expand(strings.Trim(value, `"'`))
		if !given {
			value = b.global[key]
		}
		if v, ok := b.opts.BuildArgs[key]; ok {
			value = v
		}
		if value != "" {
			env[key] = value
		}
	}
}

func (b *imageReader) from(node *parser.Node, args []string) {
	s := &stage{env: environment{}, workdir: "/"}
	b.im.stages = append(b.im.stages, s)
	b.now = s
	if len(args) == 0 {
		return
	}
	base := b.global.expand(args[0])
	if len(args) == 3 && strings.EqualFold(args[1], "as") {
		s.name = args[2]
	}
	s.base = plan.Evidence{File: b.im.file, Line: node.StartLine, Text: base}
	s.from = plan.Evidence{File: b.im.file, Line: node.StartLine, Text: shownCommand(node.Original)}
	if on := b.im.stage(base); on != nil && on != s {
		s.on, s.base, s.env, s.workdir, s.start = on, on.base, on.env.clone(), on.workdir, on.start
		if on.check != nil {
			check := *on.check
			s.check = &check
		}
	}
}

func number(text string) int {
	if text == "" || len(text) > 3 {
		return -1
	}
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func (b *imageReader) copy(node *parser.Node, args []string) {
	s, from := b.now, ""
	for _, flag := range node.Flags {
		if v, ok := strings.CutPrefix(flag, "--from="); ok {
			from = b.global.expand(s.env.expand(v))
		}
	}
	if len(args) < 2 {
		return
	}
	dst := s.env.expand(args[len(args)-1])
	folder := strings.HasSuffix(dst, "/") || dst == "." || len(args) > 2
	dst = inImage(s.workdir, dst)
	for _, src := range args[:len(args)-1] {
		src = s.env.expand(src)
		if strings.Contains(src, "://") || strings.HasPrefix(src, "<<") {
			continue
		}
		c := copied{from: from, dst: dst, line: node.StartLine}
		if from == "" {
			c.src = strings.TrimPrefix(path.Clean("/"+src), "/")
		} else {
			c.src = path.Clean("/" + src)
		}
		if folder && strings.Contains(path.Base(src), ".") && !strings.HasSuffix(src, "/") && path.Base(src) != "." {
			c.dst = path.Join(dst, path.Base(src)) // a file into a folder
		}
		s.copies = append(s.copies, c)
	}
}

func inImage(workdir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(workdir, p)
}
