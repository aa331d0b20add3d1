// Package bindery is the SDK for runbooks in Go.
//
// A runbook is one function. Its parameter is the object of the job's parameters, its result the
// job's result:
//
//	type Params struct {
//		DaysMax int `json:"daysMax"`
//	}
//
//	type Summary struct {
//		Missing int `json:"missing"`
//	}
//
//	func report(params Params) (Summary, error) {
//		assessment, err := updates.Assess()
//		if err != nil {
//			return Summary{}, err
//		}
//		streams.Outputf("%d updates are missing", len(assessment.Missing))
//		return Summary{Missing: len(assessment.Missing)}, nil
//	}
//
//	func main() { bindery.Run(report) }
//
// Each package below this one is an interface of the contract, and says which grant it needs. Their
// functions are the operations: each call is journalled, so a runbook that is started again after a
// crash or a reboot finds itself where it was. Options are pointers (new(5) makes one), optional
// lists nil, and an optional JSON is empty where there is none. Values are written and read as
// encoding/json/v2 does it.
//
// The standard library works as far as WASI gives it anything: fmt.Println writes to Output, log to
// Error, time.Now is the job's own clock. There are no files and no network. A runbook that waits in
// timers.Sleep may clean up when the job is asked to stop; one that waits in time.Sleep ends at once.
// An operation stops all goroutines until its reply is there.
package bindery

import (
	"encoding/json/v2"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
)

// Run runs the job with runbook and ends the program; call it from main and nothing after it.
//
// Parameters that do not fit P end the job with InvalidParameters, which names the field; so does a
// parameter for which P has no field. The result is what runbook returns; nil and struct{} are none.
// An error makes the job Failed with the code, message and details of the Error in its chain, or
// with the code GuestFailed if there is none.
//
// On your own computer, `go run . schema` prints the JSON Schema of P, for `schema` in the table
// build of runbook.toml: see Schema.
func Run[P, R any](runbook func(P) (R, error)) {
	var zero P
	RunWith(zero, runbook)
}

// RunWith is Run with the values of the parameters that the job does not give, where the schema of
// the parameters has no default for them: the host puts those in.
func RunWith[P, R any](defaults P, runbook func(P) (R, error)) {
	describe(defaults)
	os.Exit(enter(func(text JSON) (any, error) {
		parameters := defaults
		if err := fit(text, &parameters); err != nil {
			return nil, err
		}
		return runbook(parameters)
	}))
}

// enter runs body with the job's parameters, tells the host how it went, and returns the exit code.
func enter(body func(JSON) (any, error)) int {
	defer func() {
		if reason := recover(); reason != nil {
			fail(Errorf("GuestFailed", "the runbook panicked: %v; see its Error stream", reason))
			panic(reason)
		}
	}()
	if err := carry(body); err != nil {
		fail(err)
		return 1
	}
	return 0
}

func carry(body func(JSON) (any, error)) error {
	var parameters JSON
	if err := Call("job.parameters", nil, &parameters); err != nil {
		return err
	}
	result, err := body(parameters)
	if err != nil {
		return err
	}
	text, err := Encode(result)
	if err != nil || text == "null" || result == struct{}{} {
		return err
	}
	return Call("job.result", map[string]JSON{"value": text}, nil)
}

// fail says why the job fails. What the host refuses is said on standard error.
func fail(err error) {
	failure := failureOf(err)
	if refused := Call("job.failure", map[string]Error{"error": failure}, nil); refused != nil {
		fmt.Fprintln(os.Stderr, err)
		if !errors.Is(refused, notInRunbook) {
			fmt.Fprintln(os.Stderr, refused)
		}
	}
}

// failureOf is what the host is told of err.
func failureOf(err error) Error {
	found, ok := errors.AsType[*Error](err)
	if !ok {
		return Error{Code: "GuestFailed", Message: err.Error()}
	}
	failure := *found
	if err != error(found) {
		failure.Message = err.Error()
	}
	return failure
}

// fit reads the job's parameters.
func fit(text JSON, parameters any) error {
	err := json.Unmarshal([]byte(text), parameters, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	wrong, ok := errors.AsType[*json.SemanticError](err)
	if !ok || wrong.JSONPointer == "" {
		return Errorf("InvalidParameters", "the parameters do not fit: %s", reason(err))
	}
	field := strings.ReplaceAll(strings.TrimPrefix(string(wrong.JSONPointer), "/"), "/", ".")
	why := reason(err)
	switch {
	case errors.Is(err, json.ErrUnknownName) && wrong.GoType.NumField() == 0:
		why = "the runbook takes none"
	case errors.Is(err, json.ErrUnknownName):
		why = fmt.Sprintf("%s has no field with the tag `json:\"%s\"`", wrong.GoType, wrong.JSONPointer.LastToken())
	case wrong.Err == nil && wrong.GoType != nil:
		why = fmt.Sprintf("it must be %s, and is a %s", named(wrong.GoType), wrong.JSONKind)
	}
	failure := Errorf("InvalidParameters", "the parameter `%s` does not fit: %s", field, why)
	return failure.With(map[string]string{"field": field})
}

// named is a type as a person says it.
func named(kind reflect.Type) string {
	switch kind.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Pointer:
		return named(kind.Elem())
	default:
		return "a number of the type " + kind.String()
	}
}

func reason(err error) string {
	return strings.TrimPrefix(err.Error(), "json: ")
}
