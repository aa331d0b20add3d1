// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package process runs programs of this computer. Its grant is `process:<program>`.
package process

import (
	"time"

	"bindery"
)

// Finished is `finished` of the contract's interface `process`.
type Finished struct {
	// The exit code; none if a signal ended it.
	Code *uint32 `json:"code,omitzero"`
	// The number of the signal that ended it.
	Signal *uint32 `json:"signal,omitzero"`
	// What it wrote, at most 256 KiB of each from its end; bytes that are no UTF-8 are replaced.
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
	// Whether more was written than is here.
	Truncated bool             `json:"truncated"`
	Took      bindery.Duration `json:"took"`
}

// Run runs a program to its end. Happens once.
//
// `program` is an absolute path, or a name that is looked up in the computer's standard folders;
// there is no shell. It runs outside of the agent, so that a restart of the agent does not end it,
// and each line that it writes is on the Verbose stream at once. `TimedOut` if it takes longer than
// `timeout`: it is ended then, with all that it started.
//
// The operation `process.run`; it needs the grant `process:<program>`.
func Run(program string, args []string, timeout time.Duration, stdin *string) (Finished, error) {
	var reply Finished
	type arguments struct {
		Program string           `json:"program"`
		Args    []string         `json:"args"`
		Timeout bindery.Duration `json:"timeout"`
		Stdin   *string          `json:"stdin,omitzero"`
	}
	err := bindery.Call("process.run", arguments{Program: program, Args: args, Timeout: bindery.Duration(timeout), Stdin: stdin}, &reply)
	return reply, err
}
