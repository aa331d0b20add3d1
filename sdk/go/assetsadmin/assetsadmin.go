// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package assetsadmin changes the account's shared assets. Its grant is `assets.write:<name>`.
package assetsadmin

import (
	"bindery"
)

// SetVariable makes a variable, or gives one another value. One that is secret is refused: what a
// runbook gives stands in its journal.
//
// The operation `assets.set-variable`; it needs the grant `assets.write:<name>`.
func SetVariable(name string, value any) error {
	valueText, err := bindery.Encode(value)
	if err != nil {
		return err
	}
	type arguments struct {
		Name  string       `json:"name"`
		Value bindery.JSON `json:"value"`
	}
	return bindery.Call("assets.set-variable", arguments{Name: name, Value: valueText}, nil)
}
