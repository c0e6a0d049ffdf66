package fly_test

import (
	"testing"

	"github.com/fly-standards/fly-standards/internal/flysim"
	"github.com/fly-standards/fly-standards/internal/live"
)

func TestUpdateVolume(t *testing.T) {
	w := newWorld(t)
	w.app.AddVolume(flysim.VolumeSpec{ID: "vol_1", Name: "data", Retention: 2, NoBackup: true})
	want := live.VolumeSettings{SnapshotRetention: 7, AutoBackup: true}
	got, err := w.fly.UpdateVolume(t.Context(), "vol_1", want)
	if err != nil || got.Settings() != want || got.Name != "data" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if got, err = w.fly.Volume(t.Context(), "vol_1"); err != nil || got.Settings() != want {
		t.Errorf("read again: %+v, %v", got, err)
	}
}

func TestVolumeErrors(t *testing.T) {
	w := newWorld(t)
	w.app.AddVolume(flysim.VolumeSpec{ID: "vol_1"})
	five := live.VolumeSettings{SnapshotRetention: 5, AutoBackup: true}
	for _, c := range []struct {
		id   string
		kind live.Kind
	}{
		{"vol_2", live.NotFound},
		{"../secrets", live.Invalid},
	} {
		if _, err := w.fly.UpdateVolume(t.Context(), c.id, five); !live.Is(err, c.kind) {
			t.Errorf("volume %s: %v, want %s", c.id, err, c.kind)
		}
	}
	if _, err := w.fly.UpdateVolume(t.Context(), "vol_1", live.VolumeSettings{SnapshotRetention: 90}); !live.Is(err, live.Invalid) {
		t.Errorf("90 days: %v", err)
	}
	for name, effect := range map[string]flysim.Effect{"lost": flysim.DropAfter(), "of another volume": flysim.Body(200, `{"id":"vol_9"}`)} {
		before := len(w.Writes())
		w.Fault(flysim.Fault{Method: "PUT", Effect: effect})
		if _, err := w.fly.UpdateVolume(t.Context(), "vol_1", five); !live.Is(err, live.Unknown) {
			t.Errorf("a reply %s: %v, want unknown", name, err)
		}
		if n := len(w.Writes()) - before; n > 1 {
			t.Errorf("a reply %s: it was sent %d times", name, n)
		}
	}
}
