// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package timers has durable time. It is always granted.
package timers

import (
	"time"

	"bindery"
)

// Sleep sleeps. A sleep survives a restart of the worker and a reboot of the computer, and costs
// nothing: while it is long, the job is in nobody's memory. `JobStopping` if somebody asks the job
// to stop: it may clean up, for as long as `job.remaining` says, and then returns.
//
// The operation `clock.sleep`, which is always granted.
func Sleep(duration time.Duration) error {
	type arguments struct {
		Duration bindery.Duration `json:"duration"`
	}
	return bindery.Call("clock.sleep", arguments{Duration: bindery.Duration(duration)}, nil)
}
