// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package http sends requests over HTTP. Its grant is `http:<host>`.
package http

import (
	"time"

	"bindery"
)

// Header is `header` of the contract's interface `http`.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Response is `response` of the contract's interface `http`.
type Response struct {
	Status  uint32   `json:"status"`
	Headers []Header `json:"headers"`
	// At most 1 MiB; bytes that are no UTF-8 are replaced.
	Body string `json:"body"`
}

// Send sends a request and answers with the response, whatever its status. Happens once.
//
// A redirect is a response like any other: whoever follows it needs the grant for its host. A name
// that a mask with `*` covers must lead to a public address. `TimedOut`, `Unreachable`; `TooLarge`
// for a body over 1 MiB.
//
// `credential` is the name of a credential of the account: the host says it as `Authorization:
// Basic`, and the grant `assets.read:<name>` is needed, too. See `assets` for secrets in headers,
// body and URL.
//
// The operation `http.send`; it needs the grant `http:<host>`.
func Send(url string, method string, headers []Header, timeout time.Duration, body *string, credential *string) (Response, error) {
	var reply Response
	type arguments struct {
		Url        string           `json:"url"`
		Method     string           `json:"method"`
		Headers    []Header         `json:"headers"`
		Timeout    bindery.Duration `json:"timeout"`
		Body       *string          `json:"body,omitzero"`
		Credential *string          `json:"credential,omitzero"`
	}
	err := bindery.Call("http.send", arguments{Url: url, Method: method, Headers: headers, Timeout: bindery.Duration(timeout), Body: body, Credential: credential}, &reply)
	return reply, err
}
