// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package records appends rows to the account's log. Its grant is `records.write:<table>`.
package records

import (
	"bindery"
)

// Append appends at most 1,000 rows, each a JSON object, to `table` (`UpdateRunProgress`, or a
// table of your own).
//
// The operation `records.append`; it needs the grant `records.write:<table>`.
func Append[T any](table string, rows []T) error {
	rowsText := make([]bindery.JSON, len(rows))
	for at, value := range rows {
		text, err := bindery.Encode(value)
		if err != nil {
			return err
		}
		rowsText[at] = text
	}
	type arguments struct {
		Table string         `json:"table"`
		Rows  []bindery.JSON `json:"rows"`
	}
	return bindery.Call("records.append", arguments{Table: table, Rows: rowsText}, nil)
}
