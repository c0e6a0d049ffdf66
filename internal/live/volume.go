package live

import "fmt"

// VolumeSettings are what can be changed of a volume besides its size, as the
// API names them.
type VolumeSettings struct {
	SnapshotRetention int  `json:"snapshot_retention"` // days, 1 to 60; Fly's default is 5
	AutoBackup        bool `json:"auto_backup_enabled"`
}

// Settings are the volume's present ones.
func (v Volume) Settings() VolumeSettings {
	return VolumeSettings{SnapshotRetention: v.SnapshotRetention, AutoBackup: v.AutoBackup}
}

// String is "daily snapshots, kept 5 days".
func (s VolumeSettings) String() string {
	days := fmt.Sprintf("%d days", s.SnapshotRetention)
	if s.SnapshotRetention == 1 {
		days = "1 day"
	}
	if !s.AutoBackup {
		return "no daily snapshots, manual ones kept " + days
	}
	return "daily snapshots, kept " + days
}
