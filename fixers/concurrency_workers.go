package fixers

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/fly-standards/fly-standards/plan"
)

// capacity is how many requests the server of a start command answers at a time;
// what queues behind them waits in a machine while others may be idle.
type capacity struct {
	n      int
	server string
	at     plan.Evidence
}

func (c capacity) evidence() []plan.Evidence {
	if c.server == "" {
		return nil
	}
	return []plan.Evidence{c.at}
}

// workerFlags are the flags by which servers that answer one request a thread are
// told how many of both they have. Those that answer many in one thread (uvicorn,
// gunicorn with its worker classes for that) say nothing of it.
var workerFlags = map[string]struct {
	workers, threads, async string
	several                 bool // a worker has several threads unless it is told how many
}{
	"gunicorn":       {workers: " -w --workers ", threads: " --threads ", async: " -k --worker-class "},
	"puma":           {workers: " -w --workers ", threads: " -t --threads ", several: true},
	"waitress-serve": {threads: " --threads "},
	"uwsgi":          {workers: " -p --processes --workers ", threads: " --threads ", async: " --gevent --asyncio "},
}

// maxShare is how many requests may be in a machine for each that is answered, on
// average: most wait for a moment only.
const maxShare = 4

// startingLimit is the soft limit of a new block.
func startingLimit(t plan.Target, s service) capacity {
	if c, ok := capacityOf(t, s); ok {
		return c
	}
	return capacity{n: newSoftLimit}
}

// beyondWorkers tells of limits that the workers of the start command contradict.
func beyondWorkers(t plan.Target, s service, soft, hard int) (plan.Finding, bool) {
	c, ok := capacityOf(t, s)
	if !ok {
		return plan.Finding{}, false
	}
	key, what := "soft_limit", ""
	switch {
	case hard > 0 && hard < c.n:
		key, what = "hard_limit", fmt.Sprintf("hard_limit %d of %s keeps workers idle: %s takes %d requests at a time", hard, s.Path, c.server, c.n)
	case soft > maxShare*c.n && !(soft == templateSoft && hard == templateHard):
		what = fmt.Sprintf("soft_limit %d of %s is far above what %s takes: %s at a time", soft, s.Path, c.server, count(c.n, "request"))
	default:
		return plan.Finding{}, false
	}
	where := s.Path + ".concurrency"
	return plan.Finding{
		Message: what, At: placeOf(t.File, where+"."+key, where), Evidence: c.evidence(),
		Notes: []string{fmt.Sprintf("%s = %d fits; requests beyond that queue on this machine while others may be idle", key, c.n)},
	}, true
}

// capacityOf reads the start command of the groups that the service is for.
func capacityOf(t plan.Target, s service) (capacity, bool) {
	for _, name := range []string{"WEB_CONCURRENCY", "GUNICORN_CMD_ARGS"} {
		if t.Deployed().Get("env."+name).Said() || t.Repo != nil && t.Repo.Image != nil && setsENV(t.Repo.Image, name) {
			return capacity{}, false
		}
	}
	for _, g := range servingOf(t, s) {
		if command := commandOf(t.File, g); command != "" {
			return capacityIn(command, plan.Evidence{File: t.File.Name(), Line: placeOf(t.File, "processes."+g, "processes").Line, Text: g + " = " + quote(command)})
		}
	}
	if t.Repo == nil || t.Repo.Image == nil || textAt(t, "build.image") != "" {
		return capacity{}, false
	}
	start := map[string]string{}
	for _, i := range t.Repo.Image.Runs {
		if i.Name == "ENTRYPOINT" {
			clear(start) // what comes before it runs no more
		}
		start[i.Name] = strings.Join(i.Args, " ")
	}
	return capacityIn(start["ENTRYPOINT"]+" "+start["CMD"], t.Repo.Image.Start)
}

// setsENV says whether the image sets a variable.
func setsENV(image *plan.Image, name string) bool {
	return slices.ContainsFunc(image.Runs, func(i plan.Instruction) bool { return i.Name == "ENV" && slices.Contains(i.Args, name) })
}

func capacityIn(command string, at plan.Evidence) (capacity, bool) {
	words := strings.FieldsFunc(command, func(r rune) bool { return strings.ContainsRune(" \t\"'[],", r) })
	for i, w := range words {
		flags, ok := workerFlags[path.Base(w)]
		if !ok {
			continue
		}
		c := capacity{n: 1, server: path.Base(w), at: at}
		told, threads := false, !flags.several
		for j, arg := range words[i+1:] {
			flag, value, joined := strings.Cut(arg, "=")
			if !joined && i+2+j < len(words) {
				value = words[i+2+j]
			}
			if rest, short := strings.CutPrefix(arg, "-w"); short && rest != "" && flags.workers != "" {
				flag, value = "-w", rest
			}
			switch {
			case isOneOf(" -c -C --config --ini ", flag):
				return capacity{}, false // it may say more
			case isOneOf(flags.async, flag) && value != "sync" && value != "gthread":
				return capacity{}, false
			case isOneOf(flags.workers, flag), isOneOf(flags.threads, flag):
				n, err := strconv.Atoi(value[strings.LastIndexByte(value, ':')+1:]) // puma's MIN:MAX
				if err != nil || n < 1 || n > 1000 {
					return capacity{}, false // $WEB_CONCURRENCY
				}
				c.n, told, threads = c.n*n, true, threads || isOneOf(flags.threads, flag)
			}
		}
		return c, told && threads && c.n > 1
	}
	return capacity{}, false
}
