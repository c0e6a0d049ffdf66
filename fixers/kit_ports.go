package fixers

import "iter"

// maxOnPort is how many services before it a service is compared with that have
// a port of its own. Nobody reads more, and a file may have thousands.
const maxOnPort = 10

// onPorts are services by their public ports.
type onPorts struct {
	list   []service
	ranges [][][2]int // first and last, of each port of each
}

func byPorts(list []service) onPorts {
	x := onPorts{list, make([][][2]int, len(list))}
	for i, s := range list {
		for _, p := range s.Ports {
			x.ranges[i] = append(x.ranges[i], [2]int{firstPort(p.Name), lastPort(p.Name)})
		}
	}
	return x
}

// before are the services before the ith that have a public port of the same
// protocol with it, each with that port as the ith writes it.
func (x onPorts) before(i int) iter.Seq2[service, string] {
	return func(yield func(service, string) bool) {
		found := 0
		for o := range x.list[:i] {
			q := x.shared(o, i)
			if q < 0 || x.list[o].Protocol != x.list[i].Protocol {
				continue
			}
			if found++; !yield(x.list[o], x.list[i].Ports[q].Name) || found == maxOnPort {
				return
			}
		}
	}
}

// shared is the index of a port of the ith that the oth has too, or -1.
func (x onPorts) shared(o, i int) int {
	for _, p := range x.ranges[o] {
		for n, q := range x.ranges[i] {
			if p[0] <= q[1] && q[0] <= p[1] {
				return n
			}
		}
	}
	return -1
}
