// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package power reboots this computer. Its grant is `power.reboot`.
package power

import (
	"time"

	"bindery"
)

// RebootResult is `reboot-result` of the contract's interface `power`.
type RebootResult struct {
	// How long the computer was away.
	Took bindery.Duration `json:"took"`
	// The boot id before and after; they differ.
	BootBefore string `json:"bootBefore"`
	BootAfter  string `json:"bootAfter"`
}

// Reboot reboots the computer and returns after it is back. Happens once.
//
// `MaintenanceWindowExceeded` if less than `reserve` remains of the window.
//
// The operation `power.reboot`; it needs the grant `power.reboot`.
func Reboot(reserve time.Duration, reason string) (RebootResult, error) {
	var reply RebootResult
	type arguments struct {
		Reserve bindery.Duration `json:"reserve"`
		Reason  string           `json:"reason"`
	}
	err := bindery.Call("power.reboot", arguments{Reserve: bindery.Duration(reserve), Reason: reason}, &reply)
	return reply, err
}
