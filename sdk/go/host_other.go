//go:build !wasip1

package bindery

// carryOut says that there is no host here; tests of this package put one in its place.
var carryOut = func(_, _ string) (answer []byte, refused bool) {
	const message = "this is a runbook: build it with GOOS=wasip1 GOARCH=wasm (bindery runbook build), " +
		"and try it with bindery runbook test"
	return []byte(`{"code":"` + string(notInRunbook) + `","message":"` + message + `"}`), true
}
