package machineconfig

import (
	"errors"
	"fmt"
)

// scopeOf is the object that op's pointer starts from. An op must not change
// what its own service or port is found by: the same op would not find it a
// second time, nor would the op that takes it back.
func scopeOf(root map[string]any, op Op, first string) (map[string]any, error) {
	if op.Service == nil {
		if op.Port != "" {
			return nil, errors.New("a port is named without its service")
		}
		return root, nil
	}
	service, err := findService(root, *op.Service)
	if err != nil {
		return nil, err
	}
	if op.Port == "" {
		switch first {
		case "protocol", "internal_port", "ports":
			return nil, fmt.Errorf("%s is what the service is found by", first)
		}
		return service, nil
	}
	switch first {
	case "port", "start_port", "end_port":
		return nil, fmt.Errorf("%s is what the port is found by", first)
	}
	return findPort(service, op.Port)
}

func findService(root map[string]any, want ServiceKey) (map[string]any, error) {
	want = want.normal()
	var found []map[string]any
	for _, raw := range objects(root["services"]) {
		if serviceKey(raw).equal(want) {
			found = append(found, raw)
		}
	}
	return only(found, "service")
}

func findPort(service map[string]any, want string) (map[string]any, error) {
	var found []map[string]any
	for _, raw := range objects(service["ports"]) {
		if portName(raw) == want {
			found = append(found, raw)
		}
	}
	return only(found, "port")
}

func only(found []map[string]any, what string) (map[string]any, error) {
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("no %s matches", what)
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%d %ss match", len(found), what)
}
