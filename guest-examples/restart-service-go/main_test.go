package main

import (
	"testing"

	"bindery/process"
)

func TestOnlyTheCodeZeroIsWell(t *testing.T) {
	code := func(code uint32) *uint32 { return &code }
	rows := []struct {
		done process.Finished
		well bool
	}{
		{process.Finished{Code: code(0)}, true},
		{process.Finished{Code: code(3)}, false},
		{process.Finished{Signal: code(9)}, false},
	}
	for _, row := range rows {
		if well(row.done) != row.well {
			t.Errorf("%+v: not %t", row.done, row.well)
		}
	}
}
