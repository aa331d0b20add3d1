// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package files reads small text files of this computer. It changes nothing. Its grant is
// `files.read:<path>`.
package files

import (
	"time"

	"bindery"
)

// Entry is `entry` of the contract's interface `files`.
type Entry struct {
	Name string    `json:"name"`
	Kind EntryKind `json:"kind"`
	// Size in bytes, of a file.
	Bytes    *uint64   `json:"bytes,omitzero"`
	Modified time.Time `json:"modified"`
}

// EntryKind is `entry-kind` of the contract's interface `files`.
type EntryKind string

// The cases of EntryKind.
const (
	EntryKindFile   EntryKind = "File"
	EntryKindFolder EntryKind = "Folder"
	EntryKindOther  EntryKind = "Other"
)

// TextFile is `text-file` of the contract's interface `files`.
type TextFile struct {
	Text     string    `json:"text"`
	Modified time.Time `json:"modified"`
}

// Read reads a file of at most 1 MiB. `NotFound` if it is not there; `InvalidArguments` if it is no
// UTF-8 text.
//
// The operation `files.read`; it needs the grant `files.read:<path>`.
func Read(path string) (TextFile, error) {
	var reply TextFile
	type arguments struct {
		Path string `json:"path"`
	}
	err := bindery.Call("files.read", arguments{Path: path}, &reply)
	return reply, err
}

// List returns what is in a folder, by name; at most 10,000 entries. The grant's mask is held
// against the path with `/` at its end: whoever may read all that is below `/srv` may list it, and
// so may the mask `/srv/`, which reads nothing there.
//
// The operation `files.list`; it needs the grant `files.read:<path>`.
func List(path string) ([]Entry, error) {
	var reply []Entry
	type arguments struct {
		Path string `json:"path"`
	}
	err := bindery.Call("files.list", arguments{Path: path}, &reply)
	return reply, err
}
