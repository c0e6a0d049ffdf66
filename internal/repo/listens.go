package repo

import (
	"slices"

	"github.com/fly-standards/fly-standards/plan"
)

// maxListens bounds what one file tells of ports.
const maxListens = 5

// keywordPort is the group of listens for a keyword argument, which clients have too.
const keywordPort = 6

// isDatabasePort: where a client connects to, most likely.
func isDatabasePort(port int) bool {
	return slices.Contains([]int{1433, 3306, 5432, 5672, 6379, 9200, 11211, 27017}, port)
}

// listenCalls notes the ports that a built file's servers listen at, where a
// number says them.
func (s *source) listenCalls() {
	if !contains(s.text, "isten") && !contains(s.text, "erve(") && !contains(s.text, ".Run(") && !contains(s.text, ".Start(") && !contains(s.text, "bind(") && !contains(s.text, "port") {
		return
	}
	for _, at := range s.all(listens) {
		port := 0
		for g := 1; g < len(at)/2; g++ {
			if n := number5(s.group(at, g)); n > 0 {
				port = n
			}
		}
		if at[2*keywordPort] >= 0 && isDatabasePort(port) {
			continue // redis.Redis(host=h, port=6379)
		}
		if port > 0 && port < 1<<16 && len(s.facts.listens) < maxListens*20 {
			s.facts.listens = append(s.facts.listens, plan.Listen{Evidence: s.at(at[0]), Port: port})
		}
	}
}
