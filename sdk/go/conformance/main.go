// Command conformance makes the calls that its parameters list, each through the typed function of
// the SDK, and returns their answers.
package main

import (
	"encoding/json/jsontext"
	"errors"

	"bindery"
	"bindery/job"
)

// Params are the calls, in their order.
type Params struct {
	Calls []struct {
		Operation string         `json:"operation"`
		Arguments jsontext.Value `json:"arguments"`
	} `json:"calls"`
}

// Result has an answer per call, or the state of a checkpoint.
type Result struct {
	Answers  []Answer       `json:"answers"`
	Restored jsontext.Value `json:"restored,omitzero"`
}

// Answer is a reply or an error.
type Answer struct {
	OK    any
	Error error
}

// MarshalJSON writes one of the two, as the contract spells it.
func (a Answer) MarshalJSON() ([]byte, error) {
	answer := map[string]any{"ok": a.OK}
	if a.Error != nil {
		failure, ok := errors.AsType[*bindery.Error](a.Error)
		if !ok {
			return nil, a.Error
		}
		answer = map[string]any{"error": failure}
	}
	text, err := bindery.Encode(answer)
	return []byte(text), err
}

func main() { bindery.Run(conform) }

func conform(params Params) (Result, error) {
	state, err := job.Restored()
	if err != nil || state != "" {
		return Result{Restored: jsontext.Value(state)}, err
	}
	result := Result{}
	for _, call := range params.Calls {
		operation, ok := operations[call.Operation]
		if !ok {
			// No typed function has this name; the host says so, too.
			err := bindery.Call(call.Operation, call.Arguments, nil)
			result.Answers = append(result.Answers, Answer{Error: err})
			continue
		}
		reply, err := operation(call.Arguments)
		result.Answers = append(result.Answers, Answer{OK: reply, Error: err})
	}
	return result, nil
}
