// Command restart_service restarts a service of this computer and waits until it is active.
package main

import (
	"strings"
	"time"

	"bindery"
	"bindery/process"
	"bindery/streams"
	"bindery/timers"
)

// The steps in which it waits, and how long `systemctl` itself may take.
const (
	step  = 2 * time.Second
	limit = 90 * time.Second
)

// Params are the parameters of runbook.toml.
type Params struct {
	Service     string `json:"service"`
	WaitSeconds int    `json:"waitSeconds"`
}

// Result says how long the service took to become active, behind its restart.
type Result struct {
	WaitedSeconds int `json:"waitedSeconds"`
}

func main() {
	bindery.RunWith(Params{WaitSeconds: 60}, restart)
}

func restart(params Params) (Result, error) {
	done, err := process.Run("systemctl", []string{"restart", params.Service}, limit, nil)
	if err != nil {
		return Result{}, err
	}
	if !well(done) {
		words := strings.TrimSpace(done.Stderr)
		return Result{}, bindery.Errorf("RestartFailed", "%s was not restarted: %s", params.Service, words)
	}
	began, wait := time.Now(), time.Duration(params.WaitSeconds)*time.Second
	for {
		active, err := process.Run("systemctl", []string{"is-active", params.Service}, limit, nil)
		if err != nil {
			return Result{}, err
		}
		waited := time.Since(began)
		if well(active) {
			streams.Outputf("%s is active", params.Service)
			return Result{WaitedSeconds: int(waited.Round(time.Second).Seconds())}, nil
		}
		if waited >= wait {
			state := strings.TrimSpace(active.Stdout)
			return Result{}, bindery.Errorf("NotActive", "%s is %s after %s", params.Service, state, wait)
		}
		if err := timers.Sleep(min(step, wait-waited)); err != nil {
			return Result{}, err
		}
	}
}

// well is whether a program ended by itself, with the code 0.
func well(done process.Finished) bool {
	return done.Code != nil && *done.Code == 0
}
