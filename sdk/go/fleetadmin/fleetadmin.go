// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package fleetadmin makes computers Hybrid Runbook Workers of this account. Its grant is
// `fleet.configure`.
package fleetadmin

import (
	"bindery"
)

// ConfigureStatus is `configure-status` of the contract's interface `fleet-admin`.
type ConfigureStatus string

// The cases of ConfigureStatus.
const (
	ConfigureStatusConfigured  ConfigureStatus = "Configured"
	ConfigureStatusUnreachable ConfigureStatus = "Unreachable"
	ConfigureStatusRefused     ConfigureStatus = "Refused"
)

// Configured is `configured` of the contract's interface `fleet-admin`.
type Configured struct {
	Computer string          `json:"computer"`
	Status   ConfigureStatus `json:"status"`
	// Why not, if not.
	Reason *string `json:"reason,omitzero"`
	// The worker group that it is in now.
	Group *string `json:"group,omitzero"`
}

// Configure configures at most 500 computers and answers for each. Doing it twice is the same as
// once.
//
// The operation `fleet.configure`; it needs the grant `fleet.configure`.
func Configure(computers []string) ([]Configured, error) {
	var reply []Configured
	type arguments struct {
		Computers []string `json:"computers"`
	}
	err := bindery.Call("fleet.configure", arguments{Computers: computers}, &reply)
	return reply, err
}
