// Command reboot_when_idle reboots this computer in its quiet hour, if a reboot is pending.
package main

import (
	"strings"
	"time"

	"bindery"
	"bindery/job"
	"bindery/power"
	"bindery/streams"
	"bindery/timers"
	"bindery/updates"
)

// Params are the parameters of runbook.toml.
type Params struct {
	QuietHour      int `json:"quietHour"`
	StepMinutes    int `json:"stepMinutes"`
	ReserveMinutes int `json:"reserveMinutes"`
}

// Result says what was done.
type Result struct {
	Rebooted      bool `json:"rebooted"`
	WaitedMinutes int  `json:"waitedMinutes"`
	// How long the computer was away.
	AwaySeconds int `json:"awaySeconds,omitzero"`
}

func main() {
	bindery.RunWith(Params{StepMinutes: 30, ReserveMinutes: 15}, rebootWhenIdle)
}

func rebootWhenIdle(params Params) (Result, error) {
	began := time.Now()
	step := time.Duration(params.StepMinutes) * time.Minute
	reserve := time.Duration(params.ReserveMinutes) * time.Minute
	for {
		waited := int(time.Since(began).Minutes())
		pending, err := updates.PendingReboot()
		if err != nil {
			return Result{}, err
		}
		if !pending.Pending {
			streams.Outputf("no reboot is pending")
			return Result{WaitedMinutes: waited}, nil
		}
		wait := untilQuiet(time.Now(), params.QuietHour)
		if err := fits(wait, reserve); err != nil {
			return Result{}, err
		}
		if wait == 0 {
			reason := strings.Join(pending.Reasons, "; ")
			streams.Outputf("rebooting: %s", reason)
			reboot, err := power.Reboot(reserve, reason)
			if err != nil {
				return Result{}, err
			}
			away := time.Duration(reboot.Took)
			streams.Outputf("back after %s", away)
			return Result{Rebooted: true, WaitedMinutes: waited, AwaySeconds: int(away.Seconds())}, nil
		}
		streams.Verbosef("%s until %02d:00 UTC", wait.Round(time.Second), params.QuietHour)
		if err := timers.Sleep(min(wait, step)); err != nil {
			return Result{}, err
		}
	}
}

// untilQuiet is the time from now until the quiet hour; 0 within it.
func untilQuiet(now time.Time, hour int) time.Duration {
	now = now.UTC()
	if now.Hour() == hour {
		return 0
	}
	quiet := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, time.UTC)
	if quiet.Before(now) {
		quiet = quiet.AddDate(0, 0, 1)
	}
	// A sleep has whole milliseconds; one more, so as not to wake before the hour.
	return quiet.Sub(now).Truncate(time.Millisecond) + time.Millisecond
}

// fits is an error if the window ends before a reboot after this wait could be over.
func fits(wait, reserve time.Duration) error {
	left, err := job.Remaining()
	if err != nil || left == nil || *left >= wait+reserve {
		return err
	}
	return bindery.Errorf("MaintenanceWindowExceeded",
		"the reboot is pending, and the window too short for it: %s remain, and it takes %s until the quiet hour and %s to "+
			"reboot; choose another quiet hour or a longer window",
		left.Round(time.Minute), wait.Round(time.Minute), reserve)
}
