// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package fleet lists the computers of the workspace. It changes nothing. Its grant is
// `fleet.read`.
package fleet

import (
	"time"

	"bindery"
	"bindery/updates"
)

// Compliance is `compliance` of the contract's interface `fleet-inventory`.
type Compliance string

// The cases of Compliance.
const (
	ComplianceCompliant    Compliance = "Compliant"
	ComplianceNonCompliant Compliance = "NonCompliant"
	ComplianceNotAssessed  Compliance = "NotAssessed"
)

// Filter is which computers: written out, a stored list, or (both none) all.
type Filter struct {
	IDs []string `json:"ids,omitzero"`
	// The id of a stored list, from `snapshot:<id>`.
	Snapshot *string `json:"snapshot,omitzero"`
	// Where the page before this one ended.
	Cursor *string `json:"cursor,omitzero"`
	// Items of a page, at most 500.
	Limit *uint32 `json:"limit,omitzero"`
}

// FleetComputer is a computer, as its last report describes it.
type FleetComputer struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	OSType    *updates.OSType `json:"osType,omitzero"`
	OSName    *string         `json:"osName,omitzero"`
	OSVersion *string         `json:"osVersion,omitzero"`
	// Whether its agent is connected.
	Connected bool `json:"connected"`
	// Whether it is a Hybrid Runbook Worker of this account.
	Worker     bool       `json:"worker"`
	Compliance Compliance `json:"compliance"`
	LastReport *time.Time `json:"lastReport,omitzero"`
}

// Page is `page` of the contract's interface `fleet-inventory`.
type Page struct {
	Computers []FleetComputer `json:"computers"`
	// Ids that were asked for and are not computers of the workspace.
	Unknown []string `json:"unknown"`
	// Where the next page begins; none after the last.
	Cursor *string `json:"cursor,omitzero"`
}

// Computers asks the host.
//
// The operation `fleet.computers`; it needs the grant `fleet.read`.
func Computers(filter Filter) (Page, error) {
	var reply Page
	type arguments struct {
		Filter Filter `json:"filter"`
	}
	err := bindery.Call("fleet.computers", arguments{Filter: filter}, &reply)
	return reply, err
}

// Computer asks the host.
//
// The operation `fleet.computer`; it needs the grant `fleet.read`.
func Computer(id string) (FleetComputer, error) {
	var reply FleetComputer
	type arguments struct {
		ID string `json:"id"`
	}
	err := bindery.Call("fleet.computer", arguments{ID: id}, &reply)
	return reply, err
}
