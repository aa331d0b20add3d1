// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package filesadmin changes small text files of this computer. Its grant is `files.write:<path>`.
package filesadmin

import (
	"bindery"
)

// Write replaces a file by this text, or makes it, as one step: a reader sees the old text or the
// new one. Its folder must be there. At most 1 MiB. A file that is replaced keeps its permissions
// and its owner; one that is made is the agent's alone.
//
// The operation `files.write`; it needs the grant `files.write:<path>`.
func Write(path string, text string) error {
	type arguments struct {
		Path string `json:"path"`
		Text string `json:"text"`
	}
	return bindery.Call("files.write", arguments{Path: path, Text: text}, nil)
}

// Remove removes a file. One that is not there is no error.
//
// The operation `files.remove`; it needs the grant `files.write:<path>`.
func Remove(path string) error {
	type arguments struct {
		Path string `json:"path"`
	}
	return bindery.Call("files.remove", arguments{Path: path}, nil)
}
