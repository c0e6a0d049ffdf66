package flysim

import (
	"encoding/json"
	"maps"
	"net/http"
)

func (c *call) getMetadata() reply {
	if c.m.view.Metadata == nil {
		return ok(object{})
	}
	return ok(c.m.view.Metadata)
}

func (c *call) getMetadataKey() reply {
	v, found := c.m.view.Metadata[c.r.PathValue("key")]
	if !found {
		return fail(http.StatusNotFound, "metadata key not found")
	}
	return ok(object{"value": v})
}

func (c *call) setMetadataKey() reply {
	var in struct {
		Value *string `json:"value"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	return c.writeMetadata(map[string]*string{c.r.PathValue("key"): in.Value})
}

func (c *call) deleteMetadataKey() reply {
	return c.writeMetadata(map[string]*string{c.r.PathValue("key"): nil})
}

// patchMetadata merges, as PUT does too.
func (c *call) patchMetadata() reply {
	var in struct {
		Metadata map[string]*string `json:"metadata"`
		Version  string             `json:"machine_version"`
	}
	if bad, fine := c.decode(&in); !fine {
		return bad
	}
	if in.Version != "" && in.Version != c.m.version {
		return fail(http.StatusPreconditionFailed, "failed_precondition: machine version mismatch")
	}
	return c.writeMetadata(in.Metadata)
}

// writeMetadata changes the config in place: no new version, no restart. An
// empty value removes its key.
func (c *call) writeMetadata(values map[string]*string) reply {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(c.m.config, &fields); err != nil {
		return fail(http.StatusInternalServerError, "invalid config")
	}
	md := maps.Clone(c.m.view.Metadata)
	if md == nil {
		md = map[string]string{}
	}
	for k, v := range values {
		if v == nil || *v == "" {
			delete(md, k)
			continue
		}
		md[k] = *v
	}
	fields["metadata"] = encode(md)
	if err := c.m.setConfig(encode(fields)); err != nil {
		return fail(http.StatusBadRequest, "%s", err.Error())
	}
	c.m.versions[0].config = c.m.config
	c.m.note()
	return reply{status: http.StatusNoContent}
}
