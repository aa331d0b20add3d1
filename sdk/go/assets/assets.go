// Made from sdk/wit by `cargo xtask bless`. Do not edit.

// Package assets reads the account's shared assets. It changes nothing. Its grant is
// `assets.read:<name>`.
package assets

import (
	"time"

	"bindery"
)

// Certificate is `certificate` of the contract's interface `assets`.
type Certificate struct {
	// The certificate in PEM.
	Certificate string `json:"certificate"`
	// SHA-256 of the certificate, in hex.
	Thumbprint string    `json:"thumbprint"`
	NotBefore  time.Time `json:"notBefore"`
	NotAfter   time.Time `json:"notAfter"`
}

// Connection is how another system is reached.
type Connection struct {
	// What kind of system it is: a word of your own.
	ConnectionType string `json:"connectionType"`
	// A JSON object.
	Fields  bindery.JSON  `json:"fields"`
	Secrets []SecretField `json:"secrets"`
}

// Credential is for `Authorization: Basic`, give its name to `http.send` instead.
type Credential struct {
	UserName string `json:"userName"`
	Password Secret `json:"password"`
}

// Secret is a text that stands for a secret.
type Secret string

// SecretField is a secret of a connection.
type SecretField struct {
	Name   string `json:"name"`
	Secret Secret `json:"secret"`
}

// Variable is either the value, or the text that stands for it.
type Variable struct {
	Value  bindery.JSON `json:"value,omitzero"`
	Secret *Secret      `json:"secret,omitzero"`
}

// GetVariable returns the value of a variable. `NotFound` if the account has none of this name; so
// for the others.
//
// The operation `assets.get-variable`; it needs the grant `assets.read:<name>`.
func GetVariable(name string) (Variable, error) {
	var reply Variable
	type arguments struct {
		Name string `json:"name"`
	}
	err := bindery.Call("assets.get-variable", arguments{Name: name}, &reply)
	return reply, err
}

// GetCredential asks the host.
//
// The operation `assets.get-credential`; it needs the grant `assets.read:<name>`.
func GetCredential(name string) (Credential, error) {
	var reply Credential
	type arguments struct {
		Name string `json:"name"`
	}
	err := bindery.Call("assets.get-credential", arguments{Name: name}, &reply)
	return reply, err
}

// GetCertificate asks the host.
//
// The operation `assets.get-certificate`; it needs the grant `assets.read:<name>`.
func GetCertificate(name string) (Certificate, error) {
	var reply Certificate
	type arguments struct {
		Name string `json:"name"`
	}
	err := bindery.Call("assets.get-certificate", arguments{Name: name}, &reply)
	return reply, err
}

// GetConnection asks the host.
//
// The operation `assets.get-connection`; it needs the grant `assets.read:<name>`.
func GetConnection(name string) (Connection, error) {
	var reply Connection
	type arguments struct {
		Name string `json:"name"`
	}
	err := bindery.Call("assets.get-connection", arguments{Name: name}, &reply)
	return reply, err
}
