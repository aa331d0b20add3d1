// Made from sdk/wit by `cargo xtask bless`. Do not edit.

package bindery

// Error is what went wrong.
type Error struct {
	// Stable, for programs: `GrantDenied`, `MaintenanceWindowExceeded`, `PackageManagerLocked` and
	// so on.
	Code string `json:"code"`
	// A sentence that names the thing and the reason.
	Message string `json:"message"`
	// More, where there is more: for a package manager its own words.
	Details JSON `json:"details,omitzero"`
}

// JSON is JSON text.
type JSON string
