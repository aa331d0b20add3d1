// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package installer changes what is installed on this computer. Its grant is `updates.install`.
package installer

import (
	"time"

	"bindery"
	"bindery/updates"
)

// InstallResult is `install-result` of the contract's interface `update-installer`.
type InstallResult struct {
	StartedAt time.Time `json:"startedAt"`
	EndedAt   time.Time `json:"endedAt"`
	// One per update of the plan.
	Results []UpdateResult  `json:"results"`
	Reboot  updates.Pending `json:"reboot"`
}

// InstallStatus is `install-status` of the contract's interface `update-installer`.
type InstallStatus string

// The cases of InstallStatus.
const (
	InstallStatusSucceeded    InstallStatus = "Succeeded"
	InstallStatusFailed       InstallStatus = "Failed"
	InstallStatusNotAttempted InstallStatus = "NotAttempted"
)

// UpdateResult is `update-result` of the contract's interface `update-installer`.
type UpdateResult struct {
	Update string        `json:"update"`
	Status InstallStatus `json:"status"`
	// The package manager's own words, if it failed.
	Error *string `json:"error,omitzero"`
}

// Download fetches what the plan needs, so that the window is spent installing. Doing it twice is
// the same as once.
//
// The operation `updates.download`; it needs the grant `updates.install`.
func Download(plan updates.UpdatePlan) error {
	type arguments struct {
		Plan updates.UpdatePlan `json:"plan"`
	}
	return bindery.Call("updates.download", arguments{Plan: plan}, nil)
}

// Install carries out the plan as one transaction of the package manager. Happens once.
//
// `MaintenanceWindowExceeded` if less than `reserve` remains of the window; `PlanChanged` if the
// package manager would now do something else. An update that fails is in the result, not an error
// of the call.
//
// The operation `updates.install`; it needs the grant `updates.install`.
func Install(plan updates.UpdatePlan, reserve time.Duration) (InstallResult, error) {
	var reply InstallResult
	type arguments struct {
		Plan    updates.UpdatePlan `json:"plan"`
		Reserve bindery.Duration   `json:"reserve"`
	}
	err := bindery.Call("updates.install", arguments{Plan: plan, Reserve: bindery.Duration(reserve)}, &reply)
	return reply, err
}
