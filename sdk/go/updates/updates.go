// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package updates tells which updates this computer lacks and has. It changes nothing. Its grant is
// `updates.read`.
package updates

import (
	"time"

	"bindery"
)

// Action is one step that the package manager would take.
type Action struct {
	Package string     `json:"package"`
	Kind    ActionKind `json:"kind"`
	From    *string    `json:"from,omitzero"`
	To      *string    `json:"to,omitzero"`
	// The update that was asked for and brings this step; none for a dependency.
	Update *string `json:"update,omitzero"`
}

// ActionKind is `action-kind` of the contract's interface `update-inventory`.
type ActionKind string

// The cases of ActionKind.
const (
	ActionKindInstall   ActionKind = "Install"
	ActionKindUpgrade   ActionKind = "Upgrade"
	ActionKindDowngrade ActionKind = "Downgrade"
	ActionKindRemove    ActionKind = "Remove"
)

// Assessment is what this computer lacks now.
type Assessment struct {
	AssessedAt time.Time `json:"assessedAt"`
	OSType     OSType    `json:"osType"`
	// Which package manager answered: `apt`, `simulated`.
	Provider string `json:"provider"`
	// Whether this is a simulated computer.
	Simulated bool `json:"simulated"`
	// The root that is looked after: `/` but for scratch roots.
	Root    string   `json:"root"`
	Missing []Update `json:"missing"`
	// How many packages or updates are installed.
	Installed uint32  `json:"installed"`
	Reboot    Pending `json:"reboot"`
}

// Classification is what an update is for, by the archive's own metadata. Linux knows
// `unclassified`, `critical`, `security` and `other`; Windows all but `other`.
type Classification string

// The cases of Classification.
const (
	ClassificationUnclassified Classification = "Unclassified"
	ClassificationCritical     Classification = "Critical"
	ClassificationSecurity     Classification = "Security"
	ClassificationUpdateRollup Classification = "UpdateRollup"
	ClassificationFeaturePack  Classification = "FeaturePack"
	ClassificationServicePack  Classification = "ServicePack"
	ClassificationDefinition   Classification = "Definition"
	ClassificationTools        Classification = "Tools"
	ClassificationUpdates      Classification = "Updates"
	ClassificationOther        Classification = "Other"
)

// HistoryEntry is one entry of the package manager's history, newest first.
type HistoryEntry struct {
	StartedAt time.Time  `json:"startedAt"`
	EndedAt   *time.Time `json:"endedAt,omitzero"`
	// A command line, or a deployment.
	RequestedBy string   `json:"requestedBy"`
	Actions     []Action `json:"actions"`
	Error       *string  `json:"error,omitzero"`
}

// LeftOut is an update that was asked for and cannot be had, with the package manager's reason.
type LeftOut struct {
	Update string `json:"update"`
	Reason string `json:"reason"`
}

// OSType is `os-type` of the contract's interface `update-inventory`.
type OSType string

// The cases of OSType.
const (
	OSTypeLinux   OSType = "Linux"
	OSTypeWindows OSType = "Windows"
)

// Pending is whether a reboot is pending, and what asks for it.
type Pending struct {
	Pending bool     `json:"pending"`
	Reasons []string `json:"reasons"`
}

// RebootBehavior is `reboot-behavior` of the contract's interface `update-inventory`.
type RebootBehavior string

// The cases of RebootBehavior.
const (
	RebootBehaviorNeverReboots     RebootBehavior = "NeverReboots"
	RebootBehaviorCanRequestReboot RebootBehavior = "CanRequestReboot"
)

// Update is one update.
type Update struct {
	// What the package manager calls it: on apt `package:architecture=version`, on Windows the
	// update id.
	ID    string `json:"id"`
	Title string `json:"title"`
	// The KB number (Windows).
	KBID *string `json:"kbId,omitzero"`
	// The package (Linux).
	Package          *string `json:"package,omitzero"`
	Version          string  `json:"version"`
	InstalledVersion *string `json:"installedVersion,omitzero"`
	// The product or repository that it comes from.
	Product        string         `json:"product"`
	Classification Classification `json:"classification"`
	Severity       *string        `json:"severity,omitzero"`
	Published      *time.Time     `json:"published,omitzero"`
	// Size in bytes, where known.
	Bytes  *uint64        `json:"bytes,omitzero"`
	Reboot RebootBehavior `json:"reboot"`
	// Why the package manager keeps it back, if it does.
	Held *string `json:"held,omitzero"`
}

// UpdatePlan is what the package manager would really do.
type UpdatePlan struct {
	// The digest of `updates` and `actions`; an install refuses a plan that was changed.
	Digest  string    `json:"digest"`
	Updates []string  `json:"updates"`
	Actions []Action  `json:"actions"`
	LeftOut []LeftOut `json:"leftOut"`
	// What must be fetched, in bytes.
	DownloadBytes uint64 `json:"downloadBytes"`
	// Whether a step may ask for a reboot.
	MayReboot bool `json:"mayReboot"`
}

// Assess asks the package manager what is missing; it reads its repositories anew.
//
// The operation `updates.assess`; it needs the grant `updates.read`.
func Assess() (Assessment, error) {
	var reply Assessment
	err := bindery.Call("updates.assess", nil, &reply)
	return reply, err
}

// History returns the newest entries of the package manager's history, at most `limit`.
//
// The operation `updates.history`; it needs the grant `updates.read`.
func History(limit uint32) ([]HistoryEntry, error) {
	var reply []HistoryEntry
	type arguments struct {
		Limit uint32 `json:"limit"`
	}
	err := bindery.Call("updates.history", arguments{Limit: limit}, &reply)
	return reply, err
}

// Plan returns what the package manager would do for these updates, with dependencies, removals and
// downgrades.
//
// The operation `updates.plan`; it needs the grant `updates.read`.
func Plan(updates []string) (UpdatePlan, error) {
	var reply UpdatePlan
	type arguments struct {
		Updates []string `json:"updates"`
	}
	err := bindery.Call("updates.plan", arguments{Updates: updates}, &reply)
	return reply, err
}

// PendingReboot returns whether a reboot is pending, and why.
//
// The operation `power.pending`; it needs the grant `updates.read`.
func PendingReboot() (Pending, error) {
	var reply Pending
	err := bindery.Call("power.pending", nil, &reply)
	return reply, err
}
