package machineconfig

import "time"

// Text is the string at a JSON pointer; "" for anything else.
func (c Config) Text(pointer string) string {
	v, _ := c.Get(pointer)
	s, _ := v.(string)
	return s
}

// Number is the whole number at a JSON pointer; 0 for anything else.
func (c Config) Number(pointer string) int {
	v, _ := c.Get(pointer)
	return intOf(v)
}

// Words are the strings of the array at a JSON pointer.
func (c Config) Words(pointer string) []string {
	v, _ := c.Get(pointer)
	return stringList(v)
}

// Duration is the duration at a JSON pointer, text or nanoseconds; ok is false
// for anything else.
func (c Config) Duration(pointer string) (d time.Duration, ok bool) {
	v, _ := c.Get(pointer)
	return duration(v)
}

// Texts are, of the objects in the array at a JSON pointer, one field by
// another: guest_path by url_prefix.
func (c Config) Texts(pointer, by, field string) map[string]string {
	v, _ := c.Get(pointer)
	out := map[string]string{}
	for _, obj := range objects(v) {
		out[str(obj, by)] = str(obj, field)
	}
	return out
}

// ServiceChecks are the checks of the service at an index, as they are sent.
func (c Config) ServiceChecks(service int) []map[string]any {
	list := objects(c.root["services"])
	if service >= len(list) {
		return nil
	}
	return objects(cloneValue(list[service]["checks"]))
}
