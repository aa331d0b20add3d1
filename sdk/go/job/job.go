// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package job says who and where this job is. It is always granted.
package job

import (
	"time"

	"bindery"
)

// JobContext is the facts of this job.
type JobContext struct {
	JobID   string `json:"jobId"`
	Account string `json:"account"`
	Runbook string `json:"runbook"`
	// The digest of the module that runs, `sha256:…`.
	Digest   string `json:"digest"`
	WorkerID string `json:"workerId"`
	// The computer that the job runs on; none in the control plane's sandbox.
	ComputerID   *string `json:"computerId,omitzero"`
	ComputerName *string `json:"computerName,omitzero"`
	// The update run that the job belongs to.
	RunID   *string `json:"runId,omitzero"`
	RunName *string `json:"runName,omitzero"`
	Trigger Trigger `json:"trigger"`
	// Whether what the job changes is only recorded: reading is real, and a change is answered as
	// if it had gone well.
	DryRun bool `json:"dryRun"`
	// When the job began, on its own clock.
	StartedAt time.Time `json:"startedAt"`
	// The time by which it must have ended.
	Deadline *time.Time `json:"deadline,omitzero"`
}

// Trigger is why the job was started.
type Trigger string

// The cases of Trigger.
const (
	TriggerUnknown   Trigger = "Unknown"
	TriggerManual    Trigger = "Manual"
	TriggerTestDraft Trigger = "TestDraft"
	TriggerScheduled Trigger = "Scheduled"
	TriggerWebhook   Trigger = "Webhook"
	TriggerInternal  Trigger = "Internal"
	TriggerWatcher   Trigger = "Watcher"
)

// Context asks the host.
//
// The operation `job.context`, which is always granted.
func Context() (JobContext, error) {
	var reply JobContext
	err := bindery.Call("job.context", nil, &reply)
	return reply, err
}

// Parameters returns the parameters: a JSON object.
//
// The operation `job.parameters`, which is always granted.
func Parameters() (bindery.JSON, error) {
	var reply bindery.JSON
	err := bindery.Call("job.parameters", nil, &reply)
	return reply, err
}

// Remaining returns what is left until the deadline, or until a job that is asked to stop must have
// ended; none if there is neither.
//
// The operation `job.remaining`, which is always granted.
func Remaining() (*time.Duration, error) {
	var reply *bindery.Duration
	err := bindery.Call("job.remaining", nil, &reply)
	return (*time.Duration)(reply), err
}

// SetResult sets the result of the job. A component may return it from `run` instead, which
// replaces it.
//
// The operation `job.result`, which is always granted.
func SetResult(value any) error {
	valueText, err := bindery.Encode(value)
	if err != nil {
		return err
	}
	type arguments struct {
		Value bindery.JSON `json:"value"`
	}
	return bindery.Call("job.result", arguments{Value: valueText}, nil)
}

// SetFailure sets the error with which the job fails, if `run` then ends with another number than
// 0. A component returns it from `run` instead.
//
// The operation `job.failure`, which is always granted.
func SetFailure(failure bindery.Error) error {
	type arguments struct {
		Error bindery.Error `json:"error"`
	}
	return bindery.Call("job.failure", arguments{Error: failure}, nil)
}

// Checkpoint starts the runbook again from its beginning, with the same parameters, `state` in
// `restored`, and a fresh journal: for a loop that would else meet the limits of one journal. Does
// not return, unless it is refused. At most 1 MiB.
//
// The operation `job.checkpoint`, which is always granted.
func Checkpoint(state any) error {
	stateText, err := bindery.Encode(state)
	if err != nil {
		return err
	}
	type arguments struct {
		State bindery.JSON `json:"state"`
	}
	return bindery.Call("job.checkpoint", arguments{State: stateText}, nil)
}

// Restored returns the state of the last `checkpoint`; none before the first.
//
// The operation `job.restored`, which is always granted.
func Restored() (bindery.JSON, error) {
	var reply bindery.JSON
	err := bindery.Call("job.restored", nil, &reply)
	return reply, err
}
