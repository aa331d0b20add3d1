// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package children starts runbooks as child jobs, and waits for them. Its grant is
// `jobs.start:<runbook>`.
package children

import (
	"encoding/json/jsontext"
	"encoding/json/v2"
	"fmt"
	"time"

	"bindery"
)

// Child is `child` of the contract's interface `children`.
type Child struct {
	Target Target `json:"target"`
	// The parameters: a JSON object.
	Parameters bindery.JSON `json:"parameters"`
}

// ChildStatus is `child-status` of the contract's interface `children`.
type ChildStatus struct {
	Job    string    `json:"job"`
	Status JobStatus `json:"status"`
	// Whether nothing more will happen to it.
	Ended bool `json:"ended"`
	// Its result, if it completed. Of many children, the results that together are over 2 MiB are
	// left out: ask for the status of those alone.
	Result bindery.JSON `json:"result,omitzero"`
	// Its error, if it failed.
	Error *bindery.Error `json:"error,omitzero"`
}

// JobStatus is `job-status` of the contract's interface `children`.
type JobStatus string

// The cases of JobStatus.
const (
	JobStatusNew          JobStatus = "New"
	JobStatusActivating   JobStatus = "Activating"
	JobStatusRunning      JobStatus = "Running"
	JobStatusCompleted    JobStatus = "Completed"
	JobStatusFailed       JobStatus = "Failed"
	JobStatusStopped      JobStatus = "Stopped"
	JobStatusBlocked      JobStatus = "Blocked"
	JobStatusSuspended    JobStatus = "Suspended"
	JobStatusDisconnected JobStatus = "Disconnected"
	JobStatusSuspending   JobStatus = "Suspending"
	JobStatusStopping     JobStatus = "Stopping"
	JobStatusResuming     JobStatus = "Resuming"
	JobStatusRemoving     JobStatus = "Removing"
)

// Started is `started` of the contract's interface `children`.
type Started struct {
	// The job, if it was started.
	Job *string `json:"job,omitzero"`
	// Why not, if not: `RunCancelled`, `NoWorker`, `RunbookSealed` and so on.
	Error *bindery.Error `json:"error,omitzero"`
}

// Target is where a child runs.
type Target struct {
	name    string
	payload any
}

// TargetSandbox makes a Target: in the control plane's sandbox.
func TargetSandbox() Target {
	return Target{name: "sandbox"}
}

// TargetComputer makes a Target: on the worker of this computer.
func TargetComputer(computer string) Target {
	return Target{name: "computer", payload: computer}
}

// Computer returns what the case `computer` carries, and whether it is that case.
func (t Target) Computer() (string, bool) {
	payload, ok := t.payload.(string)
	return payload, ok && t.name == "computer"
}

// TargetGroup makes a Target: on any live worker of this group.
func TargetGroup(group string) Target {
	return Target{name: "group", payload: group}
}

// Group returns what the case `group` carries, and whether it is that case.
func (t Target) Group() (string, bool) {
	payload, ok := t.payload.(string)
	return payload, ok && t.name == "group"
}

// MarshalJSON writes it as the contract spells it.
func (t Target) MarshalJSON() ([]byte, error) {
	if t.name == "" {
		return nil, bindery.Errorf("InvalidArguments", "an empty Target: make it with one of TargetSandbox, TargetComputer, TargetGroup")
	}
	if t.payload == nil {
		return json.Marshal(t.name)
	}
	return json.Marshal(map[string]any{t.name: t.payload})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Target) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"sandbox"`:
		*t = TargetSandbox()
		return nil
	}
	var cases map[string]jsontext.Value
	if err := json.Unmarshal(text, &cases); err != nil {
		return err
	}
	if payload, ok := cases["computer"]; ok && len(cases) == 1 {
		var computer string
		err := json.Unmarshal(payload, &computer)
		*t = TargetComputer(computer)
		return err
	}
	if payload, ok := cases["group"]; ok && len(cases) == 1 {
		var group string
		err := json.Unmarshal(payload, &group)
		*t = TargetGroup(group)
		return err
	}
	return fmt.Errorf("%s is none of sandbox, computer, group", text)
}

// WaitFor is `wait-for` of the contract's interface `children`.
type WaitFor string

// The cases of WaitFor.
const (
	WaitForAny WaitFor = "Any"
	WaitForAll WaitFor = "All"
)

// Start starts at most 500 child jobs of one runbook; an answer per child, in the same order.
// Happens once.
//
// The operation `jobs.start`; it needs the grant `jobs.start:<runbook>`.
func Start(runbook string, children []Child) ([]Started, error) {
	var reply []Started
	type arguments struct {
		Runbook  string  `json:"runbook"`
		Children []Child `json:"children"`
	}
	err := bindery.Call("jobs.start", arguments{Runbook: runbook, Children: children}, &reply)
	return reply, err
}

// Wait waits until any or all of these child jobs have ended, or until `timeout`; the states at
// that time. `JobStopping` if somebody asks this job to stop: it may clean up, for as long as
// `job.remaining` says, and then returns.
//
// The operation `jobs.wait`; it needs the grant `jobs.start:<runbook>`.
func Wait(jobs []string, mode WaitFor, timeout *time.Duration) ([]ChildStatus, error) {
	var reply []ChildStatus
	type arguments struct {
		Jobs    []string          `json:"jobs"`
		Mode    WaitFor           `json:"mode"`
		Timeout *bindery.Duration `json:"timeout,omitzero"`
	}
	err := bindery.Call("jobs.wait", arguments{Jobs: jobs, Mode: mode, Timeout: (*bindery.Duration)(timeout)}, &reply)
	return reply, err
}

// Status returns the states of these child jobs now.
//
// The operation `jobs.status`; it needs the grant `jobs.start:<runbook>`.
func Status(jobs []string) ([]ChildStatus, error) {
	var reply []ChildStatus
	type arguments struct {
		Jobs []string `json:"jobs"`
	}
	err := bindery.Call("jobs.status", arguments{Jobs: jobs}, &reply)
	return reply, err
}
