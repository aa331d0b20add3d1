// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package streams is what the job says. A record holds at most 1 MiB. It is always granted.
package streams

import (
	"bindery"
)

// Kind is `kind` of the contract's interface `streams`.
type Kind string

// The cases of Kind.
const (
	KindOutput  Kind = "Output"
	KindWarning Kind = "Warning"
	KindError   Kind = "Error"
	KindVerbose Kind = "Verbose"
	KindDebug   Kind = "Debug"
)

// Write writes one record of text.
//
// The operation `stream.write`, which is always granted.
func Write(kind Kind, text string) error {
	type arguments struct {
		Kind Kind   `json:"kind"`
		Text string `json:"text"`
	}
	return bindery.Call("stream.write", arguments{Kind: kind, Text: text}, nil)
}

// Value writes one structured record to Output.
//
// The operation `stream.value`, which is always granted.
func Value(value any) error {
	valueText, err := bindery.Encode(value)
	if err != nil {
		return err
	}
	type arguments struct {
		Value bindery.JSON `json:"value"`
	}
	return bindery.Call("stream.value", arguments{Value: valueText}, nil)
}

// Progress says how far the job is. `percent` goes from 0 to 100; none where nobody knows.
//
// The operation `stream.progress`, which is always granted.
func Progress(activity string, percent *uint8) error {
	type arguments struct {
		Activity string `json:"activity"`
		Percent  *uint8 `json:"percent,omitzero"`
	}
	return bindery.Call("stream.progress", arguments{Activity: activity, Percent: percent}, nil)
}
