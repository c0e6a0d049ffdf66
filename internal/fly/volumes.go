package fly

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/fly-standards/fly-standards/internal/live"
)

// volume is a volume on the wire.
type volume struct {
	ID                string   `json:"id"`
	Name              string   `json:"name"`
	Region            string   `json:"region"`
	State             string   `json:"state"`
	SizeGB            int      `json:"size_gb"`
	AttachedMachine   string   `json:"attached_machine_id"`
	CreatedAt         wireTime `json:"created_at"`
	SnapshotRetention int      `json:"snapshot_retention"`
	AutoBackup        bool     `json:"auto_backup_enabled"`
}

func (v volume) live() live.Volume {
	return live.Volume{
		ID: clean(v.ID), Name: clean(v.Name), Region: clean(v.Region), State: clean(v.State), SizeGB: v.SizeGB,
		AttachedMachine: clean(v.AttachedMachine), CreatedAt: v.CreatedAt.Time, SnapshotRetention: v.SnapshotRetention, AutoBackup: v.AutoBackup,
	}
}

func (c *Client) volumes(ctx context.Context) ([]live.Volume, error) {
	cl := c.get(c.appPath("/volumes"), "the volumes of "+c.app)
	var wire []volume
	if err := c.do(ctx, cl, &wire); err != nil {
		return nil, err
	}
	var out []live.Volume
	for _, v := range wire {
		// fly-go hides these too: they are on their way out.
		if !slices.Contains([]string{"scheduling_destroy", "fork_cleanup", "waiting_for_detach", "pending_destroy", "destroying", "destroyed"}, v.State) {
			out = append(out, v.live())
		}
	}
	slices.SortFunc(out, func(a, b live.Volume) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// aboutVolume is a call about one volume, which answers with it.
func (c *Client) aboutVolume(ctx context.Context, method, id, doing string, body any) (live.Volume, error) {
	cl := call{
		doing: doing + " " + id, action: strings.ToLower(method) + " volume", id: id, thing: id,
		method: method, path: c.appPath("/volumes/" + id), body: body, repeatable: method == http.MethodGet, looked: method != http.MethodGet,
	}
	if !validName(id) {
		return live.Volume{}, &live.Error{Kind: live.Invalid, Doing: doing, Message: "that is not a volume id"}
	}
	var wire volume
	if err := c.do(ctx, cl, &wire); err != nil {
		return live.Volume{}, err
	}
	v := wire.live()
	if v.ID != id {
		return live.Volume{}, strange(cl, "another volume in it")
	}
	return v, nil
}

// Volume reads one volume.
func (c *Client) Volume(ctx context.Context, id string) (live.Volume, error) {
	return c.aboutVolume(ctx, http.MethodGet, id, "read volume", nil)
}

// UpdateVolume sets the snapshot settings of a volume: all that can be changed
// of one besides its size. The platform has nothing to compare with, so the
// caller looks first.
func (c *Client) UpdateVolume(ctx context.Context, id string, s live.VolumeSettings) (live.Volume, error) {
	return c.aboutVolume(ctx, http.MethodPut, id, "update volume", s)
}
