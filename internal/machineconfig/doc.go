// Package machineconfig reads and patches the configuration of a Fly machine
// as raw JSON. A typed struct would drop what it does not know (fly-go v0.9.3
// loses guest.required_host_features and others), and an update replaces the
// whole configuration, so whatever is dropped is gone from the machine. Here
// unknown fields, number spellings and empty objects survive.
package machineconfig
